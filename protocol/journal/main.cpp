#include <CLI/CLI.hpp>
#include <iostream>

#include "protocol/journal/journal_commands.hpp"

int main(int argc, char** argv) {
  CLI::App app{
      "Checks and exports the journals of a data folder. Changes nothing in it.\n"
      "Exit: 0 good, 1 a record or a page of the file is bad (verify), 2 the command line is wrong,\n"
      "3 it could not be looked at: no key, no page that the key opens, a program that has it open;\n"
      "or what was to be exported cannot be read."};
  app.set_version_flag("--version", "feldsher-journal " FELDSHER_VERSION);
  app.require_subcommand(1);

  feldsher::JournalPlace place;
  bool json = false;
  std::string file;
  std::vector<std::string> central_keys;
  CLI::App* verify = app.add_subcommand(
      "verify",
      "Check every record, chain and signed head; name the first bad record of each journal, also where it\n"
      "cannot be read because a page of the file is damaged. Without the first page no record is found.\n"
      "Trusts central's key that lies in the folder (a point's node.json, central's head.key), and says so.\n"
      "Whoever replaces the journal may replace that too: a key that was kept elsewhere proves more\n"
      "(--central-key).");
  verify->add_option("folder", place.folder, "Data folder of a program (holds journal.db and journal.key)")
      ->required();
  verify->add_flag("--json", json, "Answer one JSON object");
  verify->add_flag("--live", place.live, "The program is running: look at a private copy");
  verify
      ->add_option("--central-key", central_keys,
                   "64 hexadecimal digits (central_head_key in a point's node.json), kept elsewhere: demand\n"
                   "central's countersignature, by this key or one that it handed over to, whatever lies in\n"
                   "the folder; may be given again")
      ->allow_extra_args(false)
      ->check([](const std::string& text) {
        return feldsher::from_hex(text).size() == 32 ? "" : "64 hexadecimal digits are expected";
      });
  CLI::App* exporting =
      app.add_subcommand("export", "Write every record and signed head as JSON lines. Holds patient data");
  exporting->add_option("folder", place.folder, "Data folder of a program")->required();
  exporting->add_option("--out", file, "File to write, mode 600; - for the terminal")->required();
  exporting->add_flag("--live", place.live, "The program is running: look at a private copy");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  for (const std::string& key : central_keys) place.central_keys.push_back(feldsher::from_hex(key));
  try {
    const auto verdict = *verify ? feldsher::verify_journals(place, json, std::cout)
                                 : feldsher::export_journals(place, file, std::cout);
    return static_cast<int>(verdict);
  } catch (const std::exception& error) {
    std::cerr << "feldsher-journal: " << error.what() << '\n';
    return 3;
  }
}
