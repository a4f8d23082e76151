#include "devices/virtual/day.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::virtual_world {
namespace {

/// Whoever finds so many in the waiting room comes another day.
constexpr std::size_t most_inside = 8;

/// A window asks for the catalogue by itself. All else at a terminal of staff is done by somebody.
bool of_somebody_at_work(const v1::Answer& answer) {
  return !answer.has_catalogue() && answer.refusal() != v1::ASK_NOT_SIGNED_IN &&
         answer.refusal() != v1::ASK_BUSY;
}

}  // namespace

Day::Day(const DayPlan& plan, Random& random, Random& ids, std::int64_t now_ms, std::int64_t seconds,
         const Hospitality& hospitality)
    : plan_(plan),
      hospitality_(hospitality),
      asks_(ids),
      world_{
          .asks = asks_, .random = random, .now_ms = now_ms, .board = {}, .lines = {}, .left_until_ms = {}} {
  if (plan.check_in.empty() || plan.survey.empty() || plan.board.empty()) {
    throw Fault("a day needs a check-in screen, a survey screen and a board");
  }
  const auto length_ms = seconds * 1000;
  world_.until_ms = next_walk_in_ms_ = now_ms + length_ms;
  world_.open_end = hospitality.walk_in_ms > 0;
  // All come within the first 85 %, in any order, and are served at a pace that ends the day in time.
  const auto count = static_cast<std::int64_t>(plan.patients.size());
  for (const auto& who : plan.patients) {
    const auto comes = now_ms + static_cast<std::int64_t>(
                                    random.below(static_cast<std::uint64_t>(length_ms) * 85 / 100 + 1));
    patients_.emplace_back(world_, plan, who, comes);
  }
  const auto each = count == 0 ? 0 : length_ms * static_cast<std::int64_t>(plan.doctors.size()) / (2 * count);
  world_.walk_ms = std::clamp<std::int64_t>(each / 3, 600, 15'000);
  world_.serve_ms = std::clamp<std::int64_t>(each / 2, 600, 60'000);
  for (const auto& who : plan.doctors) doctors_.emplace_back(world_, who);
  if (!plan.registrars.empty() && !plan.bookable.empty()) {
    registrar_.emplace(world_, plan, std::clamp<std::int64_t>(length_ms / 20, 500, 20'000));
  }
}

void Day::tick(std::int64_t now_ms) {
  world_.now_ms = std::max(world_.now_ms, now_ms);
  world_.inside = static_cast<std::size_t>(
      std::count_if(patients_.begin(), patients_.end(), [](const auto& p) { return p.came() && !p.gone(); }));
  if (world_.open_end && world_.now_ms >= next_walk_in_ms_) walk_in();
  for (auto& patient : patients_) patient.tick();
  for (auto& doctor : doctors_) doctor.tick();
  if (registrar_) registrar_->tick();
}

void Day::walk_in() {
  next_walk_in_ms_ = world_.now_ms + world_.about(hospitality_.walk_in_ms);
  if (plan_.walk_ins.empty() || world_.inside >= most_inside) return;
  while (!patients_.empty() && patients_.front().gone()) patients_.pop_front();
  const auto& who = plan_.walk_ins[world_.random.below(plan_.walk_ins.size())];
  patients_.emplace_back(world_, plan_, who, world_.now_ms);
}

void Day::answered(const std::string& terminal, const v1::Answer& answer) {
  if (asks_.answered(answer) || asks_.ours(answer) || !of_somebody_at_work(answer)) return;
  world_.left_until_ms[terminal] = world_.now_ms + hospitality_.yield_ms;
}

void Day::board(const v1::BoardSnapshot& snapshot) {
  world_.board.clear();
  const auto take = [&](const auto& tickets, v1::TicketStatus status) {
    for (const auto& ticket : tickets) world_.board[ticket.label()] = status;
  };
  take(snapshot.waiting(), v1::TICKET_WAITING);
  take(snapshot.called(), v1::TICKET_CALLED);
  take(snapshot.serving(), v1::TICKET_SERVING);
}

bool Day::over() const {
  return !world_.open_end && world_.now_ms >= world_.until_ms && patients_left() == 0 && asks_.size() == 0;
}

std::size_t Day::patients_left() const {
  return static_cast<std::size_t>(
      std::count_if(patients_.begin(), patients_.end(), [](const auto& p) { return !p.gone(); }));
}

}  // namespace feldsher::virtual_world
