#include "protocol/log/log.hpp"

#include <boost/system/system_error.hpp>
#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <stdexcept>
#include <system_error>
#include <type_traits>

#include "protocol/record/result.hpp"

using namespace feldsher;

// What came from outside makes neither an event nor a field: whoever tries does not compile.
static_assert(!std::is_constructible_v<Words, std::string>);
static_assert(!std::is_constructible_v<Words, const char*>);
static_assert(!std::is_constructible_v<LogField, Words, std::string>);
static_assert(!std::is_constructible_v<LogField, Words, std::string_view>);
static_assert(!std::is_constructible_v<LogField, Words, const char*>);
static_assert(!std::is_constructible_v<LogField, Words, double>);
static_assert(!std::is_constructible_v<Reason, std::string>);
static_assert(!std::is_constructible_v<Reason, std::string_view>);
static_assert(!std::is_constructible_v<Reason, const char*>);
static_assert(!std::is_default_constructible_v<Reason>);
static_assert(!std::is_aggregate_v<Reason>);

TEST_CASE("a line of the log is an event with ids, counts and words of the source", "[protocol][log][X10]") {
  const NodeId node{Uuid::from_text("0190c0de-0000-7000-8000-000000000001").value()};
  CHECK(Log::line("ready", {}) == "ready");
  CHECK(Log::line("node-left", {{"node", node}, {"acts", 12U}, {"session", "ops"}}) ==
        "node-left node=0190c0de-0000-7000-8000-000000000001 acts=12 session=ops");
}

namespace {

std::string of(const std::exception& exception) { return Reason::of(exception).text(); }

enum class Weather { rain };
const char* words_of(Weather) { return "it rains"; }

}  // namespace

TEST_CASE("a reason stays within its line and its quotes, and is cut", "[protocol][log][X10]") {
  CHECK(Log::line("down", {{"reason", Reason::of_disk("a \"disk\"\nbroke")}}) ==
        "down reason=\"a  disk  broke\"");
  CHECK(Log::line("down", {{"reason", Reason::of_disk(std::string(1000, 'x'))}}).size() == 300 + 14);
}

TEST_CASE("a reason keeps nothing but ASCII", "[protocol][log][X10]") {
  CHECK(Reason::of_connection("closed by the peer (1000): \xd0\x9e").text() ==
        "\"closed by the peer (1000): ??\"");
}

TEST_CASE("an exception that may quote what it was given tells its type alone", "[protocol][log][X10]") {
  CHECK(of(std::invalid_argument("Olena Kovalenko, 1960-01-02")) == "\"std::invalid_argument\"");
  CHECK(of(std::runtime_error("Olena Kovalenko")) == "\"std::runtime_error\"");
  const auto denied = std::make_error_code(std::errc::permission_denied);
  CHECK(of(std::system_error(denied, "Olena Kovalenko")) == "\"Permission denied\"");
  CHECK(of(std::filesystem::filesystem_error("Olena Kovalenko", "/etc/x", "/etc/y", denied)) ==
        "\"Permission denied: /etc/x: /etc/y\"");
  CHECK(of(boost::system::system_error(
            boost::system::errc::make_error_code(boost::system::errc::permission_denied),
            "Olena Kovalenko")) == "\"Permission denied\"");
}

TEST_CASE("a fault, a bug and an enumerator say what the source says", "[protocol][log][X10]") {
  CHECK(of(Fault("cannot read /etc/x")) == "\"cannot read /etc/x\"");
  CHECK(of(std::logic_error("bug: one connection at a time")) == "\"bug: one connection at a time\"");
  CHECK(Reason::of(Weather::rain, words_of).text() == "\"it rains\"");
}
