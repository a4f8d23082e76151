#include "devices/virtual/day_people.hpp"

#include <algorithm>

namespace feldsher::virtual_world {
namespace {

constexpr int most_check_in_tries = 12;

const std::string& one_of(const std::vector<std::string>& terminals, Random& random) {
  return terminals[random.below(terminals.size())];
}

}  // namespace

std::string text_of(OctetsView id) {
  const auto uuid = Uuid::from_octets(id);
  return uuid ? uuid->to_text() : std::string();
}

std::int64_t DayWorld::about(std::int64_t ms) {
  return ms / 2 + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(ms) + 1));
}

bool DayWorld::left_to_others(const std::string& terminal) const {
  const auto left = left_until_ms.find(terminal);
  return left != left_until_ms.end() && now_ms < left->second;
}

void DayWorld::tell(const char* who, const Uuid& id, const char* event, boost::json::object more) {
  boost::json::object line{{"who", who}, {"id", id.is_nil() ? "" : id.to_text()}, {"event", event}};
  for (auto& [key, value] : more) line[key] = std::move(value);
  lines.push_back(std::move(line));
}

void DayWorld::refused(const char* who, const Uuid& id, const char* act, v1::AskRefusal refusal) {
  tell(who, id, "refused", {{"ask", act}, {"refusal", v1::AskRefusal_Name(refusal)}});
}

// --- a patient

VirtualPatient::VirtualPatient(DayWorld& world, const DayPlan& plan, const DayPlan::Patient& who,
                               std::int64_t comes_ms)
    : world_(world), plan_(plan), who_(who), next_ms_(comes_ms) {}

void VirtualPatient::tick() {
  if (asking_ || state_ == State::gone) return;
  if (state_ == State::waiting || state_ == State::called) look_at_board();
  if (world_.now_ms < next_ms_) return;
  if (state_ == State::planned || state_ == State::checking_in) check_in();
  if (state_ == State::surveying) open_survey();
}

void VirtualPatient::check_in() {
  state_ = State::checking_in;
  v1::Ask ask;
  if (who_.walk_in()) {
    ask.mutable_walk_in()->set_service(who_.service.to_octets());
  } else if (!who_.pass.empty()) {
    ask.mutable_check_in_by_pass()->set_pass(who_.pass);
  } else {
    ask.mutable_check_in_by_phone()->set_phone(who_.phone);
    ask.mutable_check_in_by_phone()->set_birth_date(who_.birth_date);
  }
  asking_ = true;
  world_.asks.put(one_of(plan_.check_in, world_.random), std::move(ask), [this](const v1::Answer& answer) {
    asking_ = false;
    checked_in(answer);
  });
}

void VirtualPatient::checked_in(const v1::Answer& answer) {
  if (answer.refusal() != v1::ASK_GRANTED || !answer.has_checked_in()) {
    world_.refused("patient", who_.id.uuid, "check_in", answer.refusal());
    // The point may not have heard of today yet, or somebody before mistyped: comes back to the screen.
    next_ms_ = world_.now_ms + world_.about(2000) + 1000 * std::int64_t{answer.retry_after_s()};
    if (++tries_ == most_check_in_tries || answer.refusal() == v1::ASK_FINISHED_ALREADY) state_ = State::gone;
    return;
  }
  slip_ = answer.checked_in();
  boost::json::object line{{"visit", text_of(slip_.visit())},
                           {"ticket", text_of(slip_.ticket())},
                           {"label", slip_.ticket_label()}};
  if (!slip_.appointment().empty()) line["appointment"] = text_of(slip_.appointment());
  world_.tell("patient", who_.id.uuid, "checked_in", std::move(line));
  state_ = State::waiting;
  unseen_ms_ = world_.now_ms;
}

void VirtualPatient::look_at_board() {
  const auto shown = world_.board.find(slip_.ticket_label());
  if (shown != world_.board.end()) {
    unseen_ms_ = 0;
    if (state_ == State::waiting && shown->second == v1::TICKET_CALLED) {
      world_.tell("patient", who_.id.uuid, "called",
                  {{"ticket", text_of(slip_.ticket())}, {"label", slip_.ticket_label()}});
    }
    if (shown->second != v1::TICKET_WAITING) state_ = State::called;
    return;
  }
  if (unseen_ms_ == 0) unseen_ms_ = world_.now_ms;
  // Called, and then gone from the board: served. A call that the board never showed (the agent died
  // meanwhile) takes a while to believe.
  if (world_.now_ms - unseen_ms_ > (state_ == State::called ? 500 : 6000)) {
    state_ = State::surveying;
    next_ms_ = world_.now_ms + world_.about(500);
  }
}

void VirtualPatient::open_survey() {
  v1::Ask ask;
  ask.mutable_open_survey()->set_code(slip_.survey_code());
  asking_ = true;
  world_.asks.put(one_of(plan_.survey, world_.random), std::move(ask), [this](const v1::Answer& answer) {
    asking_ = false;
    if (answer.refusal() == v1::ASK_GRANTED && answer.has_survey())
      return answer_survey(answer.survey().survey());
    if (answer.refusal() == v1::ASK_WRONG_STATE) {  // Not served yet: sits down again.
      state_ = State::waiting;
      unseen_ms_ = world_.now_ms;
      return;
    }
    world_.refused("patient", who_.id.uuid, "open_survey", answer.refusal());
    next_ms_ = world_.now_ms + world_.about(2000) + 1000 * std::int64_t{answer.retry_after_s()};
    if (answer.refusal() != v1::ASK_BUSY && answer.refusal() != v1::ASK_TOO_MANY_TRIES) state_ = State::gone;
  });
}

void VirtualPatient::answer_survey(const v1::Survey& survey) {
  v1::Ask ask;
  auto& answers = *ask.mutable_answer_survey();
  answers.set_code(slip_.survey_code());
  for (const auto& question : survey.questions()) {
    auto& item = *answers.add_items();
    item.set_link_id(question.link_id());
    item.set_scale(question.scale());
    const auto steps = std::max(question.scale(), 1u);
    item.set_value(static_cast<std::uint32_t>(world_.random.below(steps)) + (steps == 11 ? 0 : 1));
  }
  asking_ = true;
  world_.asks.put(one_of(plan_.survey, world_.random), std::move(ask), [this](const v1::Answer& answer) {
    asking_ = false;
    state_ = State::gone;
    if (answer.refusal() == v1::ASK_GRANTED) {
      world_.tell("patient", who_.id.uuid, "surveyed", {{"visit", text_of(slip_.visit())}});
    } else {
      world_.refused("patient", who_.id.uuid, "answer_survey", answer.refusal());
    }
  });
}

}  // namespace feldsher::virtual_world
