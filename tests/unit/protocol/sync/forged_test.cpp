#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// A ticket's batch is changed on its way: nothing of it is taken, and the line is dropped.
void refused_whole(v1::IncidentKind kind, const std::function<void(v1::Batch&)>& change) {
  OnePoint net;
  net.ticket();
  const std::uint64_t before = net.held(net.point);
  net.change_next(v1::Frame::kBatch, [&](v1::Frame& frame) { change(*frame.mutable_batch()); });
  net.ticket();
  CHECK(net.held(net.point) == before);
  CHECK(net.central->state().tickets.rows().size() == 1);
  CHECK(net.incidents(kind) == 1);
  CHECK_FALSE(net.point.live());
  // The true one is taken all the same.
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.central->state().tickets.rows().size() == 2);
}

v1::HeaderCore header_of(const v1::WireRecord& record) {
  v1::HeaderCore header;
  header.ParseFromString(record.core());
  return header;
}

}  // namespace

TEST_CASE("a changed body is an incident, and nothing of its batch is applied", "[protocol][sync][X7][X11]") {
  refused_whole(v1::INCIDENT_FORK,
                [](v1::Batch& batch) { batch.mutable_records(1)->mutable_body()->back() ^= 1; });
}

TEST_CASE("a body too short for its salt cannot be placed", "[protocol][sync][X7]") {
  refused_whole(v1::INCIDENT_QUARANTINE,
                [](v1::Batch& batch) { batch.mutable_records(0)->set_body("short"); });
}

TEST_CASE("a truncated header cannot be placed", "[protocol][sync][X7]") {
  refused_whole(v1::INCIDENT_QUARANTINE, [](v1::Batch& batch) {
    batch.mutable_records(0)->mutable_core()->resize(batch.records(0).core().size() / 2);
  });
}

TEST_CASE("a record of another node, tenant, stream, life or place is refused", "[protocol][sync][X7][N4]") {
  const std::vector<std::function<void(v1::HeaderCore&)>> lies = {
      [](v1::HeaderCore& header) { header.set_origin(Uuid{}.to_octets()); },
      [](v1::HeaderCore& header) { header.set_tenant(Uuid{}.to_octets()); },
      [](v1::HeaderCore& header) { header.set_stream(v1::READINGS); },
      [](v1::HeaderCore& header) { header.set_epoch(header.epoch() + 1); },
      [](v1::HeaderCore& header) { header.set_seq(header.seq() + 1); },
      [](v1::HeaderCore& header) { header.set_seq(0); },
  };
  for (const auto& lie : lies)
    refused_whole(v1::INCIDENT_QUARANTINE, [&](v1::Batch& batch) {
      v1::HeaderCore header = header_of(batch.records(0));
      lie(header);
      batch.mutable_records(0)->set_core(header.SerializeAsString());
    });
}

TEST_CASE("a batch that cuts a transaction is refused", "[protocol][sync][X7]") {
  refused_whole(v1::INCIDENT_QUARANTINE, [](v1::Batch& batch) {
    batch.mutable_records()->RemoveLast();
    batch.clear_head();
  });
}

TEST_CASE("a batch of another life, of no stream, or without its predecessor is refused",
          "[protocol][sync][X7]") {
  refused_whole(v1::INCIDENT_QUARANTINE, [](v1::Batch& batch) { batch.set_epoch(batch.epoch() + 1); });
  refused_whole(v1::INCIDENT_QUARANTINE,
                [](v1::Batch& batch) { batch.set_stream(static_cast<v1::Stream>(9)); });
  refused_whole(v1::INCIDENT_FORK, [](v1::Batch& batch) { batch.mutable_prev()->back() ^= 1; });
  refused_whole(v1::INCIDENT_FORK, [](v1::Batch& batch) { batch.set_prev(""); });
}

TEST_CASE("a head that lies about its content, its place or its signer is an incident",
          "[protocol][sync][X7]") {
  const CheapSigner signer("Embankment"), thief("thief");
  auto with_head = [&](const CheapSigner& by, const std::function<void(v1::Head&)>& lie) {
    return [&by, lie](v1::Batch& batch) {
      v1::Head head;
      head.ParseFromString(batch.head().head());
      lie(head);
      batch.mutable_head()->set_head(head.SerializeAsString());
      batch.mutable_head()->set_signature(by.sign(batch.head().head()));
    };
  };
  refused_whole(v1::INCIDENT_FORK, with_head(thief, [](v1::Head&) {}));
  refused_whole(v1::INCIDENT_FORK,
                with_head(signer, [](v1::Head& head) { head.mutable_chain()->back() ^= 1; }));
  refused_whole(v1::INCIDENT_FORK,
                with_head(signer, [](v1::Head& head) { head.mutable_tree_root()->back() ^= 1; }));
  refused_whole(v1::INCIDENT_FORK, with_head(signer, [](v1::Head& head) { head.set_seq(head.seq() - 1); }));
}

TEST_CASE("a life that does not begin with `opened`, or whose head lies, is not begun",
          "[protocol][sync][X7]") {
  for (const bool lies : {false, true}) {
    Network net;
    Box& point = net.add_point("Embankment");
    net.lose = [&, done = false](v1::Frame& frame) mutable {
      if (!frame.has_batch() || done) return false;
      done = true;
      if (lies) {
        frame.mutable_batch()->mutable_head()->mutable_signature()->back() ^= 1;
      } else {
        v1::HeaderCore header = header_of(frame.batch().records(0));
        header.set_verb(v1::CHANGED);
        frame.mutable_batch()->mutable_records(0)->set_core(header.SerializeAsString());
      }
      return false;
    };
    net.connect(point);
    net.settle();
    CHECK(net.held(point) == 0);
    CHECK(net.incidents(lies ? v1::INCIDENT_FORK : v1::INCIDENT_QUARANTINE) == 1);
    // Nothing remembers the life that was refused: the true one is not taken for an older one.
    net.connect(point);
    net.settle();
    CHECK(point.live());
    CHECK(net.held(point) == point.node->writer().tip(v1::ACTS).seq);
    CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  }
}

TEST_CASE(
    "a life that begins without a readable body, without a predecessor, or after another one is not begun",
    "[protocol][sync][X7]") {
  const std::vector<std::pair<v1::IncidentKind, std::function<void(v1::Batch&)>>> lies = {
      {v1::INCIDENT_QUARANTINE,
       [](v1::Batch& batch) { batch.mutable_records(0)->set_body(Octets(16, 's') + "\xff"); }},
      {v1::INCIDENT_QUARANTINE, [](v1::Batch& batch) { batch.clear_prev(); }},
      {v1::INCIDENT_FORK, [](v1::Batch& batch) { batch.set_prev(Octets(32, 'p')); }},
  };
  for (const auto& [kind, lie] : lies) {
    Network net;
    Box& point = net.add_point("Embankment");
    net.lose = [&, &lie = lie, done = false](v1::Frame& frame) mutable {
      if (frame.has_batch() && !std::exchange(done, true)) lie(*frame.mutable_batch());
      return false;
    };
    net.connect(point);
    net.settle();
    CHECK(net.held(point) == 0);
    CHECK(net.incidents(kind) == 1);
    net.connect(point);
    net.settle();
    CHECK(point.live());
    CHECK(net.held(point) == point.node->writer().tip(v1::ACTS).seq);
  }
}

TEST_CASE("the same lie twice is one incident", "[protocol][sync][X11]") {
  OnePoint net;
  for (int i = 0; i < 3; ++i) {
    net.change_next(v1::Frame::kBatch,
                    [](v1::Frame& frame) { frame.mutable_batch()->set_stream(static_cast<v1::Stream>(9)); });
    net.ticket();
    CHECK_FALSE(net.point.live());
    CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
    net.reconnect(net.point);
    CHECK(net.point.live());
  }
}

TEST_CASE("a body that is not what its type says is kept, shown, and does not stop the rest",
          "[protocol][sync]") {
  OnePoint net;
  Draft bad;
  bad.actor.set_kind(v1::ACTOR_NODE);
  bad.actor.set_id(net.point.identity.node.to_octets());
  bad.subject = {v1::TICKET, net.clinic->id()};
  bad.verb = v1::QUEUED;
  bad.message = "\xff\xff\xff";
  net.point.node->write(v1::ACTS, {bad}, {}, [] {});
  net.ticket();
  net.settle();
  CHECK(net.point.live());
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.central->state().tickets.rows().size() == 1);
  CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 2);  // The point's own, and central's.
  const std::size_t known = net.point.node->state().incidents.rows().size();
  net.restart(net.point);
  net.reconnect(net.point);
  CHECK(net.point.node->state().incidents.rows().size() == known);
  CHECK(net.same_state(net.point));
}

}  // namespace feldsher::testing
