#include "edge-agent/desk/permissions.hpp"

#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

struct Row {
  const char* act;      // The field of Ask.
  const char* screens;  // Check-in, survey, board, room, reception: y, n, p(lain), o(wn).
  const char* people;   // Doctor, registrar, nurse, manager.
  bool open;
};

/// The whole table once more, as AUTHORITY.md has it, so that a slip in one of the two is seen.
constexpr Row table[] = {
    {"catalogue", "yyyyy", "yyyy", true},
    {"point", "yyyyy", "yyyy", true},
    {"check_in_by_pass", "ynnny", "yyyy", true},
    {"check_in_by_phone", "ynnny", "yyyy", true},
    {"walk_in", "pnnny", "nyyn", true},
    {"open_survey", "nynnn", "yyyy", true},
    {"answer_survey", "nynnn", "yyyy", true},
    {"sign_in", "nnnyy", "yyyy", true},
    {"sign_out", "nnnyy", "yyyy", true},
    {"room", "nnnon", "ynyn", false},
    {"call_next", "nnnon", "ynyn", false},
    {"call_again", "nnnon", "ynyn", false},
    {"skip", "nnnoy", "yyyn", false},
    {"transfer", "nnnoy", "yyyn", false},
    {"serve", "nnnon", "ynyn", false},
    {"finish", "nnnon", "ynyn", false},
    {"reception", "nnnny", "nyyn", false},
    {"mark_present", "nnnny", "nyyn", false},
    {"prioritise", "nnnny", "nyyn", false},
    {"undo", "nnnyy", "yyyn", false},
    {"free_minutes", "nnnny", "yyyy", false},
    {"book", "nnnny", "nynn", false},
    {"cancel", "nnnny", "nynn", false},
    {"return_minutes", "nnnny", "nyny", false},
    {"set_clock", "nnnny", "nyyy", false},
    {"set_room_ready", "nnnoy", "yyyy", false},
    {"adjust_shift", "nnnoy", "oyny", false},
};
constexpr std::pair<Screen, const char*> screens[] = {{Screen::check_in, "checkin-1"},
                                                      {Screen::survey, "survey-1"},
                                                      {Screen::board, "board-1"},
                                                      {Screen::room, "room-2"},
                                                      {Screen::reception, "reception-2"}};
constexpr v1::Role roles[] = {v1::DOCTOR, v1::REGISTRAR, v1::NURSE, v1::MANAGER};

char letter(Leave leave) { return "npoy"[static_cast<int>(leave)]; }

/// An ask of that act with nothing in it.
v1::Ask empty_ask(const std::string& act) {
  v1::Ask ask;
  ask.GetReflection()->MutableMessage(&ask, v1::Ask::descriptor()->FindFieldByName(act));
  return ask;
}

struct Crew : ClinicDay {
  Crew() {
    for (const v1::Role role : roles) people.push_back(clinic.person("Somebody", role, {gp}));
  }
  std::vector<Uuid> people;
};

}  // namespace

TEST_CASE("every act is in the table, for each screen and each role", "[edge][desk][permissions][X2][X5]") {
  const auto* acts = v1::Ask::descriptor()->FindOneofByName("act");
  CHECK(static_cast<std::size_t>(acts->field_count()) == std::size(table));
  for (const Row& row : table) {
    CAPTURE(row.act);
    const auto act = static_cast<v1::Ask::ActCase>(v1::Ask::descriptor()->FindFieldByName(row.act)->number());
    for (std::size_t i = 0; i < std::size(screens); ++i) {
      CAPTURE(screens[i].second);
      CHECK(letter(leave_of(act, screens[i].first)) == row.screens[i]);
    }
    for (std::size_t i = 0; i < std::size(roles); ++i) {
      CAPTURE(v1::Role_Name(roles[i]));
      CHECK(letter(leave_of(act, roles[i])) == row.people[i]);
    }
    CHECK(open_to_all(act) == row.open);
  }
}

TEST_CASE("the desk does what the table says, act by act, at each screen and for each role",
          "[edge][desk][permissions][X2][X5]") {
  Crew crew;
  for (const Row& row : table)
    for (std::size_t screen = 0; screen < std::size(screens); ++screen) {
      const std::string terminal = screens[screen].second;
      CAPTURE(row.act, terminal);
      const v1::Ask ask = empty_ask(row.act);
      const bool shown = row.screens[screen] != 'n';
      const auto unsigned_in = crew.desk.refuses(ask, terminal, crew.now());
      if (!shown)
        CHECK(unsigned_in == v1::ASK_NOT_ALLOWED);
      else if (row.open)
        CHECK_FALSE(unsigned_in);
      else
        CHECK(unsigned_in == v1::ASK_NOT_SIGNED_IN);
      for (std::size_t role = 0; role < std::size(roles); ++role) {
        CAPTURE(v1::Role_Name(roles[role]));
        REQUIRE(crew.sign_in(crew.people[role], terminal) == v1::ASK_GRANTED);
        v1::Ask theirs = ask;
        theirs.set_session(crew.sessions[terminal]);
        // An act in one's own shift names no shift here, so it is in nobody's.
        const bool may = shown && row.people[role] == 'y';
        CHECK((crew.desk.refuses(theirs, terminal, crew.now()) == v1::ASK_NOT_ALLOWED) != may);
      }
    }
}

TEST_CASE("a screen that is not in the list of this point may ask nothing", "[edge][desk][permissions][X2]") {
  ClinicDay day;
  day.clinic.terminal("checkin-8", PointId{day.clinic.id()});  // Another point's.
  for (const char* stranger : {"checkin-9", "checkin-8", "", "reception "})
    for (const Row& row : table) {
      CAPTURE(row.act, stranger);
      CHECK(day.desk.refuses(empty_ask(row.act), stranger, day.now()) == v1::ASK_NOT_ALLOWED);
    }
  CHECK(day.check_in(day.olenas_pass, "checkin-9").refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.check_in(day.olenas_pass).refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a screen that was put away, or whose kind nobody knows, may ask nothing",
          "[edge][desk][permissions][X2]") {
  ClinicDay day;
  const auto row = std::ranges::find_if(
      day.state.terminals.rows(), [](const auto& entry) { return entry.second.state.name() == "checkin-1"; });
  v1::Terminal strange = row->second.state;
  strange.set_role("telescope");
  day.clinic.publish(v1::TERMINAL, row->first, v1::CHANGED, strange);
  CHECK(day.walk_in(day.gp).refusal() == v1::ASK_NOT_ALLOWED);
  strange.set_role("check-in");
  day.clinic.publish(v1::TERMINAL, row->first, v1::CHANGED, strange);
  CHECK(day.walk_in(day.gp).refusal() == v1::ASK_GRANTED);
  day.clinic.publish(v1::TERMINAL, row->first, v1::ARCHIVED, strange);
  CHECK(day.walk_in(day.gp).refusal() == v1::ASK_NOT_ALLOWED);
}

TEST_CASE("while a point has no list every screen may look, and do nothing",
          "[edge][desk][permissions][X2]") {
  const PointState nothing(PointId{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb")},
                           testing::point_node_of_tests);
  for (const Row& row : table) {
    CAPTURE(row.act);
    const bool looks = std::string(row.act) == "catalogue" || std::string(row.act) == "point";
    CHECK(refusal_of(nothing, empty_ask(row.act), "checkin-1", std::nullopt).has_value() != looks);
  }
}

TEST_CASE("a patient's screen names nobody and gives no priority", "[edge][desk][permissions][X5]") {
  ClinicDay day;
  v1::Ask named, first;
  named.mutable_walk_in()->set_service(day.gp.to_octets());
  named.mutable_walk_in()->set_patient(day.olena.to_octets());
  first.mutable_walk_in()->set_service(day.gp.to_octets());
  first.mutable_walk_in()->set_priority(v1::PRIORITY_URGENT);
  for (const v1::Ask& ask : {named, first}) {
    CHECK(day.ask(ask, "checkin-1").refusal() == v1::ASK_NOT_ALLOWED);
    CHECK(day.ask(ask, "reception-2").refusal() == v1::ASK_NOT_SIGNED_IN);
    CHECK(day.ask(ask, "reception").refusal() == v1::ASK_GRANTED);
  }
}

TEST_CASE("a room's screen acts in its own room only", "[edge][desk][permissions][X5]") {
  ClinicDay day;
  const Uuid other = day.clinic.room("14");
  day.clinic.terminal("room-14", day.clinic.point, other);
  const Uuid boris = day.clinic.doctor("Boris");
  REQUIRE(day.sign_in(boris, "room-14") == v1::ASK_GRANTED);
  const std::string ticket = day.walk_in(day.gp).checked_in().ticket();
  CHECK(day.call_next(day.room, "room-14").refusal() == v1::ASK_NOT_ALLOWED);
  REQUIRE(day.call_next(day.room, "room-1").refusal() == v1::ASK_GRANTED);
  for (const char* act : {"call_again", "serve", "skip", "finish"})
    CHECK(day.on_ticket(act, ticket, "room-14").refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.transfer(ticket, day.gp, "room-14").refusal() == v1::ASK_NOT_ALLOWED);
  v1::Ask ready;
  ready.mutable_set_room_ready()->set_room(day.room.to_octets());
  CHECK(day.ask(ready, "room-14").refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.on_ticket("skip", ticket, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.call_next(other, "room-14").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a doctor adjusts the own shift, and nobody else's", "[edge][desk][permissions][X5]") {
  ClinicDay day;
  const Uuid boris = day.clinic.doctor("Boris");
  REQUIRE(day.sign_in(boris, "room-2") == v1::ASK_GRANTED);
  v1::Ask late;
  late.mutable_adjust_shift()->set_shift(day.shift.to_octets());
  late.mutable_adjust_shift()->set_delay_minutes(10);
  CHECK(day.ask(late, "room-2").refusal() == v1::ASK_NOT_ALLOWED);
  CHECK(day.ask(late, "room-1").refusal() == v1::ASK_GRANTED);
  CHECK(day.ask(late, "reception").refusal() == v1::ASK_GRANTED);
}

TEST_CASE("a person may what any of their roles may, and nothing once they are gone",
          "[edge][desk][permissions][X5]") {
  ClinicDay day;
  v1::Ask list;
  list.mutable_reception();
  const Uuid bella = day.clinic.person("Bella", v1::MANAGER, {});
  REQUIRE(day.sign_in(bella, "reception-2") == v1::ASK_GRANTED);
  CHECK(day.ask(list, "reception-2").refusal() == v1::ASK_NOT_ALLOWED);
  v1::Practitioner both = day.state.practitioners.find(bella)->state;
  both.add_roles(v1::REGISTRAR);
  day.clinic.publish(v1::PRACTITIONER, bella, v1::CHANGED, both);
  CHECK(day.ask(list, "reception-2").refusal() == v1::ASK_GRANTED);
  day.state.drop({v1::PRACTITIONER, bella});
  CHECK(day.ask(list, "reception-2").refusal() == v1::ASK_NOT_ALLOWED);
}

}  // namespace feldsher::edge
