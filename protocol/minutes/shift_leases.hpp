#pragma once
#include <map>
#include <vector>

#include "protocol/minutes/minute_set.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher {

/// What was leased of one shift, and what is left of it.
///
/// A lease gives the minutes of its present state less those that were given back *from it*. A minute may be
/// leased, returned and leased again, so minutes alone would not do; and a give-back that was written before
/// its writer heard that the lease was broken must not hit a later lease of the same minutes, so counting
/// would not do either. Leases only shrink and give-backs only grow: the result is the same in whatever order
/// the records of both sides arrive.
class ShiftLeases {
 public:
  /// The present state of a lease: what it still gives, as its writer says.
  void leased(const Uuid& lease, const MinuteSet& minutes);
  void returned(const std::vector<Uuid>& leases, const MinuteSet& minutes);

  /// The minutes that the point holds.
  MinuteSet outstanding() const;
  /// Which leases give some of `minutes` at present.
  std::vector<Uuid> giving(const MinuteSet& minutes) const;
  /// What one lease gives at present.
  MinuteSet given_by(const Uuid& lease) const;
  /// The minutes that two leases give at once: none in any reachable state.
  MinuteSet given_twice() const;

 private:
  struct Lease {
    MinuteSet minutes, back;
  };
  std::map<Uuid, Lease> leases_;
};

/// The leases that a GiveBack names.
std::vector<Uuid> named_leases(const v1::GiveBack& give_back);
/// A give-back of `minutes`, which names the leases that they are held by.
v1::GiveBack give_back_of(const Uuid& shift, const Uuid& point, const MinuteSet& minutes,
                          const ShiftLeases& leases);

}  // namespace feldsher
