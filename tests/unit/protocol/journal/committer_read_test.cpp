// A record that cannot be read, while a program is at work.
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "node_folder.hpp"
#include "protocol/journal/committer.hpp"

namespace feldsher::testing {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;

TEST_CASE("a read that fails at work is told as that, not as a write", "[protocol][journal][X11]") {
  NodeFolder folder;
  folder.tamper("UPDATE record SET core=x'ff' WHERE journal=1 AND seq=5");
  std::vector<std::string> faults;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{loop.get_executor()};
  Committer committer(DataFolder::open(folder.path).open_store(folder.node.tenant), loop.get_executor(),
                      [&](const std::string& what) { faults.push_back(what); });
  bool durable = false;
  committer.submit(folder.node.write({"later"}), [&] { durable = true; });
  while (!durable) loop.run_one();
  SECTION("a read of the journal") {
    committer.read(folder.node.journal(), 1, {}, [](std::vector<Record>) { FAIL("nothing is told"); });
  }
  SECTION("a read in the order of arrival") {
    committer.read_intake(0, {}, [](std::vector<Record>) { FAIL("nothing is told"); });
  }
  SECTION("a read beside a write that is good") {
    committer.submit(folder.node.write({"beside"}), {});
    committer.read(folder.node.journal(), 1, {}, [](std::vector<Record>) { FAIL("nothing is told"); });
  }
  while (faults.empty()) loop.run_one();
  REQUIRE(faults.size() == 1);
  CHECK_THAT(faults[0], StartsWith("the journal could not be read: ") && ContainsSubstring("record 5 of ") &&
                            !ContainsSubstring("written"));
}

}  // namespace feldsher::testing
