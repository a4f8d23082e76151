#include "protocol/log/log.hpp"

#include <catch2/catch_test_macros.hpp>
#include <type_traits>

using namespace feldsher;

// What came from outside makes neither an event nor a field: whoever tries does not compile.
static_assert(!std::is_constructible_v<Words, std::string>);
static_assert(!std::is_constructible_v<Words, const char*>);
static_assert(!std::is_constructible_v<LogField, Words, std::string>);
static_assert(!std::is_constructible_v<LogField, Words, std::string_view>);
static_assert(!std::is_constructible_v<LogField, Words, const char*>);
static_assert(!std::is_constructible_v<LogField, Words, double>);

TEST_CASE("a line of the log is an event with ids, counts and words of the source", "[protocol][log][X10]") {
  const NodeId node{Uuid::from_text("0190c0de-0000-7000-8000-000000000001").value()};
  CHECK(Log::line("ready", {}) == "ready");
  CHECK(Log::line("node-left", {{"node", node}, {"acts", 12U}, {"session", "ops"}}) ==
        "node-left node=0190c0de-0000-7000-8000-000000000001 acts=12 session=ops");
}

TEST_CASE("a reason stays within its line and its quotes, and is cut", "[protocol][log][X10]") {
  CHECK(Log::line("down", {{"reason", Reason{"a \"disk\"\nbroke"}}}) == "down reason=\"a  disk  broke\"");
  CHECK(Log::line("down", {{"reason", Reason{std::string(1000, 'x')}}}).size() == 300 + 14);
}
