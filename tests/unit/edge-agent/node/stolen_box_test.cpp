// A thief has the box and its key: whom does he find?
#include <fmt/core.h>
#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include "protocol/civil/days.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/journal/verify.hpp"
#include "tests/support/world/network.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::testing {
namespace {

constexpr int days_lived = 45;
constexpr std::int64_t a_day = 24 * 60;

/// Somebody, by what no other octets look like, and why the point may know of them.
struct Somebody {
  Uuid id;
  std::string name, phone, birth_date, former_phone = "none";
  std::set<int> appointments, visits;  ///< Days after the first Monday.

  bool in_scope(int today) const {
    for (int day : appointments)
      if (day >= today - 7 && day <= today + 30) return true;
    for (int day : visits)
      if (day >= today - 30) return true;
    return false;
  }
  /// Acts of the point itself are kept for 30 days: they name people by their ids.
  bool in_acts(int today) const {
    return in_scope(today) || (!appointments.empty() && *appointments.rbegin() >= today - 30);
  }
  /// What of them `octets` hold.
  std::string found_in(OctetsView octets) const {
    for (const std::string& each : {name, phone, birth_date, former_phone})
      if (octets.find(each) != OctetsView::npos) return each;
    return "";
  }
};

/// A point at work for weeks, with its journal in a file of plain pages: what a holder of the key sees.
struct StolenBox : Network {
  StolenBox() : point(add_point("Embankment")) {
    open_disk();
    restart(point);
    lose = [this](v1::Frame& frame) {
      // A standby that is always there.
      if (frame.has_acknowledgement())
        *frame.mutable_acknowledgement()->mutable_safe() = frame.acknowledgement().stored();
      if (frame.has_feed()) garble(*frame.mutable_feed());
      return false;
    };
    gp = clinic->service("General practitioner");
    ada = clinic->doctor("Ada");
    rita = clinic->registrar("Rita");
    room = clinic->room("12");
    clinic->survey();
    for (int day = 0; day <= days_lived + 45; ++day) {
      shifts.push_back(clinic->shift(ada, room, day * a_day, day * a_day + 480));
      clinic->lease(shifts.back(), day * a_day + 120, day * a_day + 180);
    }
  }
  ~StolenBox() {
    point.node.reset();
    point.ledger.reset();
  }
  void open_disk() {
    disk.reset();
    disk = std::make_unique<SqlcipherStore>(path(), tenant_of_tests, DatabaseKey{},
                                            sqlcipher::Disk{.vfs = "unix", .encrypted = false});
    point.disk = disk.get();
  }
  std::filesystem::path path() const { return folder.path() / "journal.db"; }

  Somebody& somebody() {
    const std::size_t n = people.size();
    Somebody& one = people.emplace_back();
    one.name = fmt::format("Zora{:04}x", n);
    one.phone = fmt::format("+38067{:07}", 1234567 + 7919 * n);
    one.birth_date = days_after("1941-01-01", static_cast<int>(n));
    one.id = clinic->patient(one.name, one.phone, one.birth_date);
    return one;
  }
  /// Central hears of another telephone number.
  void change(Somebody& who) {
    who.former_phone = who.phone;
    who.phone.replace(3, 3, "991");
    v1::Patient state;
    state.set_given_name(who.name);
    state.set_phone(who.phone);
    state.set_birth_date(who.birth_date);
    clinic->publish(v1::PATIENT, who.id, v1::CHANGED, state);
  }
  Uuid appointment(Somebody& who, int day, std::int64_t minute) {
    who.appointments.insert(day);
    return clinic->appointment(who.id, shifts.at(static_cast<std::size_t>(day)), gp, day * a_day + minute);
  }
  std::optional<v1::CheckedIn> check_in(Somebody& who) {
    v1::Ask ask;
    ask.mutable_check_in_by_phone()->set_phone(who.phone);
    ask.mutable_check_in_by_phone()->set_birth_date(who.birth_date);
    const auto answer = this->ask(point, "checkin-1", ask);
    REQUIRE(answer->has_checked_in());
    who.visits.insert(today);
    return answer->checked_in();
  }
  v1::Ask by(const Octets& session) const {
    v1::Ask ask;
    ask.set_session(session);
    return ask;
  }
  void must(const std::string& terminal, const v1::Ask& act) {
    REQUIRE(ask(point, terminal, act)->refusal() == v1::ASK_GRANTED);
  }
  void serve(const v1::CheckedIn& in) {
    const Octets session = sign_in(point, "room-1", ada);
    v1::Ask act = by(session);
    act.mutable_call_next()->set_room(room.to_octets());
    must("room-1", act);
    act = by(session);
    act.mutable_serve()->set_ticket(in.ticket());
    must("room-1", act);
    act = by(session);
    act.mutable_finish()->set_ticket(in.ticket());
    must("room-1", act);
  }
  void survey(const Somebody& who, const v1::CheckedIn& in) {
    v1::Ask act;
    act.mutable_answer_survey()->set_code(in.survey_code());
    act.mutable_answer_survey()->set_comment("I am " + who.name + ", call " + who.phone);
    v1::SurveyItem& item = *act.mutable_answer_survey()->add_items();
    item.set_link_id("clear");
    item.set_value(5);
    item.set_scale(5);
    must("survey-1", act);
  }
  /// Reception books for the day after tomorrow: in the point's own minutes, or by asking central.
  void book(Somebody& who, std::int64_t minute) {
    v1::Ask act = by(sign_in(point, "reception", rita));
    act.mutable_book()->set_patient(who.id.to_octets());
    act.mutable_book()->set_shift(shifts.at(static_cast<std::size_t>(today + 2)).to_octets());
    act.mutable_book()->set_service(gp.to_octets());
    act.mutable_book()->set_minute(monday_8 + (today + 2) * a_day + minute);
    must("reception", act);
    who.appointments.insert(today + 2);
    settle();
  }

  void next_day() {
    ++today;
    clock.pass_minutes(a_day);
    point.clock.pass_minutes(a_day);
    central->tick();
    point.node->tick();
    settle();
    work();
  }
  void work() {
    connect(point);
    settle();
    pass_seconds(3);
    REQUIRE(point.live());
    Somebody& comes = somebody();
    appointment(comes, today, 60);
    appointment(somebody(), today, 80);       // Who does not come.
    appointment(somebody(), today + 10, 60);  // Nor then.
    appointment(somebody(), today + 40, 60);
    if (people.size() > 20) change(people[people.size() - 20]);
    settle();
    const auto in = check_in(comes);
    if (today == 3) {
      forgotten = *Uuid::from_octets(in->ticket());  // Nobody ever calls it.
    } else {
      serve(*in);
      survey(comes, *in);
    }
    if (today % 5 == 0) book(comes, 130);
    if (today % 5 == 1) book(comes, 300);
    settle();
    pass_seconds(12);
  }
  void live(int days) {
    work();
    while (today < days) next_day();
  }

  /// Everything that lies in the file, as rows and as plain pages.
  std::vector<std::string> outsiders_found() {
    std::vector<std::string> found;
    auto look = [&](const std::string& where, OctetsView octets) {
      for (const Somebody& one : people)
        if (const std::string what = one.found_in(octets); !one.in_scope(today) && !what.empty())
          found.push_back(where + " has " + what);
    };
    auto look_for_ids = [&](const std::string& where, const Record& record, auto&& may) {
      for (const Somebody& one : people)
        if (!may(one) && record.stored.body->find(one.id.to_octets()) != Octets::npos)
          found.push_back(where + " " + v1::EntityType_Name(record.subject.type) + " has the id of " +
                          one.name);
    };
    disk->replay(0, [&](std::uint64_t, Record&& record) {
      if (!record.stored.body) return;
      look("journal", *record.stored.body);
      // A ticket that nobody has called stays open, and with it its visit, which names the patient by id.
      if (!is_forgotten(record))
        look_for_ids("journal", record, [&](const Somebody& one) { return one.in_acts(today); });
    });
    disk->scope([&](Record&& record) {
      look("scope", *record.stored.body);
      look_for_ids("scope", record, [&](const Somebody& one) { return one.in_scope(today); });
    });
    disk->each_answered([&](AskId, const Octets& answer) { look("answer", answer); });
    for (const auto& [name, value] : disk->values("")) look("value " + name, value);
    for (const char* end : {"", "-wal"}) look(std::string("file") + end, content(end));
    return found;
  }
  bool is_forgotten(const Record& record) const {
    const auto* ticket = point.node->state().tickets.find(forgotten);
    return record.subject.type == v1::VISIT && ticket &&
           ticket->state.visit() == record.subject.id.to_octets();
  }
  Octets content(const char* end) const {
    const auto file = path().string() + end;
    if (!std::filesystem::exists(file)) return {};
    Octets octets(std::filesystem::file_size(file), '\0');
    std::ifstream(file, std::ios::binary).read(octets.data(), static_cast<std::streamsize>(octets.size()));
    return octets;
  }
  /// Who is in scope and is in the file: otherwise nothing was proved.
  std::size_t insiders_found() {
    const Octets all = content("") + content("-wal");
    std::size_t found = 0;
    for (const Somebody& one : people) found += one.in_scope(today) && all.find(one.phone) != Octets::npos;
    return found;
  }
  std::vector<std::string> outsiders_in_memory() const {
    std::vector<std::string> found;
    for (const Somebody& one : people)
      if (!one.in_scope(today) && point.node->state().patients.find(one.id)) found.push_back(one.name);
    return found;
  }
  void check_whole() {
    CHECK(same_state(point));
    CHECK(incidents(v1::INCIDENT_HASH) == 0);
    CHECK(incidents(v1::INCIDENT_QUARANTINE) == 0);
    Verifier verifier(tenant_of_tests);
    disk->replay(0, [&](std::uint64_t, Record&& record) {
      verifier.record(record.journal(), record.key.seq, record.stored.core, record.stored.body,
                      record.stored.body ? std::nullopt : std::optional(record.stored.body_digest),
                      record.stored.hash);
    });
    CHECK(verifier.findings().empty());
    CHECK(verifier.records_checked() > 400);
    const auto* ticket = point.node->state().tickets.find(forgotten);
    REQUIRE(ticket);
    CHECK(ticket->state.status() == v1::TICKET_WAITING);
  }
  /// What the point holds of each shift: free and booked minutes.
  std::map<Uuid, std::pair<std::size_t, std::size_t>> minutes() const {
    std::map<Uuid, std::pair<std::size_t, std::size_t>> all;
    for (const Uuid& shift : shifts) {
      const ShiftBook book = point.node->state().book(shift);
      all[shift] = {book.held().count(), book.free().count()};
    }
    return all;
  }
  void garble(v1::FeedBatch& batch) const {
    if (!honours_no_leave) return;
    for (v1::FeedItem& item : *batch.mutable_items())
      if (item.kind() == v1::FEED_LEAVE) item.set_subject(Uuid{}.to_octets());
  }

  test::Folder folder;
  Box& point;
  std::unique_ptr<SqlcipherStore> disk;
  Uuid gp, ada, rita, room, forgotten;
  std::vector<Uuid> shifts;
  std::deque<Somebody> people;
  int today = 0;
  bool honours_no_leave = false;
};

}  // namespace

TEST_CASE("a thief of a box with its key finds nobody outside of the point's scope", "[edge][node][X5]") {
  StolenBox net;
  net.live(days_lived);
  CHECK(net.outsiders_found().empty());
  CHECK(net.outsiders_in_memory().empty());
  CHECK(net.insiders_found() > 50);
  net.check_whole();

  // What the agent needs of its own acts is there after a start.
  const auto minutes = net.minutes();
  const std::size_t tickets = net.point.node->state().tickets.rows().size();
  net.cut(net.point);
  net.point.node.reset();
  net.point.ledger.reset();
  net.open_disk();
  net.restart(net.point);
  CHECK(net.minutes() == minutes);
  CHECK(net.point.node->state().tickets.rows().size() == tickets);
  net.next_day();
  CHECK(net.outsiders_found().empty());
  net.check_whole();

  // And central keeps all of it.
  std::size_t known = 0;
  for (const Somebody& one : net.people) known += net.central->state().patients.find(one.id) != nullptr;
  CHECK(known == net.people.size());
  CHECK(net.central->state().visits.rows().size() == days_lived + 2);
  CHECK(net.central->state().survey_answers.rows().size() == days_lived + 1);
}

TEST_CASE("a box that does not honour a leave is found out", "[edge][node][X5]") {
  StolenBox net;
  net.honours_no_leave = true;
  net.live(12);
  CHECK_FALSE(net.outsiders_found().empty());
  CHECK_FALSE(net.outsiders_in_memory().empty());
  CHECK(net.incidents(v1::INCIDENT_HASH) > 0);
}

TEST_CASE("a box without a line for weeks keeps what is not safe, and lets it go when it is",
          "[edge][node][X5][X11]") {
  StolenBox net;
  net.live(1);
  net.cut(net.point);
  const auto acts = [&] {
    std::size_t bodies = 0;
    net.disk->replay(0, [&](std::uint64_t, Record&& record) {
      bodies += record.subject.type == v1::SURVEY_ANSWER && record.stored.body;
    });
    return bodies;
  };
  REQUIRE(acts() == 2);
  v1::Ask walk_in;
  walk_in.mutable_walk_in()->set_service(net.gp.to_octets());
  const auto in = net.ask(net.point, "checkin-1", walk_in);
  REQUIRE(in->has_checked_in());
  net.serve(in->checked_in());
  net.survey(net.people.front(), in->checked_in());
  for (int day = 0; day < 40; ++day) {
    net.point.clock.pass_minutes(a_day);
    net.point.node->tick();
  }
  CHECK(acts() == 1);
  net.clock.pass_minutes(40 * a_day);
  net.today += 40;
  net.central->tick();
  net.connect(net.point);
  net.settle();
  net.pass_seconds(12);
  CHECK(acts() == 1);
  net.point.clock.pass_minutes(a_day);
  net.point.node->tick();
  CHECK(acts() == 0);
  CHECK(net.central->state().survey_answers.rows().size() == 3);
}

}  // namespace feldsher::testing
