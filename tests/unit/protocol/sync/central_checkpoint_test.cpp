// Central and a node that wants to cut its journals: to what central puts its name, and to what not.
#include "cutting.hpp"

namespace feldsher::sync {
TEST_CASE("central signs what it works out itself, as often as it is asked, for later and for earlier cuts",
          "[protocol][sync][X7]") {
  Cutting net;
  net.propose({{net.acts(), 4}, {net.blocks(), 1}});
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 4}, {net.blocks(), 1}});
  CHECK(net.signed_since() == 1);  // The answer may be what was lost.
  net.propose({{net.acts(), 7}, {net.blocks(), 2}});
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 5}, {net.blocks(), 2}});  // Of less acts, of less blocks, of none.
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 6}, {net.blocks(), 1}});
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 6}});
  CHECK(net.signed_since() == 1);
  net.propose({{net.blocks(), 2}});
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 0}, {net.blocks(), 0}});
  CHECK(net.signed_since() == 1);
  CHECK(net.incidents.empty());
  CHECK(net.closed.empty());
}

TEST_CASE("acts of two lives are cut in the order of the lives, and what a younger life moved on is not kept",
          "[protocol][sync][X7][N10]") {
  Cutting net;
  const JournalId first = net.acts();
  net.begin_life(Epoch{3});
  net.greet();
  for (int i = 0; i < 3; ++i) net.act(net.subjects[0]);
  net.all_safe();
  net.sent.clear();
  net.propose({{first, 7}, {net.acts(), 2}});
  CHECK(net.signed_since() == 1);
  net.propose({{first, 5}});
  CHECK(net.signed_since() == 1);
  CHECK(net.incidents.empty());
  net.propose({{net.acts(), 2}, {first, 7}});  // The node has them in another order: so others are kept.
  CHECK(net.signed_since() == 0);
  CHECK(net.kinds == std::vector{v1::INCIDENT_HASH});
}

TEST_CASE("a checkpoint that nobody signed, or another, or about another node, ends the line",
          "[protocol][sync][X7]") {
  auto ends = [](const std::function<v1::SignedCheckpoint(Cutting&)>& make) {
    Cutting net;
    net.propose(make(net));
    CHECK(net.signed_since() == 0);
    CHECK(net.kinds == std::vector{v1::INCIDENT_QUARANTINE});
    CHECK_FALSE(net.link.connected());
  };
  auto changed = [&](const std::function<void(v1::Checkpoint&)>& change) {
    ends([&](Cutting& net) {
      v1::Checkpoint checkpoint = net.work_out({{net.acts(), 4}});
      change(checkpoint);
      return sign_checkpoint(checkpoint, net.node_signer);
    });
  };
  ends([](Cutting& net) {
    v1::SignedCheckpoint made = sign_checkpoint(net.work_out({{net.acts(), 4}}), net.node_signer);
    made.clear_signature();
    return made;
  });
  ends([](Cutting& net) { return sign_checkpoint(net.work_out({{net.acts(), 4}}), net.signer); });
  ends([](Cutting& net) {
    v1::SignedCheckpoint made;
    made.set_checkpoint("\xff\xff no checkpoint");
    made.set_signature(net.node_signer.sign("feldsher checkpoint" + made.checkpoint()));
    return made;
  });
  changed([](v1::Checkpoint& checkpoint) { checkpoint.set_tenant(central_of_tests.to_octets()); });
  changed([](v1::Checkpoint& checkpoint) { checkpoint.set_node(central_of_tests.to_octets()); });
  changed([](v1::Checkpoint& checkpoint) { checkpoint.set_epoch(77); });  // A life that has no key here.
  changed([](v1::Checkpoint& checkpoint) { *checkpoint.add_cuts() = checkpoint.cuts(0); });
}

TEST_CASE(
    "central signs nothing of which it may have the only copy, and says so to nobody: the node asks again",
    "[protocol][sync][X7][X11]") {
  Cutting net;
  net.in_step = false;
  net.propose({{net.acts(), 4}});
  CHECK(net.signed_since() == 0);
  net.in_step = true;
  net.act(net.subjects[0]);
  net.propose({{net.acts(), 8}});  // More than the standby has.
  CHECK(net.signed_since() == 0);
  v1::Checkpoint of_nothing = net.work_out({{net.acts(), 4}});
  of_nothing.mutable_cuts(0)->set_stream(v1::STREAM_UNSPECIFIED);
  net.propose(of_nothing);
  of_nothing.mutable_cuts(0)->set_epoch(55);
  net.propose(of_nothing);
  CHECK(net.signed_since() == 0);
  net.ledger.hold();
  net.act(net.subjects[0]);
  net.all_safe();
  net.propose({{net.acts(), 8}});
  net.propose(sign_checkpoint(net.work_out({{net.acts(), 4}}), net.node_signer));
  CHECK(net.signed_since() == 0);
  net.ledger.run();
  CHECK(net.signed_since() == 1);
  net.propose({{net.acts(), 9}});
  CHECK(net.signed_since() == 1);
  CHECK(net.incidents.empty());
  CHECK(net.link.live());
}

TEST_CASE("a standby that goes away while central works it out, or a line that ends, leaves nothing signed",
          "[protocol][sync][X7][X11]") {
  auto asked_slowly = [&](const std::function<void(Cutting&)>& meanwhile) {
    Cutting net;
    const v1::SignedCheckpoint asked =
        sign_checkpoint(net.work_out({{net.acts(), 6}, {net.blocks(), 2}}), net.node_signer);
    net.ledger.hold();
    net.propose(asked);
    net.propose(asked);  // Once more while it is being worked out: one answer.
    meanwhile(net);
    net.ledger.run();
    const std::size_t count = net.signed_since();
    net.in_step = true;
    net.all_safe();
    if (!net.link.connected()) net.propose(asked);  // Nobody is there who could have said that.
    if (!net.link.live()) net.greet();
    net.propose(asked);
    CHECK(net.signed_since() == 1);
    CHECK(net.incidents.empty());
    return count;
  };
  CHECK(asked_slowly([](Cutting&) {}) == 1);
  CHECK(asked_slowly([](Cutting& net) { net.in_step = false; }) == 0);
  CHECK(asked_slowly([](Cutting& net) { net.link.safe_anew(); }) == 0);
  CHECK(asked_slowly([](Cutting& net) { net.link.disconnected(net); }) == 0);
  CHECK(asked_slowly([](Cutting& net) { net.greet(); }) == 0);  // Another line, at once.
}

TEST_CASE("central does not sign what it cannot read", "[protocol][sync][X7]") {
  Cutting net;
  const v1::SignedCheckpoint asked = sign_checkpoint(net.work_out({{net.acts(), 6}}), net.node_signer);
  Transaction cut;
  cut.cuts.push_back(net.node.tip(v1::ACTS));
  net.store.commit(std::span(&cut, 1));
  net.propose(asked);
  CHECK(net.signed_since() == 0);
  CHECK(net.incidents.empty());
  CHECK(net.link.live());
}

TEST_CASE("of two checkpoints the later one is worked out, whatever was read for the other",
          "[protocol][sync][X7]") {
  for (const auto& [first, second] : {std::pair{3, 7}, std::pair{7, 3}}) {
    Cutting net;
    net.ledger.hold();
    net.propose({{net.acts(), first}});
    const v1::SignedCheckpoint other = sign_checkpoint(net.work_out({{net.acts(), second}}), net.node_signer);
    net.propose(other);
    net.ledger.run();
    REQUIRE(net.sent.size() == 1);
    CHECK(net.sent.front().checkpoint().checkpoint() == other.checkpoint());
    CHECK(net.signed_since() == 1);
    CHECK(net.incidents.empty());
  }
}

TEST_CASE(
    "a checkpoint that is another than what central works out is refused, reported once, and not read again",
    "[protocol][sync][X7]") {
  Cutting net;
  const v1::Checkpoint right = net.work_out({{net.acts(), 6}, {net.blocks(), 2}});
  const std::vector<std::function<void(v1::Checkpoint&)>> changes{
      [](v1::Checkpoint& of) { of.mutable_cuts(0)->set_chain(of.cuts(1).chain()); },
      [](v1::Checkpoint& of) { of.mutable_cuts(0)->set_tree_root(of.cuts(1).chain()); },
      [](v1::Checkpoint& of) { of.mutable_cuts(1)->set_chain(of.cuts(0).chain()); },
      [](v1::Checkpoint& of) { of.set_state_hash(of.kept_root()); },
      [](v1::Checkpoint& of) { of.set_kept(of.kept() + 1); },
      [](v1::Checkpoint& of) { of.set_kept_root(of.state_hash()); },
  };
  for (const auto& change : changes) {
    v1::Checkpoint wrong = right;
    change(wrong);
    net.propose(wrong);
    CHECK(net.signed_since() == 0);
    net.ledger.hold();
    net.propose(wrong);  // It would differ each time that it comes.
    CHECK(net.ledger.waiting() == 0);
    net.ledger.run();
    net.propose(right);
    CHECK(net.signed_since() == 1);
  }
  CHECK(net.kinds == std::vector{v1::INCIDENT_HASH});
  CHECK(net.link.live());
}

TEST_CASE("a cut within a transaction is none, in either journal", "[protocol][sync][X7]") {
  for (const v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    Cutting net;
    std::vector<Draft> together(3, net.draft(net.subjects[0]));
    if (stream == v1::READINGS)
      for (Draft& each : together) each.subject.type = v1::READING_BLOCK;
    const int before = static_cast<int>(net.node.tip(stream).seq);
    net.send_up(net.write(stream, together));
    net.all_safe();
    net.sent.clear();
    const JournalId journal = net.node.tip(stream).journal;
    net.propose({{journal, before + 2}});
    CHECK(net.signed_since() == 0);
    CHECK(net.kinds == std::vector{v1::INCIDENT_HASH});
    net.propose({{journal, before + 3}});
    CHECK(net.signed_since() == 1);
    net.propose({{journal, before}});
    CHECK(net.signed_since() == 1);
  }
}

TEST_CASE("a checkpoint that was refused is looked at again when the node has begun another life",
          "[protocol][sync][X7][N10]") {
  Cutting net;
  v1::Checkpoint wrong = net.work_out({{net.acts(), 6}});
  wrong.set_kept(99);
  const v1::SignedCheckpoint asked = sign_checkpoint(wrong, net.node_signer);
  net.propose(asked);
  net.begin_life(Epoch{3});
  net.greet();
  net.ledger.hold();
  net.propose(asked);
  CHECK(net.ledger.waiting() == 0);
  net.ledger.run();
  net.act();
  net.ledger.hold();
  net.propose(asked);
  CHECK(net.ledger.waiting() == 1);
  net.ledger.run();
}

}  // namespace feldsher::sync
