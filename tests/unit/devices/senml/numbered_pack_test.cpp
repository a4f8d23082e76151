#include "devices/senml/numbered_pack.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/readings/measurement.hpp"
#include "protocol/readings/pack_text.hpp"

using namespace feldsher;
using namespace feldsher::senml;
using readings::Decimal;

namespace {
const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
const std::string numbers = R"("epoch":"00000000000000ab","seq":3)";
auto read(const std::string& json) { return read_numbered_pack(device, json, 1'000'000); }
}  // namespace

TEST_CASE("what our devices write is read and written back to the octet", "[devices][senml][W2]") {
  readings::NumberedPack pack{device, Epoch{0xab}, 9, {}};
  pack.readings = {{"8867-4", "/min", 1'795'308'610'250, Decimal{72, 0}, 0},
                   {"59408-5", "%", 1'795'308'610'250, Decimal{97, 0}, 0},
                   {"9279-1", "/min", 1'795'308'610'250, Decimal{14, 0}, 0},
                   {"8310-5", "Cel", 1'795'308'610'900, Decimal{368, -1}, 0},
                   {"battery", "%", 1'795'308'610'900, Decimal{80, 0}, 0}};
  const auto octets = write_pack(pack);
  const auto again = read(octets);
  REQUIRE(again.has_value());
  CHECK(*again == pack);
  CHECK(write_pack(*again) == octets);
}

TEST_CASE("a number and an epoch must be there, and be some", "[devices][senml]") {
  CHECK(read("[{" + numbers + R"(,"n":"hr","u":"beat/min","v":70}])")->seq == 3);
  for (const auto* bad :
       {R"([{"n":"a","v":1}])", R"([{"epoch":"00000000000000ab","n":"a","v":1}])",
        R"([{"epoch":"00000000000000ab","seq":0,"n":"a","v":1}])",
        R"([{"epoch":"00000000000000ab","seq":-1,"n":"a","v":1}])",
        R"([{"epoch":"00000000000000ab","seq":1.5,"n":"a","v":1}])",
        R"([{"epoch":"00000000000000ab","seq":9007199254740992,"n":"a","v":1}])",
        R"([{"epoch":"00000000000000ab","seq":"1","n":"a","v":1}])",
        R"([{"epoch":"ab","seq":1,"n":"a","v":1}])", R"([{"epoch":7,"seq":1,"n":"a","v":1}])",
        R"([{"epoch":"0000000000000000","seq":1,"n":"a","v":1}])",
        R"([{"epoch":"00000000000000zz","seq":1,"n":"a","v":1}])",
        R"([{"n":"a","v":1},{"epoch":"00000000000000ab","seq":1,"n":"a","v":1}])", "[]"}) {
    INFO(bad);
    CHECK(read(bad).has_error());
  }
  CHECK(read(R"([{"n":"a","v":1}])").error() == SenmlError::not_numbered);
}

TEST_CASE("a message that names another device than its topic is not taken", "[devices][senml][W2]") {
  const auto named = [](const std::string& base) {
    return read(R"([{"bn":")" + base + "\"," + numbers + R"(,"n":"heart-rate","u":"beat/min","v":70}])");
  };
  const std::string urn = "urn:uuid:", own = device.to_text(), other = "0190c0de-0000-7000-8000-0000000000d2";
  CHECK(named(urn + own + ":").has_value());
  CHECK(named(urn + other + ":").error() == SenmlError::another_device);
  CHECK(named(urn + other).error() == SenmlError::another_device);
  CHECK(named("").has_value());
  CHECK(named("urn:dev:mac:0024befffe804ff1_").has_value());  // Not an id of ours: it says nothing.
  CHECK(named(urn + "no-uuid:").has_value());
  CHECK(
      read("[{" + numbers + R"(,"n":"state","vs":"worn"},{"n":")" + urn + other + R"(:spo2","u":"/","v":1}])")
          .error() == SenmlError::another_device);
}

TEST_CASE("only numbers become readings, and doubtful times say so", "[devices][senml]") {
  const auto pack =
      read("[{" + numbers +
           R"(,"n":"state","vs":"worn"},{"n":"on","vb":true},{"n":"hr","u":"1/min","v":70,"t":-2},)" +
           R"({"n":"temp","u":"Cel","v":36.6}])");
  REQUIRE(pack.has_value());
  REQUIRE(pack->readings.size() == 2);
  CHECK(pack->readings[0].code == "8867-4");
  CHECK(pack->readings[0].quality == readings::quality_time_relative);
  CHECK(pack->readings[0].time_ms == 998'000);
  CHECK(pack->readings[1].quality == readings::quality_time_of_receipt);
}
