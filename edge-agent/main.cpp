#include <CLI/CLI.hpp>
#include <iostream>

#include "edge-agent/agent/config.hpp"
#include "edge-agent/agent/membership.hpp"
#include "edge-agent/agent/serve.hpp"
#include "edge-agent/agent/status_door.hpp"
#include "edge-agent/enrol/enrol.hpp"
#include "edge-agent/enrol/rotate.hpp"
#include "protocol/log/log.hpp"

namespace edge = feldsher::edge;

int main(int argc, char** argv) {
  CLI::App app{
      "feldsher-edge: the agent of a point: check-in, queue, booking, readings, with or without a line.\n"
      "Exit: 0 good, 1 it could not be done, 2 the command line is wrong, 3 a fault while it ran (start it "
      "again)."};
  app.set_version_flag("--version", "feldsher-edge " FELDSHER_VERSION);
  bool print_default = false;
  app.add_flag("--print-default-config", print_default,
               "Print the commented default configuration, which is its manual");

  std::string config_file = edge::PointFolder("/var/lib/feldsher-edge").config();
  bool json = false;
  edge::EnrolWish wish{.code = {},
                       .folder = "/var/lib/feldsher-edge",
                       .broker = {},
                       .software = "feldsher-edge " FELDSHER_VERSION};
  bool start = false;
  CLI::App* enrol =
      app.add_subcommand("enrol", "Make this bare box a point's, with a code that central printed");
  enrol->add_option("code", wish.code, "What `feldsher-central enrol` printed; hyphens do not matter")
      ->required();
  enrol->add_option("--dir", wish.folder, "Folder to make: keys, journal and edge.toml")
      ->capture_default_str();
  enrol->add_option(
      "--broker", wish.broker,
      "Folder for the broker's key and certificates; default: /etc/feldsher/broker of the Debian\n"
      "package, with its DIR, else DIR/broker");
  enrol->add_flag("--start", start, "Then run the agent here, as `serve` does");
  CLI::App* serve = app.add_subcommand("serve", "Run the agent");
  serve->add_option("--config", config_file, "The point's edge.toml")->capture_default_str();
  CLI::App* status = app.add_subcommand("status", "Ask the running agent how it is");
  status->add_option("--config", config_file, "The point's edge.toml")->capture_default_str();
  status->add_flag("--json", json, "One line of JSON instead of a table");
  CLI::App* trim = app.add_subcommand(
      "trim",
      "Cut the journals before the window now, and not at the daily time: what is older than edge.toml says "
      "and\n"
      "on the disks of central and of its standby. It goes on by itself; `status` says how far (window.*)");
  trim->add_option("--config", config_file, "The point's edge.toml")->capture_default_str();
  CLI::App* keys = app.add_subcommand("keys", "The keys of the point");
  CLI::App* rotate = keys->add_subcommand(
      "rotate", "Put a new key in the place of one, while the agent is stopped; no database is rewritten");
  edge::RotateWish rotate_wish;
  rotate->add_option("--key", rotate_wish.key, "box (wraps the databases' keys), head, line or bus")
      ->capture_default_str();
  rotate->add_option(
      "--broker", rotate_wish.broker,
      "With bus: folder of the broker's key and certificates; default: where `enrol` put them");
  rotate->add_option("--config", config_file, "The point's edge.toml")->capture_default_str();
  keys->require_subcommand(1);
  app.require_subcommand(0, 1);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    if (print_default) {
      std::cout << edge::default_config();
    } else if (*enrol || *serve) {
      if (*enrol) {
        edge::enrol(wish, std::cout);
        config_file = edge::PointFolder(wish.folder).config();
        if (!start) {
          std::cout << edge::start_commands(wish.folder, edge::PointFolder(wish.folder).sealed());
          return 0;
        }
      }
      const edge::Config config = edge::read_config(config_file);
      feldsher::Log::begin(config.log);
      return edge::serve(config);
    } else if (*rotate) {
      rotate_wish.folder = edge::read_config(config_file).folder;
      edge::rotate(rotate_wish, std::cout);
      edge::give_to_owner(rotate_wish.folder);
    } else if (*trim) {
      edge::ask_status(edge::PointFolder(edge::read_config(config_file).folder).trim());
      std::cout << "Asked for: `feldsher-edge status` says how far it is (window.*)\n";
    } else if (*status) {
      const std::string line =
          edge::ask_status(edge::PointFolder(edge::read_config(config_file).folder).control());
      std::cout << (json ? line : edge::status_table(line));
    } else {
      std::cerr << app.help();
      return 2;
    }
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "feldsher-edge: " << fault.what() << '\n';
    return 1;
  }
}
