#pragma once
#include <set>
#include <vector>

#include "central/feed/scope_window.hpp"
#include "protocol/record/record.hpp"

namespace feldsher::central {

/// The subjects that are in scope by time, by when: so a day costs what enters or leaves on it, and not what
/// is in the window. What is found may have been moved or dropped since it was put in: the state says.
class ScopeIndex {
 public:
  /// An appointment, or a request, that begins in that minute (since 1970-01-01T00:00Z), or a certificate
  /// that ends in it.
  void put(std::int64_t minute, const SubjectKey& subject) { by_minute_.emplace(minute, subject); }
  /// A visit or a ticket of that local day.
  void put(const std::string& day, const SubjectKey& subject) { by_day_.emplace(day, subject); }

  /// What may be in one of the two windows and not in the other.
  std::vector<SubjectKey> between(const ScopeWindow& one, const ScopeWindow& other) const;
  /// What may be in the window.
  std::vector<SubjectKey> within(const ScopeWindow& window) const;

 private:
  std::set<std::pair<std::int64_t, SubjectKey>> by_minute_;
  std::set<std::pair<std::string, SubjectKey>> by_day_;
};

}  // namespace feldsher::central
