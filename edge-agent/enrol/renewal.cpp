#include "edge-agent/enrol/renewal.hpp"

#include <fmt/format.h>

#include <fstream>
#include <iterator>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/enrolment/sealed_request.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/https_call.hpp"

namespace feldsher::edge {
namespace {

// Shorter than what an agent that is told to stop is given for it.
constexpr std::chrono::seconds patience{8};
constexpr std::string_view certificate_mark = "-----BEGIN CERTIFICATE-----";

Octets content_of(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Octets(std::istreambuf_iterator<char>(in), {});
}

std::filesystem::path staged(const TlsFiles& present) { return present.key.parent_path() / "renewed.pem"; }

}  // namespace

bool renewal_is_due(const OwnCertificate& present, std::int64_t now_s) {
  return now_s >= present.not_after_s - (present.not_after_s - present.not_before_s) / 3;
}

void install(const TlsFiles& present, const std::string& certificate, const std::string& key) {
  const auto next = read_own_certificate(certificate);
  const auto before = read_own_certificate(content_of(present.certificate));
  if (!next || !before || next->identity != before->identity || !belong_together(certificate, key))
    throw Fault("the renewed certificate is not this node's");
  replace_secret_file(staged(present), key + certificate);
  finish_install(present);
}

void finish_install(const TlsFiles& present) {
  const auto file = staged(present);
  if (!std::filesystem::exists(file)) return;
  const Octets both = read_secret_file(file);
  const auto split = both.find(certificate_mark);
  if (split == both.npos || !belong_together(both.substr(split), both.substr(0, split)))
    throw Fault(file.string() + " is no key with its certificate: put it aside and start again");
  replace_secret_file(present.key, both.substr(0, split));
  replace_secret_file(present.certificate, both.substr(split));
  std::filesystem::remove(file);
}

void renew(const RenewalWish& wish) {
  const KeyAndRequest line = make_key_and_request("line"), bus = make_key_and_request("agent"),
                      broker = make_key_and_request("broker");
  v1::RenewalRequest request;
  if (wish.of_line) request.set_line_request(line.request);
  if (wish.bus) request.set_bus_request(bus.request);
  if (wish.broker) request.set_broker_request(broker.request);
  HttpsCall wanted{
      .host = wish.host, .port = wish.port, .target = "/renew", .body = request.SerializeAsString()};
  wanted.tls = wish.present;
  wanted.patience = patience;
  wanted.verify_time_s = [at = wish.verify_time_s] { return at; };
  const HttpsReply reply = call(wanted);
  v1::RenewalAnswer answer;
  if (reply.status != 200 || !answer.ParseFromString(reply.body))
    throw Fault(
        fmt::format("central's access door answered {}, which is no answer to a renewal", reply.status));
  if (answer.refusal() != v1::ENROLMENT_GRANTED)
    throw Fault(std::string(enrolment::to_text(answer.refusal())));
  if (wish.bus) install(*wish.bus, answer.bus_certificate(), bus.key);
  if (wish.broker) install(*wish.broker, answer.broker_certificate(), broker.key);
  if (wish.of_line) install(wish.present, answer.line_certificate(), line.key);
}

std::optional<CentralAddress> access_door(const std::string& access) {
  constexpr std::string_view scheme = "https://";
  if (!access.starts_with(scheme)) return std::nullopt;
  return CentralAddress::parse("wss://" + access.substr(scheme.size()));
}

}  // namespace feldsher::edge
