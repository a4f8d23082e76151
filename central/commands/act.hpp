#pragma once
#include "central/commands/look.hpp"

namespace feldsher::central {

// Acts of a person or a program through the API of a running central. Each throws Fault with its refusal.

/// In no list and in no point's scope from then on; nothing is deleted.
void archive_patient(const LookWish& wish, const std::string& patient, std::ostream& out);
void unarchive_patient(const LookWish& wish, const std::string& patient, std::ostream& out);

struct BookWish {
  std::string patient, shift, service;
  std::string from;          ///< On the wall of the shift's point, "2026-11-22T09:43".
  std::int64_t minutes = 0;  ///< 0 = as long as the service usually takes.
};
/// Books in central's minutes, or asks the point that holds them.
void book(const LookWish& wish, const BookWish& booking, std::ostream& out);
void cancel(const LookWish& wish, const std::string& appointment, std::ostream& out);

struct MinutesWish {
  std::string shift, from, until;  ///< Times on the wall of the shift's point.
};
/// Gives minutes of a shift to its point.
void lease(const LookWish& wish, const MinutesWish& minutes, std::ostream& out);
/// Asks the point to give back what is free of them.
void recall(const LookWish& wish, const MinutesWish& minutes, std::ostream& out);
/// What came of what was asked of a point.
void look_at_request(const LookWish& wish, const std::string& request, std::ostream& out);

}  // namespace feldsher::central
