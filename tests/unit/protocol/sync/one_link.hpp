#pragma once
#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/writer.hpp"
#include "protocol/sync/central_link.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/support/world/ledger.hpp"

namespace feldsher::sync {

using testing::central_of_tests, testing::point_node_of_tests, testing::tenant_of_tests;

/// A central with one node in it, and that node's hand.
struct OneLink : CentralLinkHost, Wire {
  OneLink() { node.resume_after({}); }

  bool enrolled(NodeId) override { return is_enrolled; }
  bool ended(NodeId, Epoch life) override { return ended_lives.contains(life); }
  std::vector<Octets> head_keys(NodeId) override { return enrolled_keys; }
  std::vector<v1::HeadKeyHandover> handovers() override { return own_handovers; }
  void received(NodeId, const std::vector<Record>& records) override { taken += records.size(); }
  bool takes_readings() override { return true; }
  FeedLog& feed(NodeId) override { return log; }
  void renew_feed(NodeId, std::function<void()> then) override {
    log = FeedLog(log.epoch() + 1);
    renewed.push_back(std::move(then));
    if (renews_at_once) run_renewed();
  }
  void run_renewed() {
    for (const auto& then : std::exchange(renewed, {})) then();
  }
  Digest state_hash_of_acts(NodeId) override { return acts_hash; }
  const SubjectSet* subjects_of_acts(NodeId) override { return &acts_subjects; }
  void incident(v1::IncidentKind kind, NodeId, const std::string& detail) override {
    incidents.push_back(detail);
    kinds.push_back(kind);
  }
  HybridClock& clock() override { return hybrid; }
  bool standby_in_step() override { return in_step; }
  std::uint64_t forgotten(const v1::Hello&) override { return forgotten_acts; }

  void send(const v1::Frame& frame) override { sent.push_back(frame); }
  void close(const std::string& why) override { closed = why; }

  /// The hello that the node would say now, with a ticket of its own.
  v1::Hello hello() {
    v1::Hello hello;
    hello.set_version(protocol_version);
    hello.set_tenant(tenant_of_tests.to_octets());
    hello.set_node(point_node_of_tests.to_octets());
    hello.set_epoch(node.epoch().value);
    for (const JournalTip& tip : former) *hello.add_held() = tip.mark();
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) *hello.add_held() = node.tip(stream).mark();
    hello.set_feed_epoch(log.epoch());
    hello.set_ticket(std::exchange(ticket, random.octets(16)));
    hello.set_next_ticket(ticket);
    return hello;
  }
  void say(const v1::Hello& hello) {
    v1::Frame frame;
    *frame.mutable_hello() = hello;
    link.receive(frame, now());
  }
  /// Says hello on a new line.
  void greet() { greet(hello()); }
  void greet(const v1::Hello& hello) {
    link.connected(*this, now());
    say(hello);
  }
  /// Writes records and says how they go up, as one batch.
  v1::Batch write(v1::Stream stream, const std::vector<Draft>& drafts) {
    v1::Batch batch;
    batch.set_stream(stream);
    batch.set_epoch(node.epoch().value);
    batch.set_prev(to_octets(node.tip(stream).hash));
    batch.set_first_seq(node.tip(stream).seq + 1);
    for (const Record& record : node.seal(stream, drafts, now()))
      *batch.add_records() = to_wire(record.stored, true);
    return batch;
  }
  /// Answers central's heartbeats, for as long as it asks.
  void answer() {
    for (std::size_t n = 0; n < sent.size(); ++n) {
      if (!sent[n].has_heartbeat() || sent[n].heartbeat().answer()) continue;
      const v1::Frame answer = Heartbeat::answer_to(sent[n]);
      link.receive(answer, now());
    }
  }
  void send_up(const v1::Batch& batch) {
    v1::Frame frame;
    *frame.mutable_batch() = batch;
    link.receive(frame, now());
  }
  Draft draft(const Uuid& subject) {
    v1::NodeLife life;
    life.set_head_key(node_signer.public_key());
    if (!former.empty()) {
      life.set_parent_epoch(former.front().journal.epoch.value);
      life.set_parent_seq(former.front().seq);
    }
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.subject = {v1::NODE, subject};
    draft.verb = node.tip(v1::ACTS).seq == 0 ? v1::OPENED : v1::CHANGED;
    draft.message = life.SerializeAsString();
    return draft;
  }
  /// Writes one act (the first is `opened`) and sends it.
  void act() { act(point_node_of_tests.uuid); }
  void act(const Uuid& subject) { send_up(write(v1::ACTS, {draft(subject)})); }
  void block() {
    Draft block = draft(random.uuid_v7(testing::monday_8_ms));
    block.subject.type = v1::READING_BLOCK;
    block.verb = v1::SEALED;
    send_up(write(v1::READINGS, {block}));
  }
  /// The node begins another life, after the one that it has.
  void begin_life(Epoch epoch) {
    former = {node.tip(v1::ACTS), node.tip(v1::READINGS)};
    node.begin(epoch);
  }
  /// The standby has all that the node has sent.
  void all_safe() {
    for (const JournalTip& tip : {node.tip(v1::ACTS), node.tip(v1::READINGS)})
      if (tip.seq != 0) link.safe(tip.journal, tip.seq);
  }
  /// A hello in which the node holds these lives, oldest first; the last is its present one.
  v1::Hello hello_with(const std::vector<std::pair<std::uint64_t, std::uint64_t>>& acts) {
    v1::Hello hello = this->hello();
    hello.clear_held();
    for (const auto& [epoch, seq] : acts) {
      v1::JournalMark& mark = *hello.add_held();
      mark.set_stream(v1::ACTS);
      mark.set_epoch(epoch);
      mark.set_seq(seq);
      if (seq != 0)
        for (const Record& record :
             store.read({point_node_of_tests, v1::ACTS, Epoch{epoch}}, seq, {.records = 1}))
          mark.set_chain(to_octets(record.stored.hash));
      hello.set_epoch(epoch);
    }
    return hello;
  }

  /// The batch that opens a life, after `parent`, with this head key.
  v1::Batch opening(Epoch epoch, Epoch parent, std::uint64_t parent_seq, const Octets& key = "key",
                    const Octets& handover = "") {
    v1::NodeLife life;
    life.set_head_key(key);
    life.set_handover(handover);
    life.set_parent_epoch(parent.value);
    life.set_parent_seq(parent_seq);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.subject = {v1::NODE, point_node_of_tests.uuid};
    draft.verb = v1::OPENED;
    draft.message = life.SerializeAsString();
    node.begin(epoch);
    return write(v1::ACTS, {draft});
  }
  Instant now() {
    return {.wall_ms = testing::monday_8_ms, .since_boot_ms = ++ms, .trust = v1::SYNCHRONISED};
  }
  JournalId acts() const { return node.tip(v1::ACTS).journal; }
  /// The acknowledgements of what was sent since the last call: what is stored, what is safe.
  std::vector<std::pair<std::uint64_t, std::uint64_t>> acknowledged() {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> found;
    for (const v1::Frame& frame : std::exchange(sent, {}))
      if (frame.has_acknowledgement())
        found.emplace_back(frame.acknowledgement().stored().seq(), frame.acknowledgement().safe().seq());
    return found;
  }
  /// What the last welcome says.
  v1::Welcome welcome() const {
    for (auto frame = sent.rbegin(); frame != sent.rend(); ++frame)
      if (frame->has_welcome()) return frame->welcome();
    FAIL("no welcome");
    return {};
  }

  bool in_step = true, is_enrolled = true, renews_at_once = true;
  std::vector<std::function<void()>> renewed;
  std::vector<v1::HeadKeyHandover> own_handovers;
  Digest acts_hash{};
  SubjectSet acts_subjects;
  std::set<Epoch> ended_lives;
  std::vector<Octets> enrolled_keys;
  std::uint64_t forgotten_acts = 0;

  std::uint64_t ms = 1000;
  testing::SeededRandom random{4};
  MemoryStore store{tenant_of_tests};
  testing::StepLedger ledger{store};
  testing::CheapSigner signer{"central"}, node_signer{"node"};
  testing::CheapCheck check;
  HybridClock hybrid;
  FeedLog log{7};
  JournalWriter node{tenant_of_tests, point_node_of_tests, Epoch{9}, random};
  std::vector<JournalTip> former;  // The ends of the life before.
  Octets ticket = random.octets(16);
  std::vector<v1::Frame> sent;
  std::vector<std::string> incidents;
  std::vector<v1::IncidentKind> kinds;
  std::string closed;
  std::size_t taken = 0;
  CentralLink link{tenant_of_tests, point_node_of_tests, central_of_tests, ledger, signer, check, *this};
};

}  // namespace feldsher::sync
