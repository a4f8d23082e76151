// The point's side of a line: what it lets fall, and what it does with a journal that was cut.
#include <set>

#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// Central says this to the point, on the line that there is.
void tell(OnePoint& net, const std::function<void(v1::Frame&)>& make) {
  v1::Frame frame;
  make(frame);
  net.point.node->link().receive(frame, net.point.node->now());
  net.settle();
}

/// The point's acts are cut up to `seq`, on its disk and in its link.
void cut_acts(OnePoint& net, std::uint64_t seq) {
  Transaction cut;
  JournalTip& tip = cut.cuts.emplace_back();
  tip.journal = net.point.node->writer().tip(v1::ACTS).journal;
  for (const Record& record : net.point.store.read(tip.journal, 1, {.records = 1000}))
    if (record.key.seq <= seq) tip.advance(record);
  net.point.store.commit(std::span(&cut, 1));
  net.point.node->link().was_cut(tip);
}

}  // namespace

TEST_CASE("a checkpoint goes up on a line that stands, and only one that central has signed counts",
          "[protocol][sync][X7]") {
  OnePoint net;
  v1::SignedCheckpoint checkpoint;
  checkpoint.set_checkpoint("cuts");
  net.cut(net.point);
  net.sent.clear();
  net.point.node->link().propose(checkpoint);
  CHECK(net.sent_of(v1::Frame::kCheckpoint) == 0);
  net.lose = [](v1::Frame& frame) { return frame.has_checkpoint(); };
  net.reconnect(net.point);
  net.point.node->link().propose(checkpoint);
  CHECK(net.sent_of(v1::Frame::kCheckpoint) == 1);
  std::size_t signed_ones = 0;
  net.point.node->link().on_checkpoint = [&](const v1::SignedCheckpoint& made) {
    CHECK(made.checkpoint() == "cuts");
    ++signed_ones;
  };
  auto answer = [&](const CheapSigner& by) {
    countersign(checkpoint, by);
    tell(net, [&](v1::Frame& frame) { *frame.mutable_checkpoint() = checkpoint; });
  };
  answer(CheapSigner("thief"));
  CHECK(signed_ones == 0);
  answer(net.central_signer);
  CHECK(signed_ones == 1);
  checkpoint.set_checkpoint("other cuts");
  tell(net, [&](v1::Frame& frame) { *frame.mutable_checkpoint() = checkpoint; });
  CHECK(signed_ones == 1);
}

TEST_CASE(
    "a point that has cut what central lacks says so, and its acts stand still while its readings go on",
    "[protocol][sync][X11]") {
  OnePoint net;
  const MemoryStore backup = net.store;
  for (int i = 0; i < 3; ++i) net.ticket();
  const std::uint64_t cut = net.acts();
  cut_acts(net, cut);
  net.reconnect(net.point);
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 0);  // Central has it all.
  net.restart(net.point);
  net.store = backup;
  net.restart_central();
  net.sent.clear();
  net.lose = [](v1::Frame& frame) {
    if (frame.has_hello()) frame.mutable_hello()->clear_heard();
    return false;
  };
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  bool said = false;
  for (const v1::Frame& frame : net.sent)
    for (const v1::JournalMark& mark : frame.hello().cut())
      said = said || (mark.stream() == v1::ACTS && mark.seq() == cut);
  CHECK(said);
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) >= 1);
  std::size_t at_the_point = 0;
  for (const auto& [id, row] : net.point.node->state().incidents.rows())
    at_the_point += row.state.kind() == v1::INCIDENT_FORGOTTEN;
  CHECK(at_the_point == 1);
  const std::uint64_t held = net.held(net.point);
  net.ticket();
  net.reading(net.point);
  net.settle();
  CHECK(net.held(net.point) == held);
  CHECK(net.held(net.point, v1::READINGS) == 1);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 0);
}

TEST_CASE("readings of a life that central lacks and that were cut stand still, those of the next go on",
          "[protocol][sync][X11]") {
  OnePoint net;
  net.reading(net.point);
  net.reading(net.point);
  net.settle();
  net.restart(net.point);
  net.ticket();
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  const Epoch first = net.point.node->link().lives().all().front().epoch;
  net.change_next(v1::Frame::kWelcome, [&](v1::Frame& frame) {
    for (v1::JournalMark& mark : *frame.mutable_welcome()->mutable_held())
      if (mark.epoch() == first.value && mark.stream() == v1::READINGS) mark.set_seq(1);
  });
  net.point.node->link().was_cut(
      {.journal = {net.point.identity.node, v1::READINGS, first}, .seq = 2, .hash = {}, .edge = {}});
  net.reconnect(net.point);
  net.sent.clear();
  net.reading(net.point);
  net.settle();
  CHECK(net.held(net.point, v1::READINGS) == 1);
  CHECK(net.sent_of(v1::Frame::kBatch) >= 1);
  for (const v1::Frame& frame : net.sent)
    if (frame.has_batch())
      CHECK_FALSE((frame.batch().stream() == v1::READINGS && frame.batch().epoch() == first.value));
}

TEST_CASE("what cannot be read from the disk is not sent, and nothing comes of it", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.ticket();
  Transaction cut;  // Beside the link: it has not been told.
  cut.cuts.push_back(net.point.node->writer().tip(v1::ACTS));
  net.point.store.commit(std::span(&cut, 1));
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.sent_of(v1::Frame::kBatch) == 0);
}

TEST_CASE("an acknowledgement that comes again, or for a life that nobody knows, changes nothing",
          "[protocol][sync]") {
  OnePoint net;
  net.ticket();
  net.reading(net.point);
  net.settle();
  std::vector<v1::Frame> acknowledgements;
  for (const v1::Frame& frame : net.sent)
    if (frame.has_acknowledgement()) acknowledgements.push_back(frame);
  REQUIRE(acknowledgements.size() >= 2);
  const std::uint64_t stored = net.stored();
  const auto waiting = net.point.ledger->waiting();
  for (int i = 0; i < 2; ++i)
    for (const v1::Frame& said : acknowledgements) tell(net, [&](v1::Frame& frame) { frame = said; });
  CHECK(net.stored() == stored);
  tell(net, [&](v1::Frame& frame) {
    frame = acknowledgements.front();
    frame.mutable_acknowledgement()->mutable_stored()->set_epoch(77);
  });
  CHECK(net.point.ledger->waiting() == waiting);
  CHECK(net.point.view().acts_unsynced() == 0);
}

TEST_CASE("what was read from the disk while sending began anew is let fall, and read again",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.lose = [](v1::Frame& frame) { return frame.has_batch(); };
  net.ticket();
  net.point.ledger->hold();
  net.ticket();
  net.point.ledger->step();  // The second is durable, and is being read.
  net.pass_seconds(until_resent_s);
  net.lose = [](v1::Frame&) { return false; };
  net.point.ledger->run();
  net.settle();
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.stored() == net.acts());
  CHECK(net.central->state().tickets.rows().size() == 2);
  for (auto kind : {v1::INCIDENT_FORK, v1::INCIDENT_QUARANTINE}) CHECK(net.incidents(kind) == 0);
}

TEST_CASE("records and cuts of a life that the link does not know are none of its", "[protocol][sync]") {
  OnePoint net;
  SeededRandom random(77);
  JournalWriter stranger(tenant_of_tests, net.point.identity.node, Epoch{77}, random);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.subject = {v1::TICKET, random.uuid_v7(monday_8_ms)};
  draft.verb = v1::QUEUED;
  const Record record = stranger.seal(v1::ACTS, {&draft, 1}, net.point.node->now()).front();
  sync::PointLink& link = net.point.node->link();
  link.wrote(record);
  link.was_cut(stranger.tip(v1::ACTS));
  link.durable(stranger.tip(v1::ACTS), net.point.node->now());
  CHECK(link.lives().find(Epoch{77}) == nullptr);
  CHECK(link.lives().unsynced(v1::ACTS) == 0);
  CHECK(link.own_subjects().current(record.subject));
}

TEST_CASE("a life whose beginning was erased or cannot be read signs no heads", "[protocol][sync][X7]") {
  OnePoint net;
  const Record opened = net.point.store.read(net.point.node->writer().tip(v1::ACTS).journal, 1, {}).front();
  sync::PointLink& link = net.point.node->link();
  const Octets key = link.lives().present().head_key;
  Record bodiless = opened;
  bodiless.stored.body.reset();
  link.wrote(bodiless);
  CHECK(link.lives().present().head_key == key);
}

TEST_CASE("records that come back twice, or overlap, are taken once; those of no life of ours wait for good",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  const MemoryStore backup = net.point.store;
  for (int i = 0; i < 3; ++i) net.ticket();
  const std::uint64_t all = net.acts();
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = backup;
  net.restart(net.point);
  const std::uint64_t here = net.acts();
  v1::Frame restore;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_restore() && !restore.has_restore()) {
      restore = frame;
      return true;
    }
    return false;
  };
  net.reconnect(net.point);
  REQUIRE(restore.has_restore());
  REQUIRE(net.point.node->link().phase() == sync::PointLink::Phase::restoring);
  v1::Frame foreign = restore;
  foreign.mutable_restore()->set_epoch(77);
  tell(net, [&](v1::Frame& frame) { frame = foreign; });
  v1::Frame first = restore;
  const int parts = restore.restore().records_size();
  REQUIRE(parts > 1);
  first.mutable_restore()->mutable_records()->DeleteSubrange(1, parts - 1);
  for (int i = 0; i < 2; ++i) tell(net, [&](v1::Frame& frame) { frame = first; });
  CHECK(net.point.node->link().phase() == sync::PointLink::Phase::restoring);
  tell(net, [&](v1::Frame& frame) { frame = restore; });
  CHECK(net.point.live());
  CHECK(all > here);
  CHECK(net.point.node->state().tickets.rows().size() == 4);
  CHECK(net.same_state(net.point));
  for (auto kind : {v1::INCIDENT_FORK, v1::INCIDENT_QUARANTINE, v1::INCIDENT_CLONE})
    CHECK(net.incidents(kind) == 0);
}

TEST_CASE("a record of another tenant that is handed back ends the line, not the process",
          "[protocol][sync][N10]") {
  OnePoint net;
  const MemoryStore backup = net.point.store;
  for (int i = 0; i < 3; ++i) net.ticket();
  net.cut(net.point);
  net.point.node.reset();
  net.point.store = backup;
  net.restart(net.point);
  const std::uint64_t here = net.acts();
  net.lose = [&](v1::Frame& frame) {
    if (!frame.has_restore()) return false;
    v1::WireRecord& first = *frame.mutable_restore()->mutable_records(0);
    v1::HeaderCore core;
    REQUIRE(core.ParseFromString(first.core()));
    core.set_tenant(Octets(16, 'x'));
    first.set_core(core.SerializeAsString());
    return false;
  };
  net.connect(net.point);
  net.settle();
  CHECK(!net.point.live());
  CHECK(net.acts() == here);
}

TEST_CASE("what an older version wrote down of what was heard is said without a hash",
          "[protocol][sync][X11]") {
  OnePoint net;
  net.cut(net.point);
  Transaction older;
  older.values["feed/heard-chain"] = "";
  net.point.store.commit(std::span(&older, 1));
  net.restart(net.point);
  net.sent.clear();
  net.reconnect(net.point);
  REQUIRE(net.sent_of(v1::Frame::kHello) >= 1);
  for (const v1::Frame& frame : net.sent)
    for (const v1::JournalMark& heard : frame.hello().heard()) {
      CHECK(heard.seq() > 0);
      CHECK(heard.chain().empty());
    }
  CHECK(net.point.live());
}

}  // namespace feldsher::testing
