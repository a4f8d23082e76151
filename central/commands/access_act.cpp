#include "central/commands/access_act.hpp"

#include <boost/json/serialize.hpp>
#include <set>

#include "central/access/lost_point.hpp"
#include "central/commands/api_client.hpp"
#include "central/commands/config.hpp"
#include "central/commands/stopped_central.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

struct KindName {
  v1::CredentialKind kind;
  std::string_view text;
};
constexpr KindName kind_names[] = {{v1::CREDENTIAL_NODE, "node"},     {v1::CREDENTIAL_AGENT, "agent"},
                                   {v1::CREDENTIAL_BROKER, "broker"}, {v1::CREDENTIAL_TERMINAL, "terminal"},
                                   {v1::CREDENTIAL_DEVICE, "device"}, {v1::CREDENTIAL_STANDBY, "standby"}};

Draft pass_key_draft(const Uuid& id, const v1::PassKey& key, const AccessBy& by) {
  Draft draft;
  draft.actor = by.actor;
  draft.proof = by.proof;
  draft.subject = {v1::PASS_KEY, id};
  draft.verb = v1::REGISTERED;
  draft.message = key.SerializeAsString();
  return draft;
}

v1::CredentialKind read_kind(JsonObject& in) {
  const auto kind = credential_kind_from(in.text("kind"));
  if (!kind) throw BadInput(in.place("kind"), "node, agent, broker, terminal, device or standby is expected");
  return *kind;
}

json::array list_of(const std::vector<std::string>& hosts) { return json::array(hosts.begin(), hosts.end()); }

std::vector<std::string> read_hosts(JsonObject& in) {
  auto hosts = in.texts("broker_hosts");
  if (const auto fault = fault_of_hosts(hosts)) throw BadInput(in.place("broker_hosts"), *fault);
  return hosts;
}

Allowed<AccessPlan> plan_for(const Access::WantedCode& code, const NetworkState& state, Random& random,
                             const AccessBy& by) {
  auto drafts = Access(state, random).open_code(code, by);
  if (!drafts) return drafts.error();
  const auto hosts = code.broker_hosts
                         ? *code.broker_hosts
                         : broker_hosts(state, point_named(state, code.point).value_or(PointId{}));
  return AccessPlan{.drafts = std::move(*drafts),
                    .said = {{"point", code.point}, {"broker_hosts", list_of(hosts)}}};
}

Allowed<AccessPlan> plan_for(const NameBroker& wish, const NetworkState& state, Random&, const AccessBy& by) {
  auto draft = name_broker(wish, state, by);
  if (!draft) return draft.error();
  return AccessPlan{.drafts = {std::move(*draft)},
                    .said = {{"point", wish.point}, {"broker_hosts", list_of(wish.hosts)}}};
}

Allowed<AccessPlan> plan_for(const RecordCertificate& made, const NetworkState& state, Random& random,
                             const AccessBy& by) {
  v1::Credential about;
  about.set_kind(made.kind);
  about.set_name(made.name);
  if (made.holder) about.set_holder(made.holder->to_octets());
  if (!made.point.empty()) {
    const auto point = point_named(state, made.point);
    if (!point) return AccessRefusal::no_point;
    about.set_point(point->to_octets());
  }
  CertificateBundle bundle;
  bundle.serial = made.serial;
  bundle.not_after_s = made.not_after_s;
  if (bundle.serial.empty() || bundle.serial.size() > 20) return AccessRefusal::malformed;
  return AccessPlan{.drafts = {issued(bundle, about, by, random)}, .said = {{"recorded", 1}}};
}

Allowed<AccessPlan> plan_for(const RevokeCertificates& wish, const NetworkState& state, Random&,
                             const AccessBy& by) {
  Holder holder{.kinds = {wish.kind}, .name = wish.name, .point = {}};
  if (!wish.point.empty()) {
    holder.point = point_named(state, wish.point);
    if (!holder.point) return AccessRefusal::no_point;
  }
  auto drafts = revoke(state, holder, by);
  if (drafts.empty()) return AccessRefusal::no_such_holder;
  const std::size_t revoked = drafts.size();
  return AccessPlan{.drafts = std::move(drafts), .said = {{"revoked", revoked}}};
}

Allowed<AccessPlan> plan_for(const LosePoint& wish, const NetworkState& state, Random& random,
                             const AccessBy& by) {
  const auto point = point_named(state, wish.point);
  if (!point) return AccessRefusal::no_point;
  AccessPlan planned{.drafts = lose_point(state, *point, by, random), .said = {}};
  std::size_t revoked = 0;
  for (const Draft& draft : planned.drafts) revoked += draft.verb == v1::REVOKED ? 1 : 0;
  json::array people;
  for (const Uuid& id : people_in_scope(state, *point))
    if (const auto* row = state.patients.find(id))
      people.push_back(json::object{{"id", id.to_text()},
                                    {"family_name", row->state.family_name()},
                                    {"given_name", row->state.given_name()},
                                    {"phone", row->state.phone()},
                                    {"language", row->state.language()}});
  json::array without;
  for (const OfNoPoint& each : of_no_point(state))
    without.push_back(json::object{{"kind", to_text(each.kind)},
                                   {"name", each.name},
                                   {"serial", to_hex(each.serial)},
                                   {"also_at", list_of(each.also_at)}});
  planned.said = {{"revoked", revoked}, {"people", std::move(people)}, {"of_no_point", std::move(without)}};
  return planned;
}

Allowed<AccessPlan> plan_for(const PassKeys& keys, const NetworkState& state, Random& random,
                             const AccessBy& by) {
  if (!public_key_from(keys.present) || !public_key_from(keys.next)) return AccessRefusal::malformed;
  AccessPlan planned;
  std::set<Octets> missing{keys.present, keys.next};
  std::size_t retired = 0;
  for (const auto& [id, row] : state.pass_keys.rows()) {
    if (missing.erase(row.state.public_key()) != 0 || !row.state.point().empty()) continue;
    if (!keys.retire || row.state.retired()) continue;
    v1::PassKey former = row.state;
    former.set_retired(true);
    planned.drafts.push_back(pass_key_draft(id, former, by));
    planned.drafts.back().bases = {row.record};
    planned.drafts.back().verb = v1::CHANGED;
    ++retired;
  }
  for (const Octets& key : missing) {
    v1::PassKey made;
    made.set_public_key(key);
    planned.drafts.push_back(pass_key_draft(random.uuid_v7(by.now.wall_ms), made, by));
  }
  planned.said = {{"registered", missing.size()}, {"retired", retired}};
  return planned;
}

json::object json_of(const PassKeys& keys) {
  return {{"act", "pass-keys"},
          {"present", to_hex(keys.present)},
          {"next", to_hex(keys.next)},
          {"retire", keys.retire}};
}

json::object json_of(const LosePoint& wish) { return {{"act", "lose-point"}, {"point", wish.point}}; }

json::object json_of(const Access::WantedCode& code) {
  json::object object{{"act", "open-code"},
                      {"point", code.point},
                      {"number", to_hex(code.number)},
                      {"verifier", to_hex(view_of(code.verifier))}};
  if (code.broker_hosts) object["broker_hosts"] = list_of(*code.broker_hosts);
  return object;
}

json::object json_of(const NameBroker& wish) {
  return {{"act", "name-broker"}, {"point", wish.point}, {"broker_hosts", list_of(wish.hosts)}};
}

json::object json_of(const RecordCertificate& made) {
  json::object object{{"act", "record-certificate"},
                      {"kind", to_text(made.kind)},
                      {"name", made.name},
                      {"serial", to_hex(made.serial)},
                      {"not_after_s", made.not_after_s}};
  if (!made.point.empty()) object["point"] = made.point;
  if (made.holder) object["holder"] = made.holder->to_text();
  return object;
}

json::object json_of(const RevokeCertificates& wish) {
  json::object object{{"act", "revoke"}, {"kind", to_text(wish.kind)}, {"name", wish.name}};
  if (!wish.point.empty()) object["point"] = wish.point;
  return object;
}

}  // namespace

std::string_view to_text(v1::CredentialKind kind) {
  for (const KindName& each : kind_names)
    if (each.kind == kind) return each.text;
  return "unknown";
}

std::optional<v1::CredentialKind> credential_kind_from(std::string_view text) {
  for (const KindName& each : kind_names)
    if (each.text == text) return each.kind;
  return std::nullopt;
}

json::object to_json(const AccessAct& act) {
  return std::visit([](const auto& each) { return json_of(each); }, act);
}

AccessAct read_access_act(JsonObject& in) {
  const std::string what = in.text("act");
  if (what == "open-code") {
    Access::WantedCode code{.point = in.text("point"), .number = from_hex(in.text("number"))};
    if (!digest_from(from_hex(in.text("verifier")), code.verifier))
      throw BadInput(in.place("verifier"), "64 hexadecimal digits are expected");
    if (in.has("broker_hosts")) code.broker_hosts = read_hosts(in);
    return code;
  }
  if (what == "name-broker") {
    NameBroker wish{.point = in.text("point"), .hosts = {}};
    wish.hosts = read_hosts(in);
    return wish;
  }
  if (what == "record-certificate") {
    RecordCertificate made;
    made.kind = read_kind(in);
    made.name = in.text("name");
    made.point = in.optional_text("point").value_or("");
    made.holder = in.optional_id("holder");
    made.serial = from_hex(in.text("serial"));
    made.not_after_s = in.integer("not_after_s", 0, 253'402'300'799);
    return made;
  }
  if (what == "revoke") {
    RevokeCertificates wish;
    wish.kind = read_kind(in);
    wish.name = in.text("name");
    wish.point = in.optional_text("point").value_or("");
    return wish;
  }
  if (what == "lose-point") return LosePoint{in.text("point")};
  if (what == "pass-keys") {
    PassKeys keys{.present = from_hex(in.text("present")), .next = from_hex(in.text("next"))};
    keys.retire = in.boolean("retire");
    return keys;
  }
  throw BadInput(in.place("act"),
                 "open-code, name-broker, record-certificate, revoke, lose-point or pass-keys is expected");
}

Allowed<AccessPlan> plan(const AccessAct& act, const NetworkState& state, Random& random,
                         const AccessBy& by) {
  return std::visit([&](const auto& each) { return plan_for(each, state, random, by); }, act);
}

json::object carry_out(StoppedCentral& central, const AccessAct& act) {
  CentralNode& node = central.node();
  const AccessBy by{.actor = node.self(), .proof = v1::PROOF_NONE, .now = node.now()};
  AccessPlan planned = plan(act, node.state(), node.random(), by).value();
  node.write(planned.drafts, [] {});
  central.commit();
  return std::move(planned.said);
}

json::object carry_out(const CentralFolder& folder, const AccessAct& act) {
  try {
    StoppedCentral central(folder);
    return carry_out(central, act);
  } catch (const RunningElsewhere&) {
    const ApiClient api(folder, read_config(folder.config()));
    return api.post("/api/v1/access", json::serialize(to_json(act))).as_object();
  }
}

}  // namespace feldsher::central
