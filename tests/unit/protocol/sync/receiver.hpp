#pragma once
#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/memory_store.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/sync/feed_log.hpp"
#include "protocol/sync/point_feed.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::sync {

/// A point's feed, and central's hand.
struct Receiver {
  Receiver() { feed.begin(7); }
  std::shared_ptr<const Record> room(const Uuid& id, const std::string& label = "12",
                                     TenantId tenant = testing::tenant_of_tests) {
    v1::Room state;
    state.set_label(label);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {v1::ROOM, id};
    draft.verb = v1::REGISTERED;
    draft.message = state.SerializeAsString();
    testing::FeedPen other(tenant, testing::central_of_tests);
    return last = std::make_shared<const Record>(tenant == testing::tenant_of_tests ? pen.write(draft)
                                                                                    : other.write(draft));
  }
  Uuid id() { return random.uuid_v7(testing::monday_8_ms); }
  Digest last_hash() const { return last->stored.hash; }
  PointFeed::Applied apply(const v1::FeedBatch& batch) { return feed.apply(batch, testing::tenant_of_tests); }
  testing::SeededRandom random{5};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  FeedLog log{7};
  PointFeed feed;
  std::shared_ptr<const Record> last;
};

using Heard = std::map<Epoch, PointFeed::Heard>;

}  // namespace feldsher::sync
