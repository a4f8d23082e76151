#include "protocol/readings/block.hpp"

#include <rapidcheck.h>
#include <catch2/catch_test_macros.hpp>
#include <limits>

#include "protocol/readings/block_stats.hpp"
#include "protocol/readings/pack_text.hpp"

using namespace feldsher;
using namespace feldsher::readings;

namespace {

const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
const Epoch epoch{0xfeed};

BlockMessage message(std::uint64_t seq, std::vector<Reading> readings) {
  sort_for_pack(readings);
  BlockMessage made{seq, 1'795'000'000'000 + static_cast<std::int64_t>(seq) * 1000, {}, std::move(readings)};
  made.octets = write_pack({device, epoch, seq, made.readings});
  return made;
}

Reading pulse(std::int64_t time_ms, std::int64_t rate) {
  return {"8867-4", "/min", time_ms, Decimal{rate, 0}, 0};
}
Reading warmth(std::int64_t time_ms, Decimal value) { return {"8310-5", "Cel", time_ms, value, 0}; }

v1::ReadingBlock sealed(const std::vector<BlockMessage>& messages) {
  return write_block(device, epoch, messages, std::nullopt);
}

}  // namespace

TEST_CASE("a pack is written in one form", "[protocol][readings][W2]") {
  const NumberedPack pack{device,
                          epoch,
                          7,
                          {pulse(1'795'308'610'250, 72),
                           {"59408-5", "%", 1'795'308'610'250, Decimal{97, 0}, 0},
                           warmth(1'795'308'610'750, {368, -1})}};
  CHECK(
      write_pack(pack) ==
      R"([{"bn":"urn:uuid:0190c0de-0000-7000-8000-0000000000d1:","bt":1795308610.25,"epoch":"000000000000feed",)"
      R"("seq":7,"n":"heart-rate","u":"beat/min","v":72},{"n":"spo2","u":"/","v":0.97},)"
      R"({"n":"body-temperature","u":"Cel","v":36.8,"t":0.5}])");
}

TEST_CASE("a block gives back its messages, and keeps no octets that it can write again",
          "[protocol][readings][W2]") {
  std::vector<BlockMessage> messages;
  for (std::uint64_t seq = 5; seq < 1029; ++seq) {
    const auto t = 1'795'308'610'000 + static_cast<std::int64_t>(seq) * 1000;
    const auto n = static_cast<std::int64_t>(seq);
    messages.push_back(message(
        seq, {pulse(t, 60 + n % 20), warmth(t, n % 10 ? Decimal{360 + n % 10, -1} : Decimal{36, 0})}));
  }
  const auto block = sealed(messages);
  CHECK(block.original_size() == 0);
  CHECK(block.columns_size() == 3);             // 36 and 36.5 in two: each keeps its digits.
  CHECK(block.columns(0).message_size() == 0);  // The pulse is in each message.
  CHECK(block.columns(1).message_size() > 0);
  CHECK(block.ByteSizeLong() < messages.size() * 22);
  const auto opened = read_block(block);
  REQUIRE(opened.has_value());
  CHECK(opened->device == device);
  CHECK(opened->epoch == epoch);
  CHECK(opened->messages == messages);
}

TEST_CASE("a block that names the message of each value is read as one that leaves them out",
          "[protocol][readings][W2]") {
  const std::vector<BlockMessage> messages{message(1, {pulse(1000, 72)}), message(3, {pulse(2000, 73)})};
  auto block = sealed(messages);
  REQUIRE(block.columns(0).message_size() == 0);
  block.mutable_columns(0)->add_message(0);
  block.mutable_columns(0)->add_message(1);
  CHECK(read_block(block)->messages == messages);
}

TEST_CASE("octets that cannot be written again are kept", "[protocol][readings][W2]") {
  auto odd = message(1, {pulse(1'795'308'610'000, 72)});
  odd.octets += "\n";
  const auto plain = message(2, {pulse(1'795'308'611'000, 73)});
  auto empty = message(3, {});
  const auto block = sealed({odd, plain, empty});
  CHECK(block.original_size() == 1);
  const auto opened = read_block(block);
  REQUIRE(opened.has_value());
  CHECK(opened->messages == std::vector<BlockMessage>{odd, plain, empty});
}

TEST_CASE("the wearer goes with the block", "[protocol][readings]") {
  const PatientId patient{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000a1")};
  const std::vector<BlockMessage> messages{message(1, {pulse(0, 1)})};
  CHECK(read_block(write_block(device, epoch, messages, patient))->patient == patient);
  CHECK(read_block(sealed(messages))->patient == std::nullopt);
}

TEST_CASE("whatever was measured comes back exactly", "[protocol][readings][W2]") {
  const auto any_reading = [] {
    Reading reading;
    reading.code = *rc::gen::element<std::string>("8867-4", "59408-5", "8310-5", "own:name", "a\"b\n");
    reading.unit = *rc::gen::element<std::string>("/min", "%", "Cel", "", "x");
    reading.time_ms =
        *rc::gen::oneOf(rc::gen::inRange<std::int64_t>(0, 100), rc::gen::arbitrary<std::int64_t>());
    const auto decimal = Decimal{*rc::gen::arbitrary<std::int64_t>(), *rc::gen::inRange(-40, 43)};
    reading.value = *rc::gen::element<Value>(decimal, Value(*rc::gen::inRange(-1000, 1000) / 7.0));
    reading.quality = *rc::gen::element(0u, 0u, 1u, 7u);
    return reading;
  };
  CHECK(rc::check([&] {
    std::vector<BlockMessage> messages;
    std::uint64_t seq = 0;
    const auto count = *rc::gen::inRange(1, 12);
    for (int i = 0; i < count; ++i) {
      seq += *rc::gen::inRange<std::uint64_t>(1, 1000);
      std::vector<Reading> readings;
      const auto size = *rc::gen::inRange(0, 6);
      for (int r = 0; r < size; ++r) readings.push_back(any_reading());
      auto made = message(seq, std::move(readings));
      made.received_ms = *rc::gen::arbitrary<std::int64_t>();
      if (*rc::gen::arbitrary<bool>()) made.octets = *rc::gen::arbitrary<std::string>();
      messages.push_back(std::move(made));
    }
    v1::ReadingBlock again;
    RC_ASSERT(again.ParseFromString(sealed(messages).SerializeAsString()));
    const auto opened = read_block(again);
    RC_ASSERT(opened.has_value());
    RC_ASSERT(opened->messages.size() == messages.size());
    for (std::size_t i = 0; i < messages.size(); ++i) {
      const auto& in = messages[i];
      const auto& out = opened->messages[i];
      RC_ASSERT(out.seq == in.seq);
      RC_ASSERT(out.received_ms == in.received_ms);
      RC_ASSERT(out.octets == in.octets);
      // Equal names at one time may change places; nothing may be lost or changed.
      RC_ASSERT(std::is_permutation(out.readings.begin(), out.readings.end(), in.readings.begin(),
                                    in.readings.end()));
    }
  }));
}

TEST_CASE("times as far apart as can be are kept", "[protocol][readings][W2]") {
  constexpr auto first = std::numeric_limits<std::int64_t>::min(),
                 last = std::numeric_limits<std::int64_t>::max();
  const std::vector<BlockMessage> messages{message(1, {pulse(first, 72), pulse(last, 73), pulse(0, 74)})};
  const auto opened = read_block(sealed(messages));
  REQUIRE(opened.has_value());
  const auto& in = messages[0].readings;
  const auto& out = opened->messages[0].readings;
  CHECK(std::is_permutation(out.begin(), out.end(), in.begin(), in.end()));
  CHECK(opened->messages[0].octets == messages[0].octets);
}

TEST_CASE("a block that was tampered with is refused", "[protocol][readings]") {
  const auto good =
      sealed({message(1, {pulse(1000, 72)}), message(3, {pulse(2000, 73), warmth(2000, {370, -1})})});
  REQUIRE(read_block(good).has_value());
  const auto refused = [&](auto&& change) {
    auto block = good;
    change(block);
    const auto opened = read_block(block);
    REQUIRE(opened.has_error());
    return opened.error();
  };
  CHECK(refused([](auto& b) { b.set_device("x"); }) == BlockError::wrong_id);
  CHECK(refused([](auto& b) { b.set_patient("x"); }) == BlockError::wrong_id);
  CHECK(refused([](auto& b) { b.Clear(); }) == BlockError::wrong_id);
  CHECK(refused([](auto& b) { b.clear_seq_delta(); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { b.set_seq_delta(1, 0); }) == BlockError::wrong_number);
  CHECK(refused([](auto& b) { b.set_seq_delta(1, ~std::uint64_t{0}); }) == BlockError::wrong_number);
  CHECK(refused([](auto& b) { b.mutable_digests()->pop_back(); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { (*b.mutable_digests())[3] ^= 1; }) == BlockError::wrong_digest);
  CHECK(refused([](auto& b) { b.mutable_columns(0)->set_mantissa_delta(0, 71); }) ==
        BlockError::wrong_digest);
  CHECK(refused([](auto& b) { b.mutable_columns(1)->set_message(0, 9); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { b.mutable_columns(1)->clear_message(); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { b.mutable_columns(0)->add_message(0); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { b.mutable_columns(0)->add_value(1); }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) { b.mutable_columns(0)->set_exponent(1'000'000); }) == BlockError::wrong_value);
  CHECK(refused([](auto& b) { b.mutable_columns(0)->set_code(std::string(300, 'x')); }) ==
        BlockError::too_large);
  CHECK(refused([](auto& b) { (*b.mutable_original())[7] = "x"; }) == BlockError::wrong_count);
  CHECK(refused([](auto& b) {
          for (int i = 0; i < 1024; ++i) b.add_seq_delta(1);
        }) == BlockError::too_large);
}

TEST_CASE("the figures of a block are those of its readings", "[protocol][readings][W2]") {
  const auto block =
      sealed({message(1, {pulse(1000, 70), warmth(1000, {37, 0})}), message(2, {pulse(3000, 80)}),
              message(3, {pulse(2000, 60), warmth(2000, {365, -1})})});
  const auto stats = block_stats(read_block(block).value());
  CHECK(stats == std::vector<BlockStat>{{"8310-5", "Cel", 1000, 2000, 2, 36.5, 37, 73.5},
                                        {"8867-4", "/min", 1000, 3000, 3, 60, 80, 210}});
  CHECK(block.first_ms() == 1000);
  CHECK(block.last_ms() == 3000);
}
