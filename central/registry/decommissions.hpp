#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Why a decommission is refused.
enum class DecommissionRefusal {
  not_found = 1,  ///< No such point, or one without a node, or no such proposal.
  malformed,      ///< No reason, or one that is too long.
  no_person,      ///< A program asks: people decommission a box.
  same_person,    ///< Who proposed it may not confirm it.
  wrong_state,    ///< It is ordered already, or the point waits for a new box as it is.
  overtaken,      ///< A box has enrolled since it was proposed: that one was not meant.
};
const char* to_text(DecommissionRefusal refusal);

template <class T>
using Decommissioned = boost::system::result<T, DecommissionRefusal>;

/// The end of a box that is dead or in other hands: one person proposes, another confirms. The lives that
/// central knows of it end; what was open there ends with them and is shown as ended. The point lives on:
/// what it was leased is central's again, and the next box that enrols for it takes over. Pure.
class Decommissions {
 public:
  Decommissions(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  /// `wrong_state` also when a proposal for the point stands already.
  Decommissioned<Draft> propose(PointId point, const std::string& reason, const v1::Actor& actor,
                                v1::Proof proof, const Instant& now) const;
  /// The order, the ends of all tickets and visits that are open on the box, and of the requests that it
  /// will not answer. Its certificates and leases are not here: see central/access/end_box.hpp.
  Decommissioned<std::vector<Draft>> order(const Uuid& decommission, const v1::Actor& actor,
                                           v1::Proof proof) const;

  /// A proposal for this point that waits for its second person; nil when there is none. The enrolment of a
  /// box ends it.
  Uuid proposed_for(PointId point) const;

  /// A record of a life that has ended was still under way to the disk: what it left open ends too,
  /// where nothing has moved that on since.
  std::optional<Draft> late(const Record& record) const;
  /// After a restart: what came late and was not ended when the process died.
  std::vector<Draft> left_over() const;

 private:
  bool is_of_ended_life(const RecordKey& key) const { return state_.has_ended(key.origin, key.epoch); }
  std::optional<Draft> end_of(const SubjectKey& subject) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
