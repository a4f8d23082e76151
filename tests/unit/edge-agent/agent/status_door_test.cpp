#include "edge-agent/agent/status_door.hpp"

#include <catch2/catch_test_macros.hpp>
#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::edge {
namespace {

TEST_CASE("whoever may read the folder can ask the agent how it is", "[edge-agent][status]") {
  test::Folder place;
  const auto path = place.path() / "control.sock";
  std::ofstream(path) << "left by a run that was killed";
  boost::asio::io_context loop;
  int asked = 0;
  StatusDoor door(loop, path, [&] { return "{\"asked\":" + std::to_string(++asked) + "}"; });
  CHECK(std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  std::jthread runs([&] { loop.run(); });
  CHECK(ask_status(path) == "{\"asked\":1}\n");
  CHECK(ask_status(path) == "{\"asked\":2}\n");
  loop.stop();
  runs.join();
  door.stop();
  CHECK_FALSE(std::filesystem::exists(path));
  CHECK_THROWS_AS(ask_status(path), Fault);
}

TEST_CASE("a path that no local socket can have is said to be one", "[edge-agent][status]") {
  test::Folder place;
  boost::asio::io_context loop;
  CHECK_THROWS_AS(StatusDoor(loop, place.path() / std::string(120, 'x'), [] { return std::string(); }),
                  Fault);
}

TEST_CASE("the status is a table for people", "[edge-agent][status]") {
  CHECK(status_table(R"({"connected":true,"link":{"phase":"live"},"incidents":0})") ==
        "connected                true\nlink.phase               live\nincidents                0\n");
}

TEST_CASE("in the table times are dates and ages are words, by the agent's own clock",
          "[edge-agent][status]") {
  const std::string table = status_table(
      R"({"feed":{"as_of_ms":1795359000000,"age_s":1500},"oldest_unsynced_ms":0,"oldest_unsynced_age_s":90,)"
      R"("certificate":{"ends_s":1795705500},"window":{"checkpoint_ms":1795186200000},)"
      R"("never":{"age_s":null},"clock":{"wall_ms":1795360500000}})");
  CAPTURE(table);
  const auto has = [&](const std::string& line) { return table.find(line + "\n") != std::string::npos; };
  CHECK(has("feed.as_of_ms            2026-11-22 14:50:00 UTC (25 min ago)"));
  CHECK(has("feed.age_s               25 min"));
  CHECK(has("oldest_unsynced_ms       never"));
  CHECK(has("oldest_unsynced_age_s    90 s"));
  CHECK(has("certificate.ends_s       2026-11-26 15:05:00 UTC (in 3 days)"));
  CHECK(has("window.checkpoint_ms     2026-11-20 14:50:00 UTC (2 days ago)"));
  CHECK(has("never.age_s              never"));
}

}  // namespace
}  // namespace feldsher::edge
