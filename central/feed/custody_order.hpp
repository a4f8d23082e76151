#pragma once
#include <map>
#include <set>
#include <vector>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/record/ids.hpp"

namespace feldsher::central {

/// The custodies of each device in the order in which it was given: it is worn by whom it was given to last.
/// One that is erased keeps its place, so that nobody before wears the device again.
class CustodyOrder {
 public:
  /// The custody says so now. Gives those that may have become the last of a device, or ceased to be it.
  std::vector<Uuid> take(const Uuid& custody, const v1::Custody& state);
  /// Whether its device was given to nobody after it.
  bool is_last(const Uuid& custody) const;

 private:
  struct Place {
    std::string device;
    std::int64_t from_ms;
  };
  void note_last(const std::string& device, std::vector<Uuid>& into) const;

  std::map<Uuid, Place> places_;
  std::map<std::string, std::set<std::pair<std::int64_t, Uuid>>> by_device_;
};

}  // namespace feldsher::central
