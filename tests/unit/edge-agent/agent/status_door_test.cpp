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

TEST_CASE("whoever may read the folder can ask the agent how it is", "[edge-agent][status][O1]") {
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

}  // namespace
}  // namespace feldsher::edge
