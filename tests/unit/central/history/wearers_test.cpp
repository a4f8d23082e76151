// Who wore a device, and what an order to erase takes of its readings, in the views.
#include <catch2/catch_test_macros.hpp>

#include "central/store/views_file.hpp"
#include "protocol/clinic/drawer.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t an_hour_ms = 3'600'000;

/// Views, and two devices that people wear.
struct WornViews {
  void give(const Uuid& custody, const Uuid& device, const Uuid& patient, std::int64_t from_ms,
            std::int64_t archived_ms = 0) {
    v1::Custody said;
    said.set_device(device.to_octets());
    if (!patient.is_nil()) said.set_patient(patient.to_octets());
    said.set_from_ms(from_ms);
    file.put_custody(custody, said, archived_ms);
  }
  Uuid wearer(const Uuid& device, std::int64_t at_ms) {
    return wearer_at(file.wearers(DeviceId{device}), at_ms);
  }
  void block(const Uuid& names, std::int64_t first_ms, std::int64_t last_ms) {
    const readings::BlockStat stat{"8867-4", "/min", first_ms, last_ms, 1, 60, 60, 60};
    file.put_block({testing::point_node_of_tests, v1::READINGS, Epoch{1}, ++seq}, DeviceId{ring}, names,
                   stat);
    file.add_to_hour(DeviceId{ring}, first_ms / an_hour_ms * an_hour_ms, stat);
  }
  std::vector<std::int64_t> blocks() {
    std::vector<std::int64_t> begin;
    for (const BlockView& each : file.blocks(DeviceId{ring}, {0, 100 * an_hour_ms}, 100))
      begin.push_back(each.stat.first_ms / an_hour_ms);
    return begin;
  }
  std::vector<std::int64_t> hours() {
    std::vector<std::int64_t> begin;
    for (const HourView& each : file.hours(DeviceId{ring}, {0, 100 * an_hour_ms}))
      begin.push_back(each.hour_ms / an_hour_ms);
    return begin;
  }

  test::Folder folder;
  testing::SeededRandom random{7};
  ViewsFile file{folder.path() / "views.db", DatabaseKey::make(random), testing::central_of_tests};
  Uuid olena = random.uuid_v7(1), petr = random.uuid_v7(1), ring = random.uuid_v7(1),
       patch = random.uuid_v7(1), custody = random.uuid_v7(1);
  std::uint64_t seq = 0;
};

using Begins = std::vector<std::int64_t>;

}  // namespace

TEST_CASE("a custody that goes on under its id leaves in the views who wore the device before",
          "[central][history][W2]") {
  WornViews net;
  net.give(net.custody, net.ring, net.olena, 100);
  net.give(net.custody, net.ring, net.petr, 200);
  net.give(net.custody, net.patch, net.petr, 300);
  CHECK(net.wearer(net.ring, 150) == net.olena);
  CHECK(net.wearer(net.ring, 250) == net.petr);
  CHECK(net.wearer(net.ring, 350).is_nil());
  CHECK(net.wearer(net.patch, 350) == net.petr);
  CHECK(net.wearer(net.patch, 250).is_nil());
  SECTION("where another wears it already its end is none of theirs") {
    const Uuid other = net.random.uuid_v7(1);
    net.give(other, net.ring, net.olena, 280);
    CHECK(net.wearer(net.ring, 350) == net.olena);
  }
  SECTION("put right, it was always so") {
    net.give(net.custody, net.patch, net.petr, 400);
    CHECK(net.wearer(net.patch, 350).is_nil());
    net.give(net.custody, net.ring, net.petr, 400);
    CHECK(net.wearer(net.patch, 450).is_nil());
    CHECK(net.wearer(net.ring, 450) == net.petr);
  }
  SECTION("archived, it ends there") {
    net.give(net.custody, net.patch, net.petr, 300, 500);
    CHECK(net.wearer(net.patch, 499) == net.petr);
    CHECK(net.wearer(net.patch, 500).is_nil());
  }
}

TEST_CASE("of a time in which nobody wore the device the views lose what names the erased",
          "[central][history][H11][W2]") {
  WornViews net;
  const Uuid nobody;
  net.block(net.olena, 10 * an_hour_ms, 10 * an_hour_ms + 5);
  net.block(nobody, 11 * an_hour_ms, 11 * an_hour_ms + 5);
  net.block(net.petr, 12 * an_hour_ms, 12 * an_hour_ms + 5);
  net.block(net.olena, 13 * an_hour_ms, 13 * an_hour_ms + 5);
  net.block(net.petr, 13 * an_hour_ms + 6, 13 * an_hour_ms + 9);
  net.block(net.olena, 20 * an_hour_ms - 5, 20 * an_hour_ms);  // Reaches into the time of whoever is next.
  v1::Erasure order;
  order.set_patient(net.olena.to_octets());
  order.set_status(v1::ERASURE_ORDERED);
  *order.add_readings() = drawer_time(net.ring, 10 * an_hour_ms, 20 * an_hour_ms);
  net.file.erase(order);
  CHECK(net.blocks() == Begins{11, 12, 13, 19});
  CHECK(net.hours() == Begins{11, 12, 19});  // The sum of 13 had hers in it.
}

}  // namespace feldsher::central
