// Plays an outage into a point's folder; prints one JSON line. The agent must not run meanwhile.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/bench/drain/outage.hpp"

int main(int count, char** arguments) {
  using namespace feldsher;
  using namespace feldsher::bench;
  CLI::App app("Plays the hours of an outage into the folder of a point whose agent does not run.");
  Outage::Options options;
  std::vector<std::string> devices;
  std::uint64_t readings = 0;
  app.add_option("--dir", options.folder, "The point's folder")->required();
  app.add_option("--device", devices, "UUID of a wearable; many");
  app.add_option("--readings", readings, "In all, four a message, a message a second and wearable");
  app.add_option("--acts", options.acts, "In all, five a visit");
  app.add_option("--packs", options.packs, "File for the messages: each its length (4 octets), then it");
  CLI11_PARSE(app, count, arguments);

  try {
    options.devices = devices_of(devices);
    options.messages = readings / Messages::readings_each;
    const auto figures = Outage(options).play();
    fmt::print(R"({{"readings":{},"acts":{},"blocks":{},"hours":{:.1f}}})"
               "\n",
               figures.readings, figures.acts, figures.blocks, figures.hours);
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "bench_outage_fill: {}\n", fault.what());
    return 1;
  }
}
