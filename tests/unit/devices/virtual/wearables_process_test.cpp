#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <map>
#include <memory>
#include <set>

#include "edge-agent/ingest/intake.hpp"
#include "protocol/bus/mqtt_session.hpp"
#include "protocol/bus/topics.hpp"
#include "protocol/record/digest.hpp"
#include "tests/unit/protocol/bus/broker.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

/// An agent whose disk is memory: takes in, receipts, and says what it holds.
struct Agent {
  Loop& loop;
  Instant now{.wall_ms = 1'795'000'000'000, .since_boot_ms = 1, .boot = 1};
  ingest::Intake intake{NodeId{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000a")}, nullptr};
  std::map<std::pair<ingest::StreamKey, std::uint64_t>, Octets> held;
  std::unique_ptr<bus::MqttSession> session;

  Agent(Loop& owner, const std::string& uri) : loop(owner) {
    bus::MqttSession::Options options;
    options.uri = uri;
    options.client_id = "agent";
    options.subscriptions.push_back({std::string(bus::all_readings)});
    options.keep_alive = std::chrono::seconds(2);
    options.post = loop.poster();
    options.on_message = [this](const bus::Message& message) { take(message); };
    session = std::make_unique<bus::MqttSession>(std::move(options));
    session->start();
  }
  void take(const bus::Message& message) {
    const auto name = bus::device_of_readings(message.topic);
    const auto device = name ? Uuid::from_text(*name) : std::nullopt;
    REQUIRE(device.has_value());
    intake.on(DeviceId{*device}, message.payload, now);
    if (const auto chunk = intake.take_chunk()) {
      for (auto& one : ingest::decode_chunk(chunk->octets).value()) {
        held[{{one.device, one.epoch}, one.seq}] = std::move(one.octets);
      }
      intake.committed(chunk->id);
    }
    for (const auto& [to, receipt] : intake.take_receipts()) {
      session->publish(bus::receipt_topic(to.to_text()), encode_receipt(receipt), bus::Qos::at_most_once);
    }
  }
};

pid_t start(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    say_into("/dev/null");
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  return child;
}

}  // namespace

TEST_CASE("wearables end with all receipted though the broker was killed", "[devices][virtual][O1][X11]") {
  ThrowawayFolder folder;
  Broker broker;
  Loop loop;
  auto agent = std::make_unique<Agent>(loop, broker.uri());
  const auto config =
      folder.write("w.toml", "broker = \"" + broker.uri() +
                                 "\"\nledger = \"ledger.jsonl\"\ninterval_ms = 20\nseconds = 4\n"
                                 "devices = [\"0190c0de-0000-7000-8000-0000000000d1\","
                                 "\"0190c0de-0000-7000-8000-0000000000d2\"]\n");
  const pid_t child = start({FELDSHER_VIRTUAL, "wearables", "--config", config});
  REQUIRE(loop.run_until([&] { return agent->held.size() > 20; }, std::chrono::seconds(20)));
  broker.kill_now();
  REQUIRE(loop.run_until([&] { return !agent->session->connected(); }));
  broker.start();
  int status = -1;
  REQUIRE(
      loop.run_until([&] { return waitpid(child, &status, WNOHANG) == child; }, std::chrono::seconds(40)));
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);

  // The ledger against what the agent holds: each receipted message, with the content that was sent.
  std::ifstream ledger(folder.file("ledger.jsonl"));
  std::map<std::pair<ingest::StreamKey, std::uint64_t>, std::string> sent;
  std::size_t receipted = 0;
  for (std::string line; std::getline(ledger, line);) {
    const auto entry = boost::json::parse(line).as_object();
    const auto device = Uuid::from_text(entry.at("device").as_string().c_str());
    const auto epoch = std::stoull(entry.at("epoch").as_string().c_str(), nullptr, 16);
    const ingest::StreamKey stream{DeviceId{*device}, Epoch{epoch}};
    CHECK(entry.at("t").as_int64() > 0);
    if (entry.at("event") == "sent") {
      CHECK(sent.emplace(std::pair(stream, entry.at("seq").to_number<std::uint64_t>()),
                         entry.at("sha256").as_string())
                .second);
      continue;
    }
    for (const auto& pair : entry.at("ranges").as_array()) {
      const auto last = pair.as_array()[1].to_number<std::uint64_t>();
      for (auto seq = pair.as_array()[0].to_number<std::uint64_t>(); seq <= last; ++seq, ++receipted) {
        const auto found = agent->held.find({stream, seq});
        REQUIRE(found != agent->held.end());
        CHECK(to_hex(view_of(sha256(found->second))) == sent.at({stream, seq}));
      }
    }
  }
  CHECK(sent.size() > 100);
  CHECK(receipted == sent.size());
  CHECK(agent->held.size() == sent.size());
  CHECK(agent->intake.counts().conflicts == 0);
}

TEST_CASE("told to stop, wearables end at once with a whole ledger", "[devices][virtual]") {
  ThrowawayFolder folder;
  const auto config = folder.write("w.toml",
                                   "broker = \"tcp://127.0.0.1:1\"\nledger = \"ledger.jsonl\"\n"
                                   "devices = [\"0190c0de-0000-7000-8000-0000000000d1\"]\n");
  const pid_t child = start({FELDSHER_VIRTUAL, "wearables", "--config", config});
  Loop loop;
  REQUIRE(loop.run_until([&] { return std::filesystem::exists(folder.file("ledger.jsonl")); }));
  int status = -1;
  // Its handler may not stand yet when the ledger does: it is asked until it ends.
  REQUIRE(loop.run_until([&] {
    kill(child, SIGTERM);
    return waitpid(child, &status, WNOHANG) == child;
  }));
  CHECK((WIFEXITED(status) ? WEXITSTATUS(status) == 0 : WTERMSIG(status) == SIGTERM));
}

TEST_CASE("a program called wrongly says how it is called", "[devices][virtual][O6]") {
  CHECK(run({FELDSHER_VIRTUAL, "--help"}));
  CHECK(run({FELDSHER_VIRTUAL, "day", "--print-default-config"}));
  for (const auto& wrong :
       std::vector<std::vector<std::string>>{{FELDSHER_VIRTUAL},
                                             {FELDSHER_VIRTUAL, "night"},
                                             {FELDSHER_VIRTUAL, "day"},
                                             {FELDSHER_VIRTUAL, "day", "--config", "/nowhere"},
                                             {FELDSHER_VIRTUAL, "day", "--drain", "x"}}) {
    CHECK_FALSE(run(wrong));
  }
}
