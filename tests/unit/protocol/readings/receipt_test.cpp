#include "protocol/readings/receipt.hpp"

#include <catch2/catch_test_macros.hpp>
#include <string>

using namespace feldsher;
using namespace feldsher::readings;

namespace {
const NodeId agent{*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")};
const std::string head = R"({"agent":"0190c0de-0000-7000-8000-000000000001","epoch":"00000000000000ff",)";
}  // namespace

TEST_CASE("a receipt comes back as it was sent", "[protocol][readings][X11]") {
  const Receipt receipt{agent, Epoch{0xff}, {{1, 7}, {9, 9}}, 5};
  CHECK(encode_receipt(receipt) == head + R"("stored":[[1,7],[9,9]],"upto":5})");
  CHECK(decode_receipt(encode_receipt(receipt)).value() == receipt);
  const Receipt bare{agent, Epoch{~std::uint64_t{0}}, {}, std::nullopt};
  CHECK(decode_receipt(encode_receipt(bare)).value() == bare);
}

TEST_CASE("a label that a later agent adds is ignored", "[protocol][readings]") {
  CHECK(decode_receipt(head + R"("stored":[[1,2]],"later":{"a":[1]}})").has_value());
}

TEST_CASE("a receipt that is not one frees nothing", "[protocol][readings][X11]") {
  for (const auto* tail :
       {R"("stored":[[2,1]]})", R"("stored":[[0,1]]})", R"("stored":[[1,5],[5,6]]})",
        R"("stored":[[1,5],[3,4]]})", R"("stored":[[1.5,2]]})", R"("stored":[[-1,2]]})", R"("stored":[[1]]})",
        R"("stored":[1,2]})", R"("stored":1})", R"("stored":[[1,9007199254740992]]})",
        R"("stored":[],"upto":-1})", R"("stored":[],"upto":"x"})", R"("stored":[[1,2]])", R"("x":1})"}) {
    INFO(tail);
    CHECK(decode_receipt(head + tail).has_error());
  }
  CHECK(decode_receipt("").has_error());
  CHECK(decode_receipt("[]").has_error());
  CHECK(decode_receipt(R"({"agent":"x","epoch":"00000000000000ff","stored":[]})").has_error());
  CHECK(decode_receipt(R"({"agent":"0190c0de-0000-7000-8000-000000000001","epoch":"ff","stored":[]})")
            .has_error());
  CHECK(decode_receipt(std::string(most_receipt_octets + 1, ' ')).error() == ReceiptError::too_large);
  std::string deep(50, '[');
  CHECK(decode_receipt(deep).has_error());
}
