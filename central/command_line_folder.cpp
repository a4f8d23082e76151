// Commands that work in central's data folder.
#include <boost/json/serialize.hpp>
#include <iostream>

#include "central/command_line.hpp"
#include "central/commands/access_act.hpp"
#include "central/commands/api_client.hpp"
#include "central/commands/config.hpp"
#include "central/commands/enrol.hpp"
#include "central/commands/load.hpp"
#include "central/commands/text_table.hpp"
#include "central/commands/tokens.hpp"
#include "central/serve/serve.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

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
std::string propose_end(const CentralFolder& folder, const std::string& point, const std::string& token) {
  const std::string how = "propose-decommission " + point + " --reason lost --config " +
                          folder.config().string() + " --token-file FILE";
  if (token.empty()) return "Its box is not decommissioned yet. As a person: feldsher-central " + how;
  try {
    const ApiClient api(folder, read_config(folder.config()), token);
    const auto proposed =
        api.post("/api/v1/decommissions",
                 boost::json::serialize(boost::json::object{{"point", point}, {"reason", "lost"}}));
    return "Its decommission is proposed. Another person: feldsher-central order-decommission " +
           std::string(proposed.at("id").as_string()) + " --config " + folder.config().string() +
           " --token-file FILE";
  } catch (const Fault& fault) {
    return std::string("Its decommission was not proposed: ") + fault.what();
  }
}

void lost_point_command(const CentralFolder& folder, const std::string& point, const std::string& token) {
  const auto said = carry_out(folder, LosePoint{point});
  const auto& people = said.at("people").as_array();
  std::cout << "Revoked " << boost::json::serialize(said.at("revoked")) << " certificates of " << point
            << ". Its pass keys and open codes are worth nothing.\n"
            << propose_end(folder, point, token) << "\n"
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

}  // namespace

CLI::App* CommandLine::on_folder(CLI::App* sub, std::function<void(const CentralFolder&)> act) {
  sub->add_option("--dir", dir, "Central's data folder")->required();
  sub->callback([this, act = std::move(act)] {
    run = [this, act] {
      expect_own(dir);
      act(CentralFolder::open(dir));
      return 0;
    };
  });
  return sub;
}

CLI::App* CommandLine::on_folder(const char* command_name, const char* help,
                                 std::function<void(const CentralFolder&)> act) {
  return on_folder(app.add_subcommand(command_name, help), std::move(act));
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
      on_folder(keys->add_subcommand("rotate", "Put a new key in the place of one; no database is rewritten"),
                [this](const CentralFolder& folder) { rotate(folder, rotate_wish, std::cout); });
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
  CLI::App* lost =
      on_folder(points->add_subcommand("lost",
                                       "Its boxes are in other hands: revoke all that is used there, "
                                       "propose to decommission its box, and list whom to tell"),
                [this](const CentralFolder& folder) { lost_point_command(folder, point, look_wish.token); });
  lost->add_option("name", point, "Short name of the point")->required();
  lost->add_option("--token-file", look_wish.token,
                   "File with a person's token: the decommission is proposed in their name");

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

}  // namespace feldsher::central
