#pragma once
#include <boost/system/result.hpp>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Why an erasure is refused.
enum class ErasureRefusal {
  not_found = 1,  ///< No such patient or order.
  malformed,      ///< No legal ground, or one that is too long.
  no_person,      ///< A program asks: people order an erasure.
  same_person,    ///< Who proposed it may not confirm it.
  wrong_state,    ///< It is ordered already.
  still_booked,   ///< The patient has appointments that are still to come: they are cancelled first.
  wears_device,   ///< A device is in the patient's custody: that ends first, or what it measures next stays.
};
const char* to_text(ErasureRefusal refusal);

template <class T>
using Erased = boost::system::result<T, ErasureRefusal>;

/// Orders to erase: one person proposes, another confirms, and from then on nobody keeps the bodies about the
/// patient. Pure.
///
/// What hangs on a patient: the patient, appointments, visits, tickets, survey answers, requests for
/// appointments, and the reading blocks of the time that a device was worn, or that name the patient while
/// nobody wore it. What stays names the patient by id only: custody (receipts rest on it), tasks, and the
/// disclosures that say who read what.
class Erasures {
 public:
  Erasures(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  Erased<Draft> propose(const Uuid& patient, const std::string& ground, const v1::Actor& actor,
                        v1::Proof proof, const Instant& now) const;
  Erased<Draft> order(const Uuid& erasure, const v1::Actor& actor, v1::Proof proof, const Instant& now) const;

  /// Of these records some are of patients whose erasure is ordered (a point wrote them before it heard):
  /// each such order goes out again, once, and names their subjects too, and the times of readings that name
  /// the patient while nobody wore the device by custody. A record without a body is none of them.
  std::vector<Draft> late(std::span<const Record> records, const Instant& now) const;
  /// When custodies are among what was written: each order goes out again in which a time of nobody's is
  /// another's by now.
  std::vector<Draft> overtaken(std::span<const Record> written) const;
  /// After a restart: what came late or was overtaken and was not ordered again when the process ended, and
  /// orders of versions that knew no times of nobody's. Of blocks of readings nothing is in the state:
  /// whoever replays the journal asks `late` of each.
  std::vector<Draft> left_over() const;

 private:
  /// An order that goes out once more.
  struct Again {
    v1::Erasure erasure;
    std::optional<RecordKey> cause;  // Nothing: it need not.
    std::set<SubjectKey> subjects;   // Added here.
  };
  using ById = std::map<Uuid, Again>;
  /// As it stands, and with the times of readings that custody tells now.
  Again& again_of(const Uuid& id, ById& again) const;
  const Uuid* order_about(const Record& record) const;
  void late_subject(const Record& record, ById& again) const;
  void late_block(const Record& record, const Instant& now, ById& again) const;
  static void add(v1::Erasure& erasure, v1::EntityType type, const Uuid& id);
  static Draft draft_of(const Uuid& id, v1::Verb verb, const v1::Erasure& erasure);
  Draft again_draft(const Uuid& id, const v1::Erasure& erasure, const RecordKey& cause) const;
  std::optional<Uuid> patient_of_visit(const Uuid& visit) const;
  std::optional<Uuid> patient_of(const SubjectKey& subject) const;
  void collect(const Uuid& patient, v1::Erasure& into) const;
  void bring_up_to_date(std::int64_t drawers_until_ms, v1::Erasure& erasure) const;
  bool is_overtaken(const Row<v1::Erasure>& order) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
