// A point's window: nothing is cut without both signatures, and neither side signs what it has not worked
// out.
#include "tests/unit/edge-agent/node/windowed.hpp"

namespace feldsher::testing {

TEST_CASE("a proposal or an answer that is lost is sent again", "[edge-agent][window]") {
  Windowed net;
  net.five_days();
  net.lose = [lost = 0](v1::Frame& frame) mutable { return frame.has_checkpoint() && lost++ < 2; };
  net.trim(20);
  CHECK(net.acts_cut() == 0);
  net.work(60);
  CHECK(net.acts_cut() > 0);
  net.all_agree();
}

TEST_CASE("central signs nothing that it does not come to itself", "[edge-agent][window][X7]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    v1::Checkpoint checkpoint;
    if (!frame.has_checkpoint() || !checkpoint.ParseFromString(frame.checkpoint().checkpoint())) return false;
    checkpoint.set_kept(checkpoint.kept() - 1);
    *frame.mutable_checkpoint() = sign_checkpoint(checkpoint, *net.point->signer);
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.lose = [](v1::Frame&) { return false; };
  net.trim();
  CHECK(net.acts_cut() > 0);
}

TEST_CASE("a checkpoint that its node has not signed ends the line", "[edge-agent][window][X7]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_checkpoint()) frame.mutable_checkpoint()->mutable_signature()->append("x");
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
}

TEST_CASE("a cut within a transaction is refused, whatever it says of it, and harms nobody",
          "[edge-agent][window][X7]") {
  Windowed net;
  net.ticket();  // Its life; a visit and a ticket, in one.
  net.ticket();
  net.pass(2);
  REQUIRE(net.point->store.read(net.acts(), 2, {}).front().header.more() != 0);
  bool says_truth = false;
  SECTION("it says that nothing is there") {}
  SECTION("it says what is there") { says_truth = true; }
  net.propose({{net.acts(), 2}}, says_truth ? std::nullopt : std::optional(zero_digest));
  CHECK_FALSE(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.propose({{net.acts(), 3}});
  CHECK(net.was_signed());
  CHECK(net.point->live());
}

TEST_CASE("a checkpoint that cuts a journal twice ends the line", "[edge-agent][window][X7]") {
  Windowed net;
  net.ticket();
  net.ticket();
  net.pass(2);
  net.propose({{net.acts(), 3}, {net.acts(), 1}});
  CHECK_FALSE(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
  CHECK_FALSE(net.point->live());
}

TEST_CASE("a checkpoint that was refused falls when it comes again, and nothing is read for it",
          "[edge-agent][window][X7]") {
  Windowed net;
  net.ticket();
  net.pass(2);
  net.propose({{net.acts(), 3}}, sha256("another"));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  net.ledger->hold();
  net.propose({{net.acts(), 3}}, sha256("another"));
  CHECK(net.ledger->waiting() == 0);
  net.ledger->run();
  net.settle_all();
  CHECK_FALSE(net.was_signed());
  net.propose({{net.acts(), 3}});
  CHECK(net.was_signed());
}

TEST_CASE("what was read for a checkpoint is of no account for one that leaves a life out",
          "[edge-agent][window][X7]") {
  Windowed net;
  net.ticket();
  const JournalId older = net.acts();
  net.window.reset();
  net.cut(*net.point);
  net.restart(*net.point);
  net.ticket();  // In a life of its own.
  const JournalId younger = net.acts();
  REQUIRE(older != younger);
  net.connect(*net.point);
  net.settle_all();
  net.pass(2);
  net.propose({{older, 3}, {younger, net.point->node->writer().tip(v1::ACTS).seq}});
  CHECK(net.was_signed());
  net.propose({{older, 3}});
  CHECK(net.was_signed());
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("an answer that central has not signed is none", "[edge-agent][window][X7]") {
  Windowed net;
  net.five_days();
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_checkpoint() && !frame.checkpoint().countersignature().empty())
      countersign(*frame.mutable_checkpoint(), *net.point->signer);
    return false;
  };
  net.trim();
  CHECK(net.acts_cut() == 0);
}

}  // namespace feldsher::testing
