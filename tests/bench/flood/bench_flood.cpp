// Floods a point's broker with readings over mutual TLS, and measures what is receipted of them.
// Prints "measuring" and "measured" when those seconds begin and end, then one JSON line.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/bench/flood/flood.hpp"

int main(int count, char** arguments) {
  using namespace feldsher;
  using namespace feldsher::bench;
  CLI::App app("Floods a point's broker with numbered SenML, QoS 1 over mutual TLS.");
  Flood::Options options;
  std::string identity;
  std::vector<std::string> devices;
  double warm_up = 1, seconds = 5, drain = 10;
  app.add_option("--port", options.port, "Of the broker, on 127.0.0.1")->required();
  app.add_option("--identity", identity, "Folder with the gateway's ca.pem, certificate.pem and key.pem")
      ->required();
  app.add_option("--device", devices, "UUID of a device that the gateway speaks for; many")->required();
  app.add_option("--connections", options.connections, "Of the gateway")->capture_default_str();
  app.add_option("--window", options.window, "Messages under way at most")->required();
  app.add_option("--warm-up", warm_up, "Seconds before it is measured")->capture_default_str();
  app.add_option("--seconds", seconds, "Seconds that are measured")->capture_default_str();
  app.add_option("--drain", drain, "Seconds to wait at the end for what is not receipted")
      ->capture_default_str();
  app.add_option("--counts", options.counts, "File in which a subscriber counts; default: receipts count");
  CLI11_PARSE(app, count, arguments);

  try {
    options.devices = devices_of(devices);
    options.tls = {identity + "/ca.pem", identity + "/certificate.pem", identity + "/key.pem"};
    options.warm_up = Flood::Seconds(warm_up);
    options.measured = Flood::Seconds(seconds);
    options.drain = Flood::Seconds(drain);
    options.on_measuring = [](bool begins) {
      fmt::print("{}\n", begins ? "measuring" : "measured");
      std::fflush(stdout);
    };
    const auto figures = Flood(options).run();
    fmt::print(R"({{"seconds":{:.3f},"kept":{},"messages_per_s":{:.0f},"readings_per_s":{:.0f},)"
               R"("sent":{},"acknowledged":{},"sent_again":{},"missing":{},"receipts":{}}})"
               "\n",
               figures.seconds, figures.kept, static_cast<double>(figures.kept) / figures.seconds,
               static_cast<double>(figures.kept * Messages::readings_each) / figures.seconds, figures.sent,
               figures.acknowledged, figures.sent_again, figures.missing, figures.receipts);
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "bench_flood: {}\n", fault.what());
    return 1;
  }
}
