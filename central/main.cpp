#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>
#include <iostream>

#include "central/commands/access_act.hpp"
#include "central/commands/api_client.hpp"
#include "central/commands/enrol.hpp"
#include "central/commands/init.hpp"
#include "central/commands/issue.hpp"
#include "central/commands/load.hpp"
#include "central/commands/look.hpp"
#include "central/commands/rotate.hpp"
#include "central/commands/text_table.hpp"
#include "central/commands/tokens.hpp"
#include "central/copies/backup.hpp"
#include "central/copies/restore.hpp"
#include "central/copies/standby_folder.hpp"
#include "central/serve/serve.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace {

using namespace feldsher;
using namespace feldsher::central;

/// What the command line says, and what each command does with it.
struct CommandLine {
  CLI::App app{
      "Feldsher central: the network's memory.\n"
      "Exit: 0 done, 1 it could not be done, 2 the command line is wrong, 3 the disk failed while serving."};
  std::string dir, config, file;
  InitWish init_wish;
  IssueWish issue_wish;
  LookWish look_wish;
  ReadingsWish readings_wish;
  BackupWish backup_wish;
  RestoreWish restore_wish;
  RotateWish rotate_wish;
  std::string point, node, terminal, device, standby;
  std::string id, person, kind = "system", name, query, patient, day, revoke;
  bool all = false, verify = false;
  std::function<int()> run;

  CommandLine();
  CLI::App* command(const char* command_name, const char* help, std::function<void()> act) {
    CLI::App* sub = app.add_subcommand(command_name, help);
    sub->callback([this, act = std::move(act)] {
      run = [act] {
        act();
        return 0;
      };
    });
    return sub;
  }
  CLI::App* on_folder(const char* command_name, const char* help,
                      std::function<void(const CentralFolder&)> act) {
    CLI::App* sub =
        command(command_name, help, [this, act = std::move(act)] { act(CentralFolder::open(dir)); });
    sub->add_option("--dir", dir, "Central's data folder")->required();
    return sub;
  }
  CLI::App* asking(const char* command_name, const char* help, std::function<void()> act) {
    CLI::App* sub = command(command_name, help, std::move(act));
    sub->add_option("--config", look_wish.config, "central.toml of the running central")->required();
    sub->add_flag("--json", look_wish.json, "The API's JSON instead of a table");
    sub->add_option("--token-file", look_wish.token,
                    "File with the token of who asks; default: the operator's");
    return sub;
  }
  void add_folder_commands();
  void add_copies();
  void add_questions();
};

Uuid id_from(const std::string& text, const char* option) {
  auto id = Uuid::from_text(text);
  if (!id) throw Fault(std::string(option) + ": a UUID is expected");
  return *id;
}

void revoke_command(const CentralFolder& folder, const CommandLine& line) {
  RevokeCertificates wish{.kind = v1::CREDENTIAL_NODE, .name = line.node, .point = line.point};
  if (!line.terminal.empty()) wish = {v1::CREDENTIAL_TERMINAL, line.terminal, line.point};
  if (!line.device.empty()) wish = {v1::CREDENTIAL_DEVICE, line.device, line.point};
  if (!line.standby.empty()) wish = {v1::CREDENTIAL_STANDBY, line.standby, ""};
  const auto said = carry_out(folder, wish);
  std::cout << "Revoked " << boost::json::serialize(said.at("revoked")) << " certificates of "
            << to_text(wish.kind) << " " << wish.name << "\n";
}

/// Proposes the end of the lost box in a person's name, with what came of it in words.
std::string propose_end(const CentralFolder& folder, const CommandLine& line) {
  const std::string how = "propose-decommission " + line.point + " --reason lost --config " +
                          folder.config().string() + " --token-file FILE";
  if (line.look_wish.token.empty())
    return "Its box is not decommissioned yet. As a person: feldsher-central " + how;
  try {
    const ApiClient api(folder, read_config(folder.config()), line.look_wish.token);
    const auto proposed =
        api.post("/api/v1/decommissions",
                 boost::json::serialize(boost::json::object{{"point", line.point}, {"reason", "lost"}}));
    return "Its decommission is proposed. Another person: feldsher-central order-decommission " +
           std::string(proposed.at("id").as_string()) + " --config " + folder.config().string() +
           " --token-file FILE";
  } catch (const Fault& fault) {
    return std::string("Its decommission was not proposed: ") + fault.what();
  }
}

void lost_point_command(const CentralFolder& folder, const CommandLine& line) {
  const std::string& point = line.point;
  const auto said = carry_out(folder, LosePoint{point});
  const auto& people = said.at("people").as_array();
  std::cout << "Revoked " << boost::json::serialize(said.at("revoked")) << " certificates of " << point
            << ". Its pass keys and open codes are worth nothing.\n"
            << propose_end(folder, line) << "\n"
            << "What its boxes could give away concerns " << people.size() << " people. Tell them:\n";
  TextTable table({"FAMILY NAME", "GIVEN NAME", "PHONE", "LANGUAGE", "ID"});
  const auto cell = [](const boost::json::value& person, const char* key) {
    return std::string(person.at(key).as_string());
  };
  for (const auto& person : people)
    table.row({cell(person, "family_name"), cell(person, "given_name"), cell(person, "phone"),
               cell(person, "language"), cell(person, "id")});
  table.print(std::cout);
}

void tokens_command(const CentralFolder& folder, const CommandLine& line) {
  Tokens tokens(folder.tokens());
  if (!line.revoke.empty()) {
    if (!tokens.revoke(line.revoke)) throw Fault("--revoke: no token of this name stands");
    std::cout << "Revoked " << line.revoke << "\n";
  } else if (!line.name.empty()) {
    SystemRandom random;
    const auto kind = token_kind_from(line.kind);
    if (!kind) throw Fault("--kind: person or system is expected");
    const Uuid person = line.person.empty() ? Uuid{} : id_from(line.person, "--person");
    std::cout << tokens.make({.name = line.name, .kind = *kind, .person = person}, random,
                             SystemClock().now())
              << "\n";
    std::cerr << "Shown once: keep it now. Only its SHA-256 is kept here.\n";
  } else {
    TextTable table({"NAME", "KIND", "MADE", "STATUS", "ID"});
    for (const Token& token : tokens.all())
      table.row({token.name, to_text(token.kind), token.made, token.revoked ? "revoked" : "valid",
                 token.id.to_text()});
    table.print(std::cout);
  }
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

  CLI::App* make = command("init", "Make a central's data folder: authorities, keys, configuration",
                           [this] { init(init_wish, std::cout); });
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
}

void CommandLine::add_copies() {
  CLI::App* out =
      command("backup", "Copy a central, running or not, to a new folder: encrypted, verified, signed",
              [this] { back_up(backup_wish, std::cout); });
  out->add_option("to", backup_wish.to, "Folder to make")->required();
  out->add_option("--config", backup_wish.config, "central.toml")->required();
  out->add_option("--passphrase-file", backup_wish.passphrase_file,
                  "File whose first line seals the secrets; default: it is asked for");

  CLI::App* in = command(
      "restore", "Check a backup; make a data folder of it: a central's in a new life, or a standby's",
      [this] { restore(restore_wish, std::cout); });
  in->add_option("from", restore_wish.from, "The backup")->required();
  CLI::Option* into =
      in->add_option("into", restore_wish.into, "Folder to make; without it the backup is only checked");
  in->add_flag("--verify", verify,
               "Check every signature, chain and count: always done, also without a folder");
  in->add_option("--passphrase-file", restore_wish.passphrase_file,
                 "File whose first line opens the secrets; default: it is asked for");
  CLI::Option* pull =
      in->add_option("--pull", restore_wish.pull,
                     "HOST:PORT of a standby: what it holds that came after the backup comes back too")
          ->needs(into);
  in->add_option("--standby-of", restore_wish.standby_of,
                 "HOST:PORT of a running central: make the folder of a standby that follows it")
      ->needs(into)
      ->excludes(pull);

  CLI::App* following =
      app.add_subcommand("standby", "Follow a central until stopped, holding all that it holds");
  following->add_option("--config", config, "central.toml of the standby's folder")->required();
  following->callback([this] { run = [this] { return follow(read_config(config)); }; });

  on_folder("promote", "Make a stopped standby central: the one before must be off for good",
            [](const CentralFolder& folder) { promote(folder, std::cout); });
}

void CommandLine::add_folder_commands() {
  on_folder("load", "Load clinic data from a file: all of it or nothing; again is harmless",
            [this](const CentralFolder& folder) { load(folder, file, std::cout); })
      ->add_option("file", file, "feldsher-clinic/1, JSON")
      ->required();

  CLI::App* certify = on_folder("issue", "Make a key and certificate for a screen, a wearable or a gateway",
                                [this](const CentralFolder& folder) {
                                  if (!id.empty()) issue_wish.id = id_from(id, "--id");
                                  issue(folder, issue_wish, std::cout);
                                });
  certify->add_option("--kind", issue_wish.kind, "terminal, gateway or broker")->required();
  certify->add_option("--name", issue_wish.name, "Common name: the user name at a broker")->required();
  certify->add_option("--point", issue_wish.point, "Short name of a loaded point");
  certify->add_option("--id", id, "UUID that the certificate ends with: a wearable's");
  certify->add_option("--out", issue_wish.out, "Folder for ca.pem, certificate.pem, key.pem")->required();

  on_folder("enrol", "Print a one-time code with which a bare box becomes a point's: good once, for 24 hours",
            [this](const CentralFolder& folder) { open_code(folder, point, std::cout); })
      ->add_option("--point", point, "Short name of a loaded point")
      ->required();

  CLI::App* keys = app.add_subcommand("keys", "The keys of central");
  keys->require_subcommand(1);
  CLI::App* turn =
      keys->add_subcommand("rotate", "Put a new key in the place of one; no database is rewritten");
  turn->add_option("--dir", dir, "Central's data folder")->required();
  turn->callback([this] {
    run = [this] {
      rotate(CentralFolder::open(dir), rotate_wish, std::cout);
      return 0;
    };
  });
  turn->add_option("--key", rotate_wish.key,
                   "box (wraps the databases' keys), head, pass, server, standby or operator")
      ->capture_default_str();
  turn->add_option("--host", rotate_wish.hosts, "With server: names of this machine besides localhost");
  turn->add_flag("--retire", rotate_wish.retire, "With pass: former keys' passes are worth nothing any more");

  CLI::App* out = on_folder("revoke", "End certificates: whoever is connected with one is cut off at once",
                            [this](const CentralFolder& folder) { revoke_command(folder, *this); });
  auto* holder = out->add_option_group("holder", "Whose");
  holder->add_option("--node", node, "Short name of the point whose agent it is");
  holder->add_option("--terminal", terminal, "Common name of a screen");
  holder->add_option("--device", device, "Common name of a wearable or gateway");
  holder->add_option("--standby", standby, "Id of a standby, as `status` shows it");
  holder->require_option(1);
  out->add_option("--point", point, "Short name of the point where it is used; default: wherever");

  CLI::App* points = app.add_subcommand("point", "A point as a whole");
  points->require_subcommand(1);
  CLI::App* lost = points->add_subcommand("lost",
                                          "Its boxes are in other hands: revoke all that is used there, "
                                          "propose to decommission its box, and list whom to tell");
  lost->add_option("name", point, "Short name of the point")->required();
  lost->add_option("--dir", dir, "Central's data folder")->required();
  lost->add_option("--token-file", look_wish.token,
                   "File with a person's token: the decommission is proposed in their name");
  lost->callback([this] {
    run = [this] {
      lost_point_command(CentralFolder::open(dir), *this);
      return 0;
    };
  });

  on_folder("pass", "Print the pass of an appointment: the text of its QR code",
            [this](const CentralFolder& folder) {
              std::cout << make_pass(folder, id_from(id, "--appointment")) << "\n";
            })
      ->add_option("--appointment", id, "UUID of the appointment")
      ->required();

  CLI::App* token = on_folder("token", "Make or revoke a bearer token of the API; without a name, list them",
                              [this](const CentralFolder& folder) { tokens_command(folder, *this); });
  token->add_option("--name", name, "Make a token of this name and print it, once");
  token->add_option("--kind", kind, "person or system (default): metrics and clinic data need a system's");
  token->add_option("--person", person, "Kind person: UUID of the practitioner it speaks for");
  token->add_option("--revoke", revoke, "End the token of this name, at once");

  on_folder(
      "rebuild", "Make views.db anew from the journal, while central is stopped",
      [](const CentralFolder& folder) { std::cout << "Projected " << rebuild(folder) << " records.\n"; });
}

void CommandLine::add_questions() {
  asking("points", "Every point: connected, or since when it is not",
         [this] { look_at_points(look_wish, std::cout); });
  asking("status", "What waits for the disk, and how the standby stands",
         [this] { look_at_status(look_wish, std::cout); });
  asking("patients", "Find patients. Each one shown gets a record that says so", [this] {
    look_at_patients(look_wish, query, std::cout);
  })->add_option("query", query, "Parts of names, phone or birth date");
  asking("history", "A patient's history, in order. A record says that it was read",
         [this] { look_at_history(look_wish, patient, std::cout); })
      ->add_option("patient", patient, "UUID of the patient")
      ->required();
  asking("appointments", "Appointments of a day", [this] { look_at_appointments(look_wish, day, std::cout); })
      ->add_option("--day", day, "Local day, 2026-11-22")
      ->required();
  asking("tasks", "What a person must look at", [this] {
    look_at_tasks(look_wish, all, std::cout);
  })->add_flag("--all", all, "Also what was seen to");
  asking("complete-task", "A person has seen to a task", [this] { complete_task(look_wish, id, std::cout); })
      ->add_option("task", id, "UUID of the task")
      ->required();
  CLI::App* erase =
      asking("propose-erasure", "Propose that everything about a patient be erased: a person's act",
             [this] { propose_erasure(look_wish, patient, query, std::cout); });
  erase->add_option("patient", patient, "UUID of the patient")->required();
  erase->add_option("--ground", query, "The legal ground, as a reference: no names")->required();
  asking("order-erasure", "Confirm a proposed erasure, as another person: bodies are dropped, headers stay",
         [this] { order_erasure(look_wish, id, std::cout); })
      ->add_option("erasure", id, "UUID of the proposal")
      ->required();
  asking("erasures", "Orders to erase", [this] { look_at_erasures(look_wish, std::cout); });
  CLI::App* end = asking("propose-decommission",
                         "Propose that the box of a point be put out for good, dead or lost: a person's act",
                         [this] { propose_decommission(look_wish, point, query, std::cout); });
  end->add_option("point", point, "Short name of the point")->required();
  end->add_option("--reason", query, "Why: no names")->required();
  asking(
      "order-decommission",
      "Confirm it, as another person: what is open there ends, its minutes are central's, its certificates "
      "are revoked. A new box takes over",
      [this] { order_decommission(look_wish, id, std::cout); })
      ->add_option("decommission", id, "UUID of the proposal")
      ->required();
  asking("decommissions", "Boxes that were put out, or are proposed to be",
         [this] { look_at_decommissions(look_wish, std::cout); });
  asking("break-lease",
         "End the leases of a shift for a point that cannot: its minutes are central's at once, in the name "
         "of who "
         "asks. Shows the bookings found there",
         [this] { break_lease(look_wish, id, std::cout); })
      ->add_option("shift", id, "UUID of the shift")
      ->required();
  asking("accept-older-disk",
         "A point was refused as a copy because its disk was restored from an old backup: say that it is the "
         "right one. Its next hello is taken",
         [this] { accept_older_disk(look_wish, id, std::cout); })
      ->add_option("point", id, "UUID of the point")
      ->required();
  asking("incidents", "What must not happen, and did", [this] { look_at_incidents(look_wish, std::cout); });
  CLI::App* readings = asking("readings", "Readings of a device",
                              [this] { look_at_readings(look_wish, readings_wish, std::cout); });
  readings->add_option("--device", readings_wish.device, "UUID of the device")->required();
  readings->add_option("--from", readings_wish.from, "2026-11-22T09:43Z, or Unix ms");
  readings->add_option("--to", readings_wish.to, "2026-11-22T09:43Z, or Unix ms");
  readings->add_flag("--hours", readings_wish.hours, "Hourly roll-ups");
}

}  // namespace

int main(int argc, char** argv) {
  CommandLine line;
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return line.app.exit(error) == 0 ? 0 : 2;
  }
  try {
    return line.run();
  } catch (const std::exception& error) {
    std::cerr << "feldsher-central: " << error.what() << '\n';
    return 1;
  }
}
