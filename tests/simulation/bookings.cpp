#include "tests/simulation/bookings.hpp"

#include <fmt/core.h>

#include <deque>

#include "central/scheduling/task_rules.hpp"
#include "edge-agent/desk/desk.hpp"
#include "tests/simulation/minute_model.hpp"
#include "tests/simulation/properties.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::simulation {
namespace {

using testing::central_of_tests;
using testing::monday_8;
using testing::point_node_of_tests;
using testing::tenant_of_tests;

constexpr std::uint64_t attempts_a_round = 400;
constexpr std::int64_t shift_minutes = 480;

/// A day of central and one point, new each time so that it stays small.
class Day {
 public:
  Day(std::uint64_t seed, BookingFigures& figures);

  /// Somebody does something, and perhaps something arrives.
  void step();
  /// The line is up until nothing moves; then both sides are held against the model.
  void meet();
  /// What the model counted, at the end.
  void add_up();

 private:
  using Sent = std::deque<std::vector<Record>>;

  void write_at_central(const std::vector<Draft>& drafts);
  void write_at_point(const std::vector<Draft>& drafts);
  void hear_at_central();
  void hear_at_point();
  v1::Answer ask(v1::Ask ask);
  void book_at_central();
  void book_at_point();
  void cancel();
  void give_back();
  void lease();
  void recall();
  void break_leases();
  void compare();
  void fail(const std::string& what) { figures_.broken.push_back(what); }

  Uuid any(const std::vector<Uuid>& of) { return of[random_.below(of.size())]; }
  std::int64_t any_minute() {
    return monday_8 + 1 + static_cast<std::int64_t>(random_.below(shift_minutes - 1));
  }

  BookingFigures& figures_;
  SeededRandom random_;
  testing::VirtualClock clock_;
  JournalWriter central_pen_{tenant_of_tests, central_of_tests, Epoch{1}, random_};
  JournalWriter point_pen_{tenant_of_tests, point_node_of_tests, Epoch{2}, random_};
  MinuteModel model_{central_of_tests};
  std::vector<Record> intake_;  // Central's journal.
  Sent down_, up_;
  bool line_up_ = true;
  central::NetworkState network_{central_of_tests};
  central::Scheduling scheduling_{network_, random_};
  central::TaskRules tasks_{network_, random_};
  testing::Clinic clinic_;
  edge::PointState state_;
  edge::Desk desk_;
  edge::DeskTime now_;
  v1::Actor caller_;
  Uuid service_;
  std::vector<Uuid> shifts_, patients_;
  Octets session_;
};

Day::Day(std::uint64_t seed, BookingFigures& figures)
    : figures_(figures),
      random_(seed),
      clinic_([this](const Draft& draft) { write_at_central({draft}); }, seed),
      state_(clinic_.found_point("point", point_node_of_tests), point_node_of_tests),
      desk_(state_, clinic_.zone, random_, [](const std::string&) { return edge::ReadPass{}; }),
      now_(desk_.time(clock_.now(), 0)) {
  caller_.set_kind(v1::ACTOR_NODE);
  caller_.set_id(central_of_tests.to_octets());
  clinic_.terminal("reception", clinic_.point);
  service_ = clinic_.service("service");
  for (int i = 0; i < 3; ++i) {
    shifts_.push_back(clinic_.shift(clinic_.doctor("doctor"), clinic_.room("room"), 0, shift_minutes));
    model_.shift(shifts_.back(), {monday_8, monday_8 + shift_minutes});
    clinic_.lease(shifts_.back(), 160, 320);
  }
  for (int i = 0; i < 40; ++i) patients_.push_back(clinic_.patient("patient"));
  const Uuid registrar = clinic_.registrar("registrar");
  while (!down_.empty()) hear_at_point();
  v1::SignIn sign_in;
  sign_in.set_practitioner(registrar.to_octets());
  sign_in.set_pin("1234");
  session_ = desk_.signed_in(sign_in, "reception", true, now_).answer.signed_in().session();
}

void Day::write_at_central(const std::vector<Draft>& drafts) {
  if (drafts.empty()) return;
  down_.push_back(central_pen_.seal(v1::ACTS, drafts, clock_.now()));
  for (const Record& record : down_.back()) {
    network_.apply(record);
    model_.wrote(record);
    intake_.push_back(record);
  }
}

void Day::write_at_point(const std::vector<Draft>& drafts) {
  if (drafts.empty()) return;
  up_.push_back(point_pen_.seal(v1::ACTS, drafts, clock_.now()));
  for (const Record& record : up_.back()) {
    state_.apply(record);
    model_.wrote(record);
  }
}

void Day::hear_at_central() {
  const std::vector<Record> records = std::move(up_.front());
  up_.pop_front();
  for (const Record& record : records) {
    network_.apply(record);
    intake_.push_back(record);
  }
  for (const Record& record : records) {
    if (record.subject.type == v1::REQUEST)
      write_at_central(scheduling_.answer_request(record.subject.id, clock_.now()));
    if (record.subject.type == v1::APPOINTMENT)
      write_at_central(tasks_.found_in(record.subject.id, clock_.now()));
  }
}

void Day::hear_at_point() {
  const std::vector<Record> records = std::move(down_.front());
  down_.pop_front();
  for (const Record& record : records) state_.apply(record);
  for (const Record& record : records)
    if (record.subject.type == v1::REQUEST) write_at_point(desk_.answer_request(record.subject.id, now_));
}

v1::Answer Day::ask(v1::Ask ask) {
  ask.set_id(random_.octets(16));
  ask.set_session(session_);
  edge::Outcome outcome = desk_.answer(ask, "reception", now_);
  write_at_point(outcome.drafts);
  return std::move(outcome.answer);
}

void Day::book_at_central() {
  ++figures_.attempts;
  const auto booking = scheduling_.book({.patient = any(patients_),
                                         .shift = any(shifts_),
                                         .service = service_,
                                         .minute = any_minute(),
                                         .minutes = 1 + static_cast<std::uint32_t>(random_.below(20))},
                                        caller_, v1::PROOF_NONE, clock_.now());
  if (!booking) {
    ++figures_.refused;
    return;
  }
  ++(booking->requested ? figures_.asked : figures_.granted);
  write_at_central(booking->drafts);
}

void Day::book_at_point() {
  ++figures_.attempts;
  v1::Ask wanted;
  v1::Book& book = *wanted.mutable_book();
  book.set_patient(any(patients_).to_octets());
  book.set_shift(any(shifts_).to_octets());
  book.set_service(service_.to_octets());
  book.set_minute(any_minute());
  book.set_minutes(1 + static_cast<std::uint32_t>(random_.below(20)));
  const v1::Answer answer = ask(wanted);
  if (!answer.has_booked())
    ++figures_.refused;
  else
    ++(answer.booked().requested() ? figures_.asked : figures_.granted);
}

void Day::cancel() {
  if (model_.bookings().empty()) return;
  auto at = model_.bookings().begin();
  std::advance(at, static_cast<long>(random_.below(model_.bookings().size())));
  const Uuid id = at->first;
  ++figures_.cancelled;
  if (random_.one_in(2)) {
    if (auto booking = scheduling_.cancel(id, caller_, v1::PROOF_NONE, clock_.now()))
      write_at_central(booking->drafts);
  } else {
    v1::Ask wanted;
    wanted.mutable_cancel()->set_appointment(id.to_octets());
    ask(wanted);
  }
}

void Day::give_back() {
  v1::Ask wanted;
  wanted.mutable_return_minutes()->set_shift(any(shifts_).to_octets());
  figures_.given_back += ask(wanted).has_done();
}

void Day::lease() {
  const Uuid shift = any(shifts_);
  const auto free = network_.book(shift).free().stretches();
  if (free.empty()) return;
  const Minutes stretch = free[random_.below(free.size())];
  if (auto lease = scheduling_.lease(
          shift, MinuteSet(Minutes{stretch.first, stretch.first + (stretch.count() + 1) / 2}), caller_,
          v1::PROOF_NONE, clock_.now())) {
    ++figures_.leases;
    write_at_central({*lease});
  }
}

void Day::recall() {
  const std::int64_t first = any_minute();
  if (auto asked = scheduling_.recall(any(shifts_), MinuteSet(Minutes{first, first + 60}), caller_,
                                      v1::PROOF_NONE, clock_.now())) {
    ++figures_.recalled;
    write_at_central(asked->drafts);
  }
}

void Day::break_leases() {
  if (auto broken = scheduling_.break_leases(any(shifts_), caller_, v1::PROOF_TOKEN, clock_.now())) {
    ++figures_.breaks;
    write_at_central(*broken);
  }
}

void Day::step() {
  const std::uint64_t what = random_.below(100);
  if (what < 42)
    book_at_point();
  else if (what < 84)
    book_at_central();
  else if (what < 91)
    cancel();
  else if (what < 93)
    give_back();
  else if (what < 96)
    lease();
  else if (what < 98)
    recall();
  else if (what < 99)
    figures_.cuts += std::exchange(line_up_, false);
  else if (!line_up_ && random_.one_in(4))
    break_leases();
  else if (!line_up_ && random_.one_in(2))
    meet();
  else
    line_up_ = true;
  if (line_up_ && !down_.empty() && random_.one_in(2)) hear_at_point();
  if (line_up_ && !up_.empty() && random_.one_in(2)) hear_at_central();
}

void Day::meet() {
  line_up_ = true;
  while (!down_.empty() || !up_.empty()) {
    if (!up_.empty() && (down_.empty() || random_.one_in(2)))
      hear_at_central();
    else
      hear_at_point();
  }
  model_.met();
  compare();
}

void Day::compare() {
  ++figures_.meetings;
  central::NetworkState again(central_of_tests);  // As it is after a restart.
  for (const Record& record : intake_) again.apply(record);
  for (const Uuid& shift : shifts_) {
    if (network_.book(shift).held() != model_.held_by_central(shift))
      fail("central's book is not the model's");
    if (state_.book(shift).held() != model_.held_by_point(shift)) fail("the point's book is not the model's");
    if (network_.bookings_of(shift) != state_.bookings_of(shift)) fail("the two books differ");
    if (again.book(shift).held() != model_.held_by_central(shift) ||
        again.bookings_of(shift) != network_.bookings_of(shift))
      fail("a central that starts again has another book");
  }
  if (!central::TaskRules(again, random_).left_over(clock_.now()).empty())
    fail("a central that starts again finds tasks that it had found");
  for (const auto& [id, booking] : model_.bookings()) {
    if (!booking.by_point) continue;
    const bool lost = !model_.held_by_point(booking.shift).contains(booking.minutes);
    const std::size_t tasks = tasks_opened_for(network_, id);
    if (tasks > 1 || (lost && tasks == 0))
      fail(fmt::format("{} tasks for a booking in broken minutes", tasks));
  }
}

void Day::add_up() {
  figures_.doubled += model_.doubled();
  figures_.excused += model_.excused();
  for (const auto& [id, row] : network_.tasks.rows())
    figures_.tasks += row.state.kind() == v1::TASK_BROKEN_LEASE;
  figures_.broken.insert(figures_.broken.end(), model_.broken().begin(), model_.broken().end());
}

}  // namespace

BookingFigures run_bookings(std::uint64_t seed, std::uint64_t attempts) {
  BookingFigures figures;
  while (figures.attempts < attempts && figures.broken.empty()) {
    const std::uint64_t until = std::min(attempts, figures.attempts + attempts_a_round);
    Day day(seed * 1'000'003 + figures.attempts, figures);
    while (figures.attempts < until) day.step();
    day.meet();
    day.add_up();
  }
  return figures;
}

void print(const BookingFigures& figures) {
  fmt::print(
      "{} booking attempts: {} granted, {} asked of the other side, {} refused; {} over a minute that was "
      "taken\n",
      figures.attempts, figures.granted, figures.asked, figures.refused, figures.doubled);
  fmt::print("{} leases, {} give-backs, {} recalls, {} cancellings; {} cuts, both sides compared {} times\n",
             figures.leases, figures.given_back, figures.recalled, figures.cancelled, figures.cuts,
             figures.meetings);
  fmt::print("{} times a shift's leases broken: {} bookings there overlap, {} tasks\n", figures.breaks,
             figures.excused, figures.tasks);
}

}  // namespace feldsher::simulation
