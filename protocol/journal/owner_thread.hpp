#pragma once
#include <atomic>
#include <thread>

#include "protocol/record/result.hpp"

namespace feldsher {

/// Remembers which thread owns a thing that is not thread-safe, so that another one is a bug at its first
/// call and not a race that is seen once a year.
///
/// The first thread that calls `mine` owns it, until `give_to` names another. A copy has no owner yet.
class OwnerThread {
 public:
  OwnerThread() = default;
  OwnerThread(const OwnerThread&) {}
  OwnerThread& operator=(const OwnerThread&) {
    owner_ = std::thread::id();
    return *this;
  }

  /// Throws std::logic_error unless the caller is the owner.
  void mine(const char* why) {
    std::thread::id owner{};
    const std::thread::id me = std::this_thread::get_id();
    ensure(owner_.compare_exchange_strong(owner, me) || owner == me, why);
  }

  /// From now on `other` owns it. Called by the owner; what it did before must be visible to `other` (a
  /// mutex).
  void give_to(std::thread::id other, const char* why) {
    mine(why);
    owner_ = other;
  }

 private:
  std::atomic<std::thread::id> owner_{};
};

}  // namespace feldsher
