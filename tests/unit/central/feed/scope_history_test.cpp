#include <catch2/catch_test_macros.hpp>

#include "central/feed/feed_deriver.hpp"
#include "protocol/civil/days.hpp"
#include "protocol/record/id_of.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

using testing::monday_8;
using testing::SeededRandom;

/// A network with a history by chance, and all that was said in it: any scope can be worked out from that.
class RandomHistory {
 public:
  explicit RandomHistory(std::uint64_t seed) : random_(seed) {
    for (int i = 0; i < 3; ++i) {
      nodes_.push_back(NodeId{new_id()});
      points_.push_back(new_id());
      say_point(i);
      feeds_.begin(nodes_.back(), 1 + i);
    }
    for (int i = 0; i < 12; ++i) say(central_, v1::PATIENT, patients_.emplace_back(new_id()), v1::Patient());
    for (int i = 0; i < 3; ++i) say(central_, v1::DEVICE, devices_.emplace_back(new_id()), v1::Device());
  }

  void pass_a_day() {
    for (std::uint64_t acts = chance(12); acts > 0; --acts) act();
    day_ += chance(12) == 0 ? static_cast<int>(chance(90)) - 40 : 1;
    v1::Day day;
    day.set_day(days_after("2026-11-23", day_));
    day.set_minute(midnight());
    say(central_, v1::DAY, testing::central_of_tests.uuid, day);
  }

  std::set<SubjectKey> scope(int point) {
    std::set<SubjectKey> subjects;
    for (const auto& [subject, record] : feeds_.feed(nodes_[point]).scope().all())
      if (subject.type != v1::POINT && subject.type != v1::ERASURE) subjects.insert(subject);
    return subjects;
  }
  /// What the feed of a point would begin with now.
  Digest scope_from_states(int point) const {
    FeedDeriver again = feeds_;
    again.begin(nodes_[point], 77);
    return again.feed(nodes_[point]).scope().hash();
  }
  Digest scope_hash(int point) { return feeds_.feed(nodes_[point]).scope().hash(); }

  /// The rules of AUTHORITY.md over all that was ever said.
  std::set<SubjectKey> expected(int point) const {
    std::set<SubjectKey> subjects;
    const Octets here = points_[point].to_octets();
    auto with = [&](v1::EntityType type, const std::string& id) {
      if (const auto known = Uuid::from_octets(id); known && !erased_.contains(*known))
        subjects.insert({type, *known});
    };
    for (const auto& [id, each] : appointments_)
      if (each.point() == here && begins_in(each.from().minute(), -7, 31)) {
        with(v1::APPOINTMENT, id.to_octets());
        with(v1::PATIENT, each.patient());
      }
    for (const auto& [id, each] : visits_)
      if (each.point() == here && each.day() >= days_after("2026-11-23", day_ - 30) &&
          each.status() != v1::VISIT_UNDONE)
        with(v1::PATIENT, each.patient());
    for (const auto& [id, each] : custodies_) {
      const bool at_home = each.home_node() == nodes_[point].to_octets();
      if (archived_.contains(id) || erased_.contains(id) || !is_last(id)) continue;
      if (!at_home && each.point() != here) continue;
      with(v1::CUSTODY, id.to_octets());
      with(v1::DEVICE, each.device());
      with(v1::PATIENT, each.patient());
    }
    for (const auto& [id, each] : requests_) {
      const v1::Appointment& wanted = each.wanted();
      const bool is_past = wanted.from().minute() < midnight() - 7 * minutes_a_day;
      if (each.owner() == nodes_[point].to_octets() && (wanted.patient().empty() || !is_past))
        with(v1::REQUEST, id.to_octets());
    }
    for (const auto& [id, each] : credentials_) {
      const std::int64_t end = each.not_after_s() / 60;
      const bool is_over = end != 0 && end < midnight() - 7 * minutes_a_day;
      if (each.kind() != v1::CREDENTIAL_NODE && (each.revoked() ? !is_over : each.point() == here))
        with(v1::CREDENTIAL, id.to_octets());
    }
    return subjects;
  }

 private:
  std::uint64_t chance(std::uint64_t of) { return random_.u64() % of; }
  Uuid new_id() { return random_.uuid_v7(1); }
  Octets any(const std::vector<Uuid>& ids) { return ids[chance(ids.size())].to_octets(); }
  std::int64_t midnight() const { return monday_8 - 8 * 60 + day_ * minutes_a_day; }
  bool begins_in(std::int64_t minute, int first_day, int end_day) const {
    return minute >= midnight() + first_day * minutes_a_day && minute < midnight() + end_day * minutes_a_day;
  }
  bool is_last(const Uuid& custody) const {
    const auto& mine = custodies_.at(custody);
    for (const auto& [id, versions] : given_)
      for (const v1::Custody& each : versions)
        if (each.device() == mine.device() &&
            std::pair(each.from_ms(), id) > std::pair(mine.from_ms(), custody))
          return false;
    return true;
  }

  void say(testing::FeedPen& pen, v1::EntityType type, const Uuid& id,
           const google::protobuf::MessageLite& state, v1::Verb verb = v1::CHANGED) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {type, id};
    draft.verb = verb;
    draft.message = state.SerializeAsString();
    feeds_.apply(pen.write(draft));
  }
  void say_point(std::size_t point) {
    v1::Point state;
    state.set_node(nodes_[point].to_octets());
    say(central_, v1::POINT, points_[point], state);
  }

  /// One that was said before or, more often, a new one; never one that was erased.
  template <class State>
  typename std::map<Uuid, State>::value_type& one_of(std::map<Uuid, State>& all) {
    if (!all.empty() && chance(3) == 0) {
      auto& known = *std::next(all.begin(), static_cast<std::ptrdiff_t>(chance(all.size())));
      if (!erased_.contains(known.first)) return known;
    }
    return *all.try_emplace(new_id()).first;
  }
  v1::Appointment appointment() {
    v1::Appointment state;
    state.set_patient(any(patients_));
    state.set_point(any(points_));
    const int days = static_cast<int>(chance(70)) - 15;
    state.mutable_from()->set_minute(midnight() + days * minutes_a_day + 600);
    state.mutable_from()->set_civil(days_after("2026-11-23", day_ + days) + "T10:00");
    return state;
  }
  void act() {
    const std::uint64_t what = chance(44);
    if (what < 12) {
      auto& [id, state] = one_of(appointments_);
      state = appointment();
      say(central_, v1::APPOINTMENT, id, state);
    } else if (what < 20) {
      auto& [id, state] = one_of(visits_);
      if (state.point().empty()) state.set_point(any(points_));
      state.set_patient(any(patients_));
      state.set_day(days_after("2026-11-23", day_ - static_cast<int>(chance(3))));
      state.set_status(chance(4) == 0 ? v1::VISIT_UNDONE : v1::VISIT_FINISHED);
      say(theirs_, v1::VISIT, id, state);
    } else if (what < 30) {
      give_device();
    } else if (what < 37) {
      auto& [id, state] = one_of(requests_);
      state.set_owner(nodes_[chance(nodes_.size())].to_octets());
      *state.mutable_wanted() = chance(4) == 0 ? v1::Appointment() : appointment();
      say(central_, v1::REQUEST, id, state);
    } else if (what < 39) {
      say_point(chance(points_.size()));
    } else if (what >= 40) {
      certify();
    } else if (chance(4) == 0) {
      erase();
    }
  }
  /// A certificate is made or, more often than not, ends.
  void certify() {
    auto& [id, state] = one_of(credentials_);
    state.set_kind(chance(3) == 0 ? v1::CREDENTIAL_NODE : v1::CREDENTIAL_TERMINAL);
    if (chance(2) == 0) state.set_point(any(points_));
    const std::int64_t days = static_cast<std::int64_t>(chance(30)) - 10;
    state.set_not_after_s(chance(4) == 0 ? 0 : (midnight() + days * minutes_a_day) * 60);
    state.set_revoked(state.revoked() || chance(3) != 0);
    say(central_, v1::CREDENTIAL, id, state);
  }
  void give_device() {
    auto& [id, state] = one_of(custodies_);
    state.set_device(any(devices_));
    state.set_patient(chance(3) == 0 ? "" : any(patients_));
    state.set_home_node(nodes_[chance(nodes_.size())].to_octets());
    state.set_point(chance(2) == 0 ? "" : any(points_));
    state.set_from_ms(static_cast<std::int64_t>(day_ + 100 + chance(20)));
    // It was never what it had said of this time and later, nor what is said once more.
    std::vector<v1::Custody>& versions = given_[id];
    if (!versions.empty() && versions.back().device() == state.device() &&
        versions.back().patient() == state.patient())
      versions.pop_back();
    std::erase_if(versions, [&](const v1::Custody& each) { return each.from_ms() >= state.from_ms(); });
    versions.push_back(state);
    const bool archived = chance(6) == 0;
    say(central_, v1::CUSTODY, id, state, archived ? v1::ARCHIVED : v1::CHANGED);
    if (archived)
      archived_.insert(id);
    else
      archived_.erase(id);
  }
  /// A person, with all that names them; somebody else comes in their place.
  void erase() {
    v1::Erasure order;
    order.set_status(v1::ERASURE_ORDERED);
    Uuid& patient = patients_[chance(patients_.size())];
    order.set_patient(patient.to_octets());
    auto name = [&](v1::EntityType type, const Uuid& id) {
      v1::ErasedSubject& named = *order.add_subjects();
      named.set_type(type);
      named.set_id(id.to_octets());
      erased_.insert(id);
    };
    name(v1::PATIENT, patient);
    auto name_all = [&](v1::EntityType type, const auto& all) {
      for (const auto& [id, state] : all)
        if (state.patient() == patient.to_octets()) name(type, id);
    };
    name_all(v1::APPOINTMENT, appointments_);
    name_all(v1::VISIT, visits_);
    name_all(v1::CUSTODY, custodies_);
    say(central_, v1::ERASURE, new_id(), order, v1::ERASED);
    for (std::size_t i = 0; i < nodes_.size(); ++i) feeds_.begin(nodes_[i], random_.u64());
    say(central_, v1::PATIENT, patient = new_id(), v1::Patient());
  }

  testing::SeededRandom random_;
  testing::FeedPen central_{testing::tenant_of_tests, testing::central_of_tests};
  testing::FeedPen theirs_{testing::tenant_of_tests, testing::point_node_of_tests};
  FeedDeriver feeds_{testing::central_of_tests};
  int day_ = 0;
  std::vector<NodeId> nodes_;
  std::vector<Uuid> points_, patients_, devices_;
  std::map<Uuid, v1::Appointment> appointments_;
  std::map<Uuid, v1::Visit> visits_;
  std::map<Uuid, v1::Custody> custodies_;
  std::map<Uuid, std::vector<v1::Custody>> given_;  // What counts of each, by when it begins.
  std::map<Uuid, v1::Request> requests_;
  std::map<Uuid, v1::Credential> credentials_;
  std::set<Uuid> archived_, erased_;
};

}  // namespace

TEST_CASE("day by day a scope is what all that was ever said makes it, whatever happened",
          "[central][feed][X5][N10]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    RandomHistory history(seed);
    for (int day = 0; day < 120; ++day) {
      history.pass_a_day();
      for (int point = 0; point < 3; ++point) {
        INFO("history " << seed << ", day " << day << ", point " << point);
        REQUIRE(history.scope(point).size() == history.expected(point).size());
        REQUIRE((history.scope(point) == history.expected(point)));
        REQUIRE(history.scope_hash(point) == history.scope_from_states(point));
      }
    }
  }
}

TEST_CASE("what a point calls a visit or an appointment among its readings is told to nobody",
          "[central][feed][N10]") {
  FeedDeriver feeds(testing::central_of_tests);
  testing::FeedPen pen(testing::tenant_of_tests, testing::central_of_tests);
  testing::Clinic clinic([&](const Draft& draft) { feeds.apply(pen.write(draft)); });
  clinic.found_point("Embankment", testing::point_node_of_tests);
  feeds.begin(testing::point_node_of_tests, 1);
  const std::uint64_t items = feeds.feed(testing::point_node_of_tests).last();
  SeededRandom random(5);
  JournalWriter box(testing::tenant_of_tests, NodeId{clinic.id()}, Epoch{3}, random);
  for (const v1::EntityType type : {v1::VISIT, v1::TICKET, v1::APPOINTMENT, v1::PATIENT, v1::CUSTODY}) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {type, clinic.id()};
    draft.verb = v1::REGISTERED;
    feeds.apply(box.seal(v1::READINGS, {&draft, 1}, {.wall_ms = 1}).front());
  }
  CHECK(feeds.applied() == 6);
  CHECK(feeds.feed(testing::point_node_of_tests).last() == items);
}

}  // namespace feldsher::central
