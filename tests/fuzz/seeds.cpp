// Records what cannot be written by hand: conversations and signed things, as seeds of the fuzz targets. They
// are checked in; this is run again when a contract has changed: FELDSHER_SEEDS=tests/fuzz/corpus
// record_seeds
#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>

#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/enrolment/sealed_request.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/pass/pass.hpp"
#include "tests/fuzz/talk.hpp"
#include "tests/unit/edge-agent/node/rebuilt_point.hpp"

namespace feldsher::fuzz {
namespace {

void write(const std::string& target, const std::string& name, const Octets& octets) {
  const char* folder = std::getenv("FELDSHER_SEEDS");
  REQUIRE(folder != nullptr);
  const auto place = std::filesystem::path(folder) / target;
  std::filesystem::create_directories(place);
  std::ofstream(place / name, std::ios::binary) << octets;
}

Octets two(std::size_t number) { return {static_cast<char>(number >> 8), static_cast<char>(number & 0xff)}; }
Octets octet(unsigned value) { return Octets(1, static_cast<char>(value)); }

/// A message of a conversation, as the target takes it; nothing of one that is too long for a seed.
Octets framed(const google::protobuf::MessageLite& frame, bool down) {
  const Octets octets = frame.SerializeAsString();
  if (octets.size() > 4000) return {};
  return two(octets.size() | (down ? downwards : 0U)) + octets;
}

bool goes_down(const v1::Frame& frame) {
  return frame.has_welcome() || frame.has_acknowledgement() || frame.has_restore() || frame.has_feed() ||
         frame.has_rebuild() || frame.has_state_answer() ||
         (frame.has_checkpoint() && !frame.checkpoint().countersignature().empty());
}
bool goes_down(const v1::StandbyFrame& frame) {
  return !frame.has_hello() && !frame.has_acknowledgement() && !frame.has_fork();
}

/// The conversation as one seed, in a world where it fits; and each kind of message in it twice by itself,
/// after a greeting in whatever world there is, which takes a tenth of the time.
template <class Frame>
void write_talk(const std::string& target, const std::string& name, const std::vector<Frame>& sent,
                std::uint8_t choices) {
  Octets all = octet(new_world | choices);
  std::map<int, int> seen;
  for (const Frame& frame : sent) {
    const Octets one = framed(frame, goes_down(frame));
    if (one.empty()) continue;
    if (all.size() < 12'000) all += one;
    const int kind = frame.message_case();
    if (const int n = seen[kind]++; n < 2)
      write(target, name + "-" + std::to_string(kind) + (n == 0 ? "" : "-again"),
            octet(choices | greets) + one);
  }
  write(target, name, all);
}

}  // namespace

TEST_CASE("conversations of a node with central") {
  Talk day;
  day.connect(*day.point);
  day.settle();
  for (int i = 0; i < 2; ++i) {
    v1::Ask ask;
    ask.mutable_walk_in()->set_service(day.service.to_octets());
    day.ask(*day.point, "checkin-1", ask);
  }
  day.pass_seconds(8);
  write_talk("sync_frame", "day", day.sent, 0);

  Talk lost;
  lost.lose_disk();
  lost.sent.clear();
  lost.connect(*lost.point);
  lost.settle();
  lost.pass_seconds(3);
  write_talk("sync_frame", "restored", lost.sent, lost_disk);

  testing::RebuiltPoint cut;
  cut.lose_disk();
  cut.come_back();
  write_talk("sync_frame", "rebuilt", cut.sent, lost_disk);
  cut.sent.clear();
  cut.five_days();
  cut.trim();
  std::erase_if(cut.sent, [](const v1::Frame& frame) { return frame.has_batch() || frame.has_feed(); });
  write_talk("sync_frame", "trimmed", cut.sent, 0);
}

TEST_CASE("a conversation of central with its copy") {
  testing::CopiedNetwork network;
  std::vector<v1::StandbyFrame> sent;
  network.lose_copied = [&](v1::StandbyFrame& frame) {
    sent.push_back(frame);
    return false;
  };
  network.copy = std::make_unique<testing::Copy>();
  for (int i = 0; i < 3; ++i) network.ticket();
  network.connect_copy();
  network.settle_all();
  network.ticket();
  network.pass(6);
  REQUIRE(sent.size() > 4);
  write_talk("standby_frame", "followed", sent, 0);
  write_talk("standby_frame", "lost", sent, lost_disk);
}

TEST_CASE("asks of terminals") {
  Talk talk;
  const auto of = [](unsigned terminal, auto fill) {
    v1::Ask ask;
    ask.set_id(Octets(16, 'i'));
    ask.set_language("uk");
    fill(ask);
    write("ask", "act-" + std::to_string(ask.act_case()), octet(terminal) + ask.SerializeAsString());
  };
  const Octets service = talk.service.to_octets(), room = talk.room.to_octets();
  const Octets ticket(16, 't');
  of(0, [&](v1::Ask& ask) { ask.mutable_walk_in()->set_service(service); });
  of(0, [&](v1::Ask& ask) { ask.mutable_catalogue(); });
  of(0, [&](v1::Ask& ask) { ask.mutable_check_in_by_pass()->set_pass("FP1:AQ"); });
  of(0, [&](v1::Ask& ask) {
    ask.mutable_check_in_by_phone()->set_phone("044 123 45 67");
    ask.mutable_check_in_by_phone()->set_birth_date("1956-03-09");
  });
  of(3, [&](v1::Ask& ask) { ask.mutable_open_survey()->set_code("123456"); });
  of(1, [&](v1::Ask& ask) {
    ask.mutable_sign_in()->set_practitioner(talk.doctor.to_octets());
    ask.mutable_sign_in()->set_pin("1234");
  });
  of(5, [&](v1::Ask& ask) { ask.mutable_room()->set_room(room); });
  of(5, [&](v1::Ask& ask) { ask.mutable_call_next(); });
  of(5, [&](v1::Ask& ask) { ask.mutable_call_again()->set_ticket(ticket); });
  of(5, [&](v1::Ask& ask) {
    ask.mutable_transfer()->set_ticket(ticket);
    ask.mutable_transfer()->set_service(service);
  });
  of(5, [&](v1::Ask& ask) { ask.mutable_serve()->set_ticket(ticket); });
  of(5, [&](v1::Ask& ask) { ask.mutable_finish()->set_ticket(ticket); });
  of(6, [&](v1::Ask& ask) { ask.mutable_reception(); });
  of(6, [&](v1::Ask& ask) { ask.mutable_undo(); });
  of(6, [&](v1::Ask& ask) { ask.mutable_free_minutes()->set_service(service); });
  of(6, [&](v1::Ask& ask) {
    ask.mutable_book()->set_patient(talk.patient.to_octets());
    ask.mutable_book()->set_service(service);
    ask.mutable_book()->set_minute(testing::monday_8 + 60);
  });
  of(6, [&](v1::Ask& ask) { ask.mutable_set_clock()->set_wall_ms(testing::monday_8_ms); });
  of(6, [&](v1::Ask& ask) {
    ask.mutable_set_room_ready()->set_room(room);
    ask.mutable_set_room_ready()->set_ready(true);
  });
  of(6, [&](v1::Ask& ask) { ask.mutable_point(); });
}

TEST_CASE("passes, certificates, enrolments, records, heads") {
  testing::SeededRandom random(5);
  const SigningKey key = SigningKey::from_seed({7});
  write("pass", "issued",
        issue_pass(key, {.appointment = {random.uuid_v7(1)},
                         .patient = {random.uuid_v7(1)},
                         .point = {random.uuid_v7(1)},
                         .day = "2026-11-23"}));
  write(
      "pass", "urn",
      PeerIdentity{.tenant = testing::tenant_of_tests, .kind = PeerKind::terminal, .id = "room-1"}.to_urn());

  const auto request = make_key_and_request("line").request;
  write("certificate", "request", octet(2) + request);
  const auto code = enrolment::EnrolmentCode::make(random, {.wall_ms = 1'795'000'000'000},
                                                   sha256("authority"), "central.example", 8445);
  write("enrolment", "code", code.to_text());
  v1::EnrolmentRequest wanted;
  wanted.set_line_request(request);
  wanted.set_head_key(Octets(32, 'k'));
  write("enrolment", "sealed", enrolment::seal(code, wanted).SerializeAsString());

  const Ed25519Signer signer{key};
  testing::FeedPen pen(testing::tenant_of_tests, testing::central_of_tests);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.actor.set_id(testing::central_of_tests.to_octets());
  draft.subject = {v1::TICKET, random.uuid_v7(1)};
  draft.verb = v1::QUEUED;
  draft.message = "words of a body";
  const Record record = pen.write(draft);
  write("read_record", "queued",
        octet(1) + two(record.stored.core.size()) + record.stored.core + *record.stored.body);
  write("read_record", "without", octet(2) + two(record.stored.core.size()) + record.stored.core);

  JournalTip tip;
  tip.journal = record.journal();
  tip.advance(record);
  const Octets head = sign_head(testing::tenant_of_tests, tip, signer).SerializeAsString();
  const Octets truth = octet(5) + two(0);
  write("verifier", "head", octet(0) + two(head.size()) + head + truth + truth + truth);
  write("verifier", "cut", octet(3) + two(3) + "cut" + truth + truth + octet(2) + two(40) + Octets(40, 'h'));
}

}  // namespace feldsher::fuzz
