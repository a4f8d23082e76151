#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "edge-agent/agent/config.hpp"
#include "edge-agent/agent/membership.hpp"
#include "edge-agent/agent/serve.hpp"
#include "edge-agent/agent/status_door.hpp"

namespace edge = feldsher::edge;

namespace {

void log_to_stderr(const std::string& level) {
  auto log = spdlog::stderr_logger_st("edge");
  log->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  log->set_level(spdlog::level::from_str(level));
  log->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(log));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "feldsher-edge: the agent of a point: check-in, queue, booking, readings, with or without a line.\n"
      "Exit: 0 good, 1 it could not start or was asked wrongly, 3 a fault while it ran (start it again)."};
  app.set_version_flag("--version", "feldsher-edge " FELDSHER_VERSION);
  bool print_default = false;
  app.add_flag("--print-default-config", print_default,
               "Print the commented default configuration, which is its manual");

  std::string folder, bundle, config_file;
  bool json = false;
  CLI::App* init = app.add_subcommand("init", "Make a point's folder of what central issued for it");
  init->add_option("--dir", folder,
                   "Folder to make: keys, journal and edge.toml; nothing in it is written over")
      ->required();
  init->add_option("--bundle", bundle, "What `feldsher-central issue --kind point` wrote")->required();
  CLI::App* serve = app.add_subcommand("serve", "Run the agent");
  serve->add_option("--config", config_file, "The point's edge.toml")->required();
  CLI::App* status = app.add_subcommand("status", "Ask the running agent how it is");
  status->add_option("--config", config_file, "The point's edge.toml")->required();
  status->add_flag("--json", json, "One line of JSON instead of a table");
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }

  try {
    if (print_default) {
      std::cout << edge::default_config();
    } else if (*init) {
      edge::init_point(folder, bundle);
      std::cout << "A point's folder is in " << folder
                << ". Look at its edge.toml, then: feldsher-edge serve --config "
                << (std::filesystem::path(folder) / "edge.toml").string() << '\n';
    } else if (*serve) {
      const edge::Config config = edge::read_config(config_file);
      log_to_stderr(config.log);
      return edge::serve(config);
    } else if (*status) {
      const std::string line =
          edge::ask_status(edge::PointFolder(edge::read_config(config_file).folder).control());
      std::cout << (json ? line : edge::status_table(line));
    } else {
      std::cout << app.help();
      return 1;
    }
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "feldsher-edge: " << fault.what() << '\n';
    return 1;
  }
}
