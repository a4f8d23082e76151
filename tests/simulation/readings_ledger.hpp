#pragma once
#include <map>
#include <set>
#include <string>
#include <vector>

#include "edge-agent/ingest/intake.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/readings/range_set.hpp"

namespace feldsher::simulation {

using ingest::StreamKey;

/// What devices took, what they were told is stored, and what central's disk has of it.
class ReadingsLedger {
 public:
  /// `device` may be worn by `patient`.
  void worn(DeviceId device, const Uuid& patient) { wearers_[device].insert(patient); }
  void took(const StreamKey& life, std::uint64_t seq, const Octets& message);
  /// A point published: these are stored.
  void promised(const StreamKey& life, const std::vector<readings::Range>& stored);
  /// A home point published: all up to `upto` are on central's disk, and on its standby's.
  void promised_at_central(const StreamKey& life, std::uint64_t upto, JournalStore& central);

  /// Central's disk has grown; what it holds wrongly is remembered for `broken`.
  void read_on(JournalStore& central);
  /// Central's disk is a promoted standby's. What a home point had said is on both must be there at once.
  void promoted(JournalStore& central);
  /// A disk of a point is gone, and `left` is all that there is of it: what was promised there and central
  /// has not is forgotten, but for what is on `left`.
  void disk_lost(const std::set<DeviceId>& devices, JournalStore& left);

  /// From now on a reading may lie in two blocks, of two branches.
  void branched() { blocks_of_one_ = 2; }

  /// What is at central and no device took, or twice, or of somebody who never wore the device.
  const std::vector<std::string>& broken() const { return broken_; }
  /// And what was promised and is not at central.
  std::vector<std::string> lost() const;
  std::uint64_t at_central() const;
  /// But for those that were lost with a point's only disk.
  std::uint64_t receipted() const { return receipted_; }
  std::uint64_t lost_with_disks() const { return lost_with_disks_; }

 private:
  struct Life {
    std::map<std::uint64_t, Octets> taken;
    readings::RangeSet promised, at_central, twice_at_central;
    std::uint64_t upto = 0;
  };
  void take(const Record& record);
  void say(const StreamKey& life, std::uint64_t seq, const char* what);

  std::map<StreamKey, Life> lives_;
  std::map<DeviceId, std::set<Uuid>> wearers_;
  std::uint64_t read_to_ = 0, receipted_ = 0, lost_with_disks_ = 0;
  int blocks_of_one_ = 1;
  std::vector<std::string> broken_;
};

}  // namespace feldsher::simulation
