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

std::string text_at(const json::value& object, std::string_view key) {
  return std::string(object.at({key.data(), key.size()}).as_string());
}

Uuid id_at(const json::value& object, std::string_view key) {
  return Uuid::from_text(text_at(object, key)).value_or(Uuid{});
}

PeerKind kind_of(const std::string& word) {
  if (word == "terminal") return PeerKind::terminal;
  if (word == "gateway") return PeerKind::device;
  if (word == "broker") return PeerKind::broker;
  throw Fault("--kind: terminal, gateway or broker is expected");
}

v1::CredentialKind credential_kind_of(PeerKind kind) {
  switch (kind) {
    case PeerKind::terminal:
      return v1::CREDENTIAL_TERMINAL;
    case PeerKind::device:
      return v1::CREDENTIAL_DEVICE;
    default:
      return v1::CREDENTIAL_BROKER;
  }
}

}  // namespace

void issue(const CentralFolder& folder, const IssueWish& wish, std::ostream& out) {
  const PeerKind kind = kind_of(wish.kind);
  if (kind != PeerKind::broker && !wish.broker_hosts.empty())
    throw Fault("--broker-host: only a broker's certificate names where it is reached");
  if (const auto fault = fault_of_hosts(wish.broker_hosts)) throw Fault("--broker-host: " + *fault);
  const std::int64_t now_s = SystemClock().now().wall_ms / 1000;
  CertificateSubject subject{.kind = kind, .name = wish.name, .id = wish.id, .hosts = wish.broker_hosts};
  const auto bundle = CertificateAuthority::load(folder.authority()).issue(subject, now_s);
  if (!bundle) throw Fault("--name: " + std::string(to_text(bundle.error())));
  carry_out(folder, RecordCertificate{.kind = credential_kind_of(kind),
                                      .name = wish.name,
                                      .point = wish.point,
                                      .holder = subject.id,
                                      .serial = bundle->serial,
                                      .not_after_s = bundle->not_after_s});
  bundle->save(wish.out);
  if (wish.json) {
    out << json::serialize(
               json::object{{"kind", wish.kind},
                            {"name", wish.name},
                            {"id", subject.id ? json::value(subject.id->to_text()) : json::value(nullptr)},
                            {"serial", to_hex(bundle->serial)},
                            {"folder", wish.out.string()}})
        << "\n";
    return;
  }
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
