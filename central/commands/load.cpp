#include "central/commands/load.hpp"

#include <boost/json/serialize.hpp>
#include <fstream>
#include <iostream>

#include "central/commands/api_client.hpp"
#include "central/commands/clinic_load.hpp"
#include "central/commands/stopped_central.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

void tell(const std::map<std::string, std::size_t>& written, bool json, std::ostream& out) {
  if (json) {
    boost::json::object counts;
    for (const auto& [what, count] : written) counts[what] = count;
    out << boost::json::serialize(boost::json::object{{"written", std::move(counts)}}) << "\n";
    return;
  }
  if (written.empty()) {
    out << "Nothing to write: all of it was loaded before.\n";
    return;
  }
  out << "Loaded";
  const char* comma = " ";
  for (const auto& [what, count] : written) {
    out << comma << count << " " << what;
    comma = ", ";
  }
  out << ".\n";
}

std::string read_text(const std::filesystem::path& file) {
  std::ifstream opened;
  if (file != "-") opened.open(file, std::ios::binary);
  std::istream& in = file == "-" ? std::cin : opened;
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in) throw Fault("cannot read " + file.string());
  return text;
}

}  // namespace

void load(const CentralFolder& folder, const std::filesystem::path& file, bool json, std::ostream& out) {
  const std::string text = read_text(file);
  try {
    StoppedCentral central(folder);
    CentralNode& node = central.node();
    const ClinicFile clinic = read_clinic(text);
    const PinVerifiers verifiers = make_verifiers(clinic, present_verifiers(node.state()), node.random());
    const PublicKey pass_key = SigningKey::load(folder.pass_key()).public_key();
    const LoadBy by{.actor = node.self(), .proof = v1::PROOF_NONE, .now = node.now()};
    const LoadPlan plan = plan_load(node, {.file = clinic, .verifiers = verifiers, .pass_key = pass_key}, by);
    write_load(node, plan, [] {});
    central.commit();
    tell(plan.written, json, out);
  } catch (const BadInput& bad) {
    throw Fault(file.string() + ": " + bad.what() + "\nNothing was loaded.");
  } catch (const RunningElsewhere&) {
    if (!json) out << "Central is running: loading through its API.\n";
    const auto answer = ApiClient(folder, read_config(folder.config())).post("/api/v1/clinic", text);
    std::map<std::string, std::size_t> written;
    for (const auto& entry : answer.at("written").as_object())
      written[std::string(entry.key())] = entry.value().to_number<std::size_t>();
    tell(written, json, out);
  }
}

}  // namespace feldsher::central
