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

void print(const boost::json::value& answer) { std::cout << boost::json::serialize(answer) << "\n"; }

Uuid id_from(const std::string& text, const char* option) {
  auto id = Uuid::from_text(text);
  if (!id) throw Fault(std::string(option) + ": a UUID is expected");
  return *id;
}

/// `point lost` finds what is used at a point by the point that its certificate was issued for.
void warn_of_no_point(const IssueWish& wish) {
  if (!wish.point.empty() || wish.kind == "broker") return;
  std::cerr
      << "It names no point: `point lost` will not end it, only list it. If it stays at one, issue it with "
         "--point NAME.\n";
}

std::string certificates(const boost::json::object& revoked) {
  const auto count = revoked.at("revoked").to_number<std::size_t>();
  return std::to_string(count) + (count == 1 ? " certificate" : " certificates");
}

void revoke_command(const CentralFolder& folder, const CommandLine& line) {
  RevokeCertificates wish{.kind = v1::CREDENTIAL_NODE, .name = line.node, .point = line.point};
  if (!line.terminal.empty()) wish = {v1::CREDENTIAL_TERMINAL, line.terminal, line.point};
  if (!line.device.empty()) wish = {v1::CREDENTIAL_DEVICE, line.device, line.point};
  if (!line.standby.empty()) wish = {v1::CREDENTIAL_STANDBY, line.standby, ""};
  const auto said = carry_out(folder, wish);
  if (line.look_wish.json) return print(said);
  std::cout << "Revoked " << certificates(said) << " of " << to_text(wish.kind) << " " << wish.name << "\n";
}

/// The proposal to end the lost box, in a person's name; null when it was not made, and why, in words.
struct ProposedEnd {
  boost::json::value decommission;
  std::string words;
};
ProposedEnd propose_end(const CentralFolder& folder, const std::string& point, const std::string& token) {
  const std::string how = "propose-decommission " + point + " --reason lost --config " +
                          folder.config().string() + " --token-file FILE";
  if (token.empty())
    return {nullptr, "Its box is not decommissioned yet. As a person: feldsher-central " + how};
  try {
    const ApiClient api(folder, read_config(folder.config()), token);
    const auto proposed =
        api.post("/api/v1/decommissions",
                 boost::json::serialize(boost::json::object{{"point", point}, {"reason", "lost"}}));
    return {proposed, "Its decommission is proposed. Another person: feldsher-central order-decommission " +
                          std::string(proposed.at("id").as_string()) + " --config " +
                          folder.config().string() + " --token-file FILE"};
  } catch (const Fault& fault) {
    return {nullptr, std::string("Its decommission was not proposed: ") + fault.what()};
  }
}

/// What to type to end a screen's or gateway's certificate, wherever it is used.
std::string revoke_by_name(const CentralFolder& folder, const std::string& kind, const std::string& name) {
  return "feldsher-central revoke --dir " + folder.path().string() + " --" + kind + " " + name;
}

/// Screens and gateways of which nobody said where they are used.
void list_of_no_point(const CentralFolder& folder, const std::string& lost,
                      const boost::json::array& of_no_point) {
  if (of_no_point.empty()) return;
  std::cout
      << "Still good, since they were issued without --point: every point's broker lets them in. End those "
         "that were at "
      << lost << ":\n";
  TextTable table({"KIND", "NAME", "SERIAL", "TO END IT", "ENDS TOO, AT"});
  for (const auto& each : of_no_point) {
    const auto cell = [&](const char* key) { return std::string(each.at(key).as_string()); };
    std::string also;
    for (const auto& point : each.at("also_at").as_array())
      also += (also.empty() ? "" : ", ") + std::string(point.as_string());
    table.row({cell("kind"), cell("name"), cell("serial"), revoke_by_name(folder, cell("kind"), cell("name")),
               also.empty() ? "-" : also});
  }
  table.print(std::cout);
}

void lost_point_command(const CentralFolder& folder, const std::string& point, const LookWish& wish) {
  auto said = carry_out(folder, LosePoint{point});
  const ProposedEnd end = propose_end(folder, point, wish.token);
  if (wish.json) {
    said["decommission"] = end.decommission;
    said["decommission_detail"] = end.words;
    return print(said);
  }
  const auto& people = said.at("people").as_array();
  std::cout << "Revoked " << certificates(said) << " of " << point
            << ". Its pass keys and open codes are worth nothing.\n"
            << end.words << "\n";
  if (const auto* of_no_point = said.if_contains("of_no_point"))
    list_of_no_point(folder, point, of_no_point->as_array());
  else
    std::cout
        << "The central that runs is of an earlier version, and does not say which screens and gateways "
           "were issued without --point: start it again, and run this again.\n";
  std::cout << "What its boxes could give away concerns " << people.size() << " people. Tell them:\n";
  TextTable table({"FAMILY NAME", "GIVEN NAME", "PHONE", "LANGUAGE", "ID"});
  const auto cell = [](const boost::json::value& person, const char* key) {
    return std::string(person.at(key).as_string());
  };
  for (const auto& person : people)
    table.row({cell(person, "family_name"), cell(person, "given_name"), cell(person, "phone"),
               cell(person, "language"), cell(person, "id")});
  table.print(std::cout);
}

void list_tokens(const std::vector<Token>& all, bool json) {
  boost::json::array entries;
  TextTable table({"NAME", "KIND", "MADE", "STATUS", "ID"});
  for (const Token& token : all) {
    const char* status = token.revoked ? "revoked" : "valid";
    entries.push_back(boost::json::object{{"name", token.name},
                                          {"kind", to_text(token.kind)},
                                          {"made", token.made},
                                          {"status", status},
                                          {"id", token.id.to_text()}});
    table.row({token.name, to_text(token.kind), token.made, status, token.id.to_text()});
  }
  if (json) return print(entries);
  table.print(std::cout);
}

void tokens_command(const CentralFolder& folder, const CommandLine& line) {
  Tokens tokens(folder.tokens());
  const bool json = line.look_wish.json;
  if (!line.revoke.empty()) {
    if (!tokens.revoke(line.revoke)) throw Fault("--revoke: no token of this name stands");
    if (json) return print(boost::json::object{{"revoked", line.revoke}});
    std::cout << "Revoked " << line.revoke << "\n";
  } else if (!line.name.empty()) {
    SystemRandom random;
    const auto kind = token_kind_from(line.kind);
    if (!kind) throw Fault("--kind: person or system is expected");
    const Uuid person = line.person.empty() ? Uuid{} : id_from(line.person, "--person");
    const std::string made =
        tokens.make({.name = line.name, .kind = *kind, .person = person}, random, SystemClock().now());
    if (json) return print(boost::json::object{{"name", line.name}, {"token", made}});
    std::cout << made << "\n";
    std::cerr << "Shown once: keep it now. Only its SHA-256 is kept here.\n";
  } else {
    list_tokens(tokens.all(), json);
  }
}

void rebuild_command(const CentralFolder& folder, bool json) {
  const auto projected = rebuild(folder);
  if (json)
    print(boost::json::object{{"projected", projected ? boost::json::value(*projected) : nullptr}});
  else if (projected)
    std::cout << "Projected " << *projected << " records.\n";
  else
    std::cout << "Central is running and does it beside its answers: its log says views-rebuilt.\n";
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

CLI::App* CommandLine::for_programs(CLI::App* sub) {
  sub->add_flag("--json", look_wish.json, "JSON instead of text");
  return sub;
}

CLI::App* CommandLine::on_folder(const char* command_name, const char* help,
                                 std::function<void(const CentralFolder&)> act) {
  return on_folder(app.add_subcommand(command_name, help), std::move(act));
}

constexpr const char* one_entry =
    "A file may hold one entry alone: its id says which, a new id makes a new one, and what stands there\n"
    "under that id is replaced whole. A room:\n"
    R"(  {"format": "feldsher-clinic/1", "rooms": [{"id": "0190c0de-0000-7000-8000-000000000004",
    "point": "UUID", "department": "UUID", "label": "12", "ready": true}]}
In "departments": {"id", "point", "name": {"en": "Therapy"}}
In "services": {"id", "name", "letter": "A", "minutes": 12, "icon": "stethoscope", "walk_in": true,
    "points": ["UUID"], "preparation": []}
In "practitioners": {"id", "name", "roles": ["doctor"], "points", "services", "pin": "4821"}
In "shifts": {"id", "point", "room", "practitioner", "services", "from": "2026-11-22T09:00", "until",
    "leased": []})";

void CommandLine::add_enrolment() {
  CLI::App* enrol = for_programs(on_folder(
      "enrol", "Print a one-time code with which a bare box becomes a point's: good once, for 24 hours",
      [this](const CentralFolder& folder) {
        CodeWish wish{.point = point, .json = look_wish.json};
        if (!broker_hosts.empty()) wish.broker_hosts = broker_hosts;
        open_code(folder, wish, std::cout);
      }));
  enrol->add_option("--point", point, "Short name of a loaded point")->required();
  enrol->add_option(
      "--broker-host", broker_hosts,
      "DNS names and addresses at which screens, gateways and wearables on other machines reach "
      "the point's broker, besides localhost; default: as said before");
}

void CommandLine::add_broker_names(CLI::App* points) {
  CLI::App* broker = on_folder(
      points->add_subcommand("broker",
                             "Say anew where its broker is reached: its next certificate names that"),
      [this](const CentralFolder& folder) {
        say_broker_hosts(folder, {.point = point, .hosts = broker_hosts}, look_wish.json, std::cout);
      });
  for_programs(broker);
  broker->add_option("name", point, "Short name of the point")->required();
  auto* where = broker->add_option_group("where", "Where");
  where->add_option("--broker-host", broker_hosts, "DNS names and addresses, besides localhost: all of them");
  where->add_flag("--only-local", only_local, "At localhost only");
  where->require_option(1);
}

void CommandLine::add_folder_commands() {
  CLI::App* loading = for_programs(
      on_folder("load", "Load clinic data from a file: all of it or nothing; again is harmless",
                [this](const CentralFolder& folder) { load(folder, file, look_wish.json, std::cout); }));
  loading->add_option("file", file, "feldsher-clinic/1, JSON; - for the standard input")->required();
  loading->footer(one_entry);

  CLI::App* certify = on_folder("issue", "Make a key and certificate for a screen, a wearable or a gateway",
                                [this](const CentralFolder& folder) {
                                  if (!id.empty()) issue_wish.id = id_from(id, "--id");
                                  issue_wish.json = look_wish.json;
                                  issue(folder, issue_wish, std::cout);
                                  warn_of_no_point(issue_wish);
                                });
  for_programs(certify);
  certify->add_option("--kind", issue_wish.kind, "terminal, gateway or broker")->required();
  certify->add_option("--name", issue_wish.name, "Common name: the user name at a broker")->required();
  certify->add_option("--point", issue_wish.point,
                      "Short name of the point where it is used; `point lost` finds it by that");
  certify->add_option("--id", id, "UUID that the certificate ends with: a wearable's");
  certify->add_option("--broker-host", issue_wish.broker_hosts,
                      "With broker: DNS names and addresses at which it is reached besides localhost");
  certify->add_option("--out", issue_wish.out, "Folder for ca.pem, certificate.pem, key.pem")->required();

  add_enrolment();

  CLI::App* keys = app.add_subcommand("keys", "The keys of central");
  keys->require_subcommand(1);
  CLI::App* turn =
      on_folder(keys->add_subcommand("rotate", "Put a new key in the place of one; no database is rewritten"),
                [this](const CentralFolder& folder) { rotate(folder, rotate_wish, std::cout); });
  turn->add_option("--key", rotate_wish.key,
                   "box (wraps the databases' keys), head, pass, server, standby or operator; authority: all "
                   "certificates and codes end")
      ->capture_default_str();
  turn->add_option("--host", rotate_wish.hosts, "With server: names of this machine besides localhost");
  turn->add_flag("--retire", rotate_wish.retire, "With pass: former keys' passes are worth nothing any more");

  CLI::App* out = on_folder("revoke", "End certificates: whoever is connected with one is cut off at once",
                            [this](const CentralFolder& folder) { revoke_command(folder, *this); });
  for_programs(out);
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
                [this](const CentralFolder& folder) { lost_point_command(folder, point, look_wish); });
  for_programs(lost);
  lost->add_option("name", point, "Short name of the point")->required();
  lost->add_option("--token-file", look_wish.token,
                   "File with a person's token: the decommission is proposed in their name");
  add_broker_names(points);

  on_folder("pass", "Print the pass of an appointment: the text of its QR code",
            [this](const CentralFolder& folder) {
              std::cout << make_pass(folder, id_from(id, "--appointment")) << "\n";
            })
      ->add_option("--appointment", id, "UUID of the appointment")
      ->required();

  CLI::App* token = on_folder("token", "Make or revoke a bearer token of the API; without a name, list them",
                              [this](const CentralFolder& folder) { tokens_command(folder, *this); });
  for_programs(token);
  token->add_option("--name", name, "Make a token of this name and print it, once");
  token->add_option("--kind", kind, "person or system (default): metrics and clinic data need a system's");
  token->add_option("--person", person, "Kind person: UUID of the practitioner it speaks for");
  token->add_option("--revoke", revoke, "End the token of this name, at once");

  for_programs(
      on_folder("rebuild",
                "Make views.db anew from the journal. A running central fills a second file beside the "
                "one that answers, then swaps them",
                [this](const CentralFolder& folder) { rebuild_command(folder, look_wish.json); }));
}

}  // namespace feldsher::central
