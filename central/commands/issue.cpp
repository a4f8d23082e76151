#include "central/commands/issue.hpp"

#include <boost/json/serialize.hpp>
#include <ostream>

#include "central/commands/access_act.hpp"
#include "central/commands/api_client.hpp"
#include "central/commands/json_input.hpp"
#include "central/commands/stopped_central.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/pass/pass.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

struct KnownPoint {
  Uuid id, node;
  std::string zone;
  bool home = false;
};

std::string text_at(const json::value& object, std::string_view key) {
  return std::string(object.at({key.data(), key.size()}).as_string());
}

Uuid id_at(const json::value& object, std::string_view key) {
  return Uuid::from_text(text_at(object, key)).value_or(Uuid{});
}

/// Looks in the journal, or asks the central that has it open.
std::optional<KnownPoint> find_point(const CentralFolder& folder, const std::string& short_name) {
  try {
    StoppedCentral central(folder);
    for (const auto& [id, row] : central.node().state().points.rows())
      if (row.state.short_name() == short_name)
        return KnownPoint{id, Uuid::from_octets(row.state.node()).value_or(Uuid{}), row.state.zone(),
                          row.state.home()};
  } catch (const RunningElsewhere&) {
    const json::value points = ApiClient(folder, read_config(folder.config())).get("/api/v1/points");
    for (const json::value& point : points.as_array())
      if (text_at(point, "short_name") == short_name)
        return KnownPoint{id_at(point, "id"), id_at(point, "node"), text_at(point, "zone"),
                          point.at("home").as_bool()};
  }
  return std::nullopt;
}

PeerKind kind_of(const std::string& word) {
  if (word == "point" || word == "home-point") return PeerKind::node;
  if (word == "terminal") return PeerKind::terminal;
  if (word == "gateway") return PeerKind::device;
  if (word == "broker") return PeerKind::broker;
  throw Fault("--kind: point, home-point, terminal, gateway or broker is expected");
}

v1::CredentialKind credential_kind_of(PeerKind kind) {
  switch (kind) {
    case PeerKind::node:
      return v1::CREDENTIAL_NODE;
    case PeerKind::terminal:
      return v1::CREDENTIAL_TERMINAL;
    case PeerKind::device:
      return v1::CREDENTIAL_DEVICE;
    default:
      return v1::CREDENTIAL_BROKER;
  }
}

std::string node_file(const CentralFolder& folder, const KnownPoint& point, const std::string& short_name) {
  const Config config = read_config(folder.config());
  const PublicKey key = SigningKey::load(folder.head_key()).public_key();
  const json::object node{
      {"tenant", folder.identity().tenant.to_text()},
      {"node", point.node.to_text()},
      {"point", point.id.to_text()},
      {"short_name", short_name},
      {"zone", point.zone},
      {"home", point.home},
      {"central", "wss://" + config.public_host + ":" + std::to_string(config.sync_port)},
      {"central_node", folder.identity().node.to_text()},
      {"central_head_key", to_hex({reinterpret_cast<const char*>(key.data()), key.size()})},
      {"issued_s", SystemClock().now().wall_ms / 1000}};
  return json::serialize(node) + "\n";
}

}  // namespace

void issue(const CentralFolder& folder, const IssueWish& wish, std::ostream& out) {
  const PeerKind kind = kind_of(wish.kind);
  std::optional<KnownPoint> point;
  if (!wish.point.empty()) {
    point = find_point(folder, wish.point);
    if (!point) throw Fault("--point: no point '" + wish.point + "' was loaded");
  }
  if (kind == PeerKind::node && !point)
    throw Fault("--kind " + wish.kind + " needs --point SHORT, the short name of a loaded point");
  if (kind == PeerKind::node && wish.id && *wish.id != point->node)
    throw Fault("--id: the point '" + wish.point + "' was loaded with node " + point->node.to_text());
  if (wish.kind == "home-point" && !point->home)
    throw Fault("--kind home-point: '" + wish.point + "' was loaded as a point with people");

  const std::int64_t now_s = SystemClock().now().wall_ms / 1000;
  CertificateSubject subject{.kind = kind, .name = wish.name, .id = wish.id, .hosts = {}};
  if (kind == PeerKind::node) subject.id = point->node;
  const auto bundle = CertificateAuthority::load(folder.authority()).issue(subject, now_s);
  if (!bundle) throw Fault("--name: " + std::string(to_text(bundle.error())));
  carry_out(folder, RecordCertificate{.kind = credential_kind_of(kind),
                                      .name = wish.name,
                                      .point = wish.point,
                                      .holder = subject.id,
                                      .serial = bundle->serial,
                                      .not_after_s = bundle->not_after_s});
  bundle->save(wish.out);
  if (kind == PeerKind::node)
    write_public_file(wish.out / "node.json", node_file(folder, *point, wish.point));
  out << "Certificate of " << wish.kind << " " << wish.name;
  if (subject.id) out << ", " << subject.id->to_text();
  out << ", in " << wish.out.string() << "\n";
}

std::string make_pass(const CentralFolder& folder, const Uuid& appointment) {
  Pass pass{.appointment = AppointmentId{appointment}, .patient = {}, .point = {}, .day = {}};
  try {
    StoppedCentral central(folder);
    const auto* row = central.node().state().appointments.find(appointment);
    if (!row) throw Fault("--appointment: central has no such appointment");
    if (row->state.status() != v1::APPOINTMENT_BOOKED) throw Fault("--appointment: it was cancelled");
    pass.patient = PatientId::from_octets(row->state.patient()).value_or(PatientId{});
    pass.point = PointId::from_octets(row->state.point()).value_or(PointId{});
    pass.day = row->state.from().civil().substr(0, 10);
  } catch (const RunningElsewhere&) {
    const json::value found =
        ApiClient(folder, read_config(folder.config())).get("/api/v1/appointments/" + appointment.to_text());
    if (text_at(found, "status") != "booked") throw Fault("--appointment: it was cancelled");
    pass.patient = PatientId{id_at(found, "patient")};
    pass.point = PointId{id_at(found, "point")};
    pass.day = text_at(found, "from").substr(0, 10);
  }
  return issue_pass(SigningKey::load(folder.pass_key()), pass);
}

}  // namespace feldsher::central
