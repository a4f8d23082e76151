#include "devices/senml/senml.hpp"

#include <boost/json.hpp>
#include <catch2/catch_approx.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

using namespace feldsher;
using namespace feldsher::senml;
namespace json = boost::json;

namespace {

json::array vectors() {
  std::ifstream file(FELDSHER_SOURCE_DIR "/tests/unit/devices/vectors/senml.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str()).as_array();
}

std::string text_of(const json::value& value) { return std::string(value.as_string().c_str()); }
SenmlError error_of(OctetsView pack) { return read_senml(pack, 0).error(); }

void check_record(const Record& got, const json::object& wanted) {
  CHECK(got.name == text_of(wanted.at("n")));
  // The vector of a lone sum leaves its unit out.
  if (wanted.contains("u") || got.value)
    CHECK(got.unit == (wanted.contains("u") ? text_of(wanted.at("u")) : ""));
  if (const auto* t = wanted.if_contains("t")) {
    CHECK(static_cast<double>(got.time_ms) == Catch::Approx(t->to_number<double>() * 1000).epsilon(1e-12));
  }
  if (const auto* v = wanted.if_contains("v")) {
    const auto* value = got.value ? std::get_if<readings::Value>(&*got.value) : nullptr;
    REQUIRE(value);
    CHECK(readings::to_double(*value) == Catch::Approx(v->to_number<double>()));
  }
  if (const auto* s = wanted.if_contains("s"))
    CHECK(readings::to_double(got.sum.value()) == s->to_number<double>());
  if (const auto* vs = wanted.if_contains("vs"))
    CHECK(std::get<std::string>(got.value.value()) == text_of(*vs));
  if (const auto* vb = wanted.if_contains("vb")) CHECK(std::get<bool>(got.value.value()) == vb->as_bool());
  if (const auto* vd = wanted.if_contains("vd")) {
    CHECK(to_base64url(std::get<DataValue>(got.value.value()).octets) == text_of(*vd));
  }
}

}  // namespace

TEST_CASE("packs of the RFC and of its rules resolve as the RFC says", "[devices][senml][W2]") {
  int seen = 0;
  for (const auto& entry : vectors()) {
    const auto& vector = entry.as_object();
    INFO(text_of(vector.at("name")));
    ++seen;
    const auto* now = vector.if_contains("now");
    const auto now_s = now && !now->is_null() ? now->to_number<double>() : 0;
    const auto pack = read_senml(text_of(vector.at("input")), static_cast<std::int64_t>(now_s * 1000));
    const auto& expected = vector.at("expected");
    if (expected.is_object()) {
      CHECK(pack.has_error());
      continue;
    }
    REQUIRE(pack.has_value());
    // A stale file of the RFC's repository omits the one record that its own text has.
    const bool stale = text_of(vector.at("name")) == "RFC example ex7";
    REQUIRE(pack->records.size() == expected.as_array().size() + (stale ? 1 : 0));
    for (std::size_t i = 0; i < expected.as_array().size(); ++i) {
      check_record(pack->records[i], expected.as_array()[i].as_object());
    }
  }
  CHECK(seen >= 15);
}

TEST_CASE("the digits of a number are kept", "[devices][senml][W2]") {
  const auto pack =
      read_senml(R"([{"n":"a","v":36.80},{"n":"b","v":0.1,"bv":0.2},{"n":"c","v":1e-3,"bv":0}])", 0).value();
  const auto digits = [&](std::size_t i) {
    return std::get<readings::Decimal>(std::get<readings::Value>(*pack.records[i].value));
  };
  CHECK(digits(0) == readings::Decimal{3680, -2});
  CHECK(digits(1) == readings::Decimal{3, -1});
  CHECK(digits(2) == readings::Decimal{1, -3});
}

TEST_CASE("times are absolute, relative to now, or that of the receipt", "[devices][senml]") {
  const auto pack =
      read_senml(R"([{"n":"a","v":1},{"n":"b","v":1,"t":-5},{"n":"c","v":1,"t":1795308610.25}])", 1'000'000)
          .value();
  CHECK(pack.records[0].time_source == TimeSource::receipt);
  CHECK(pack.records[0].time_ms == 1'000'000);
  CHECK(pack.records[1].time_source == TimeSource::relative);
  CHECK(pack.records[1].time_ms == 995'000);
  CHECK(pack.records[2].time_source == TimeSource::absolute);
  CHECK(pack.records[2].time_ms == 1'795'308'610'250);
}

TEST_CASE("a pack is whole or nothing", "[devices][senml]") {
  CHECK(error_of("") == SenmlError::not_json);
  CHECK(error_of("[") == SenmlError::not_json);
  CHECK(error_of("[{\"n\":\"a\",\"v\":1}]x") == SenmlError::not_json);
  CHECK(error_of("[{\"n\":\"a\",\"v\":1}") == SenmlError::not_json);
  CHECK(error_of("[{\"n\":\"\xff\",\"v\":1}]") == SenmlError::not_json);
  CHECK(error_of("[{\"n\":\"a\",\"v\":NaN}]") == SenmlError::not_json);
  CHECK(error_of("7") == SenmlError::not_a_pack);
  CHECK(error_of("[7]") == SenmlError::not_a_pack);
  CHECK(error_of("[[]]") == SenmlError::not_a_pack);
  CHECK(error_of(R"([{"n":"a","v":"1"}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":"a","v":[1]}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":"a","v":null}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":1,"v":1}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":"a","v":1,"v":2}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":"a","vd":"!"}])") == SenmlError::wrong_type);
  CHECK(error_of(R"([{"n":"a"}])") == SenmlError::wrong_values);
  CHECK(error_of(R"([{"v":1}])") == SenmlError::wrong_name);
  CHECK(error_of(R"([{"n":"a b","v":1}])") == SenmlError::wrong_name);
  CHECK(error_of(R"([{"n":")" + std::string(300, 'a') + R"(","v":1}])") == SenmlError::wrong_name);
  CHECK(error_of(R"([{"n":"a","v":1e999}])") == SenmlError::wrong_number);
  CHECK(error_of(R"([{"n":"a","v":1,"t":1e30}])") == SenmlError::wrong_number);
  CHECK(error_of(R"([{"n":"a","v":1,"later_":0}])") == SenmlError::unknown_needed);
  CHECK(error_of(R"([{"bver":10,"n":"a","v":1},{"bver":9,"n":"a","v":1}])") == SenmlError::wrong_version);
  CHECK(read_senml("[]", 0).value().records.empty());
}

TEST_CASE("a pack that would eat memory is refused", "[devices][senml]") {
  CHECK(error_of(std::string(65 * 1024, ' ')) == SenmlError::too_large);
  CHECK(error_of(R"([{"x":[[[[[[1]]]]]]}])") == SenmlError::too_large);
  std::string many = "[";
  for (int i = 0; i < 1025; ++i) many += std::string(i ? "," : "") + R"({"n":"a","v":1})";
  CHECK(error_of(many + "]") == SenmlError::too_large);
}

TEST_CASE("labels that are not known are skipped with all that they hold", "[devices][senml]") {
  const auto pack = read_senml(R"([{"x":[1,{"v":9}],"n":"a","y":"s","z":null,"v":1}])", 0);
  REQUIRE(pack.has_value());
  REQUIRE(pack->records.size() == 1);
  CHECK(pack->records[0].name == "a");
}
