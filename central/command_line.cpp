#include "central/command_line.hpp"

#include <iostream>

#include "central/commands/config.hpp"
#include "central/serve/serve.hpp"

namespace feldsher::central {

CLI::App* CommandLine::command(const char* command_name, const char* help, std::function<void()> act) {
  CLI::App* sub = app.add_subcommand(command_name, help);
  sub->callback([this, act = std::move(act)] {
    run = [act] {
      act();
      return 0;
    };
  });
  return sub;
}

CLI::App* CommandLine::asking(const char* command_name, const char* help, std::function<void()> act) {
  CLI::App* sub = command(command_name, help, std::move(act));
  sub->add_option("--config", look_wish.config, "central.toml of the running central")->required();
  sub->add_flag("--json", look_wish.json, "The API's JSON instead of a table");
  sub->add_option("--token-file", look_wish.token,
                  "File with the token of who asks; default: the operator's");
  return sub;
}

CommandLine::CommandLine() {
  app.set_version_flag("--version", "feldsher-central " FELDSHER_VERSION);
  app.add_flag_callback(
      "--print-default-config",
      [] {
        std::cout << default_config();
        throw CLI::Success();
      },
      "Print the commented default configuration: its manual");
  app.require_subcommand(1);

  CLI::App* make = command("init", "Make a central's data folder: authorities, keys, configuration", [this] {
    expect_own(init_wish.folder);
    init(init_wish, std::cout);
  });
  make->add_option("--dir", init_wish.folder, "Folder to make")->required();
  make->add_option("--name", init_wish.name, "Name of the network, for people")->required();
  make->add_option("--host", init_wish.hosts,
                   "Name or address at which points find this machine, besides localhost");

  CLI::App* running = app.add_subcommand("serve", "Run until stopped: points, API");
  running->add_option("--config", config, "central.toml")->required();
  running->callback([this] { run = [this] { return serve(read_config(config)); }; });
  add_folder_commands();
  add_copies();
  add_questions();
  add_clinic();
}

}  // namespace feldsher::central
