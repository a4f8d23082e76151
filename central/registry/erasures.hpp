#pragma once
#include <boost/system/result.hpp>
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
};
const char* to_text(ErasureRefusal refusal);

template <class T>
using Erased = boost::system::result<T, ErasureRefusal>;

/// Orders to erase: one person proposes, another confirms, and from then on nobody keeps the bodies about the
/// patient. Pure.
///
/// What hangs on a patient: the patient, appointments, visits, tickets, survey answers, requests for
/// appointments, and the reading blocks of the time that a device was worn. What stays names the patient by
/// id only: custody (receipts rest on it), tasks, and the disclosures that say who read what.
class Erasures {
 public:
  Erasures(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  Erased<Draft> propose(const Uuid& patient, const std::string& ground, const v1::Actor& actor,
                        v1::Proof proof, const Instant& now) const;
  Erased<Draft> order(const Uuid& erasure, const v1::Actor& actor, v1::Proof proof, const Instant& now) const;

  /// A record came of a patient whose erasure is ordered (a point wrote it before it heard): the order goes
  /// out again and names its subject too. Nothing when the record has no body or is of nobody erased.
  std::optional<Draft> late(const Record& record) const;
  /// After a restart: what came late and was not ordered again when the process ended.
  std::vector<Draft> left_over() const;

 private:
  std::optional<Uuid> patient_of_visit(const Uuid& visit) const;
  std::optional<Uuid> patient_of(const SubjectKey& subject) const;
  void collect(const Uuid& patient, v1::Erasure& into) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
