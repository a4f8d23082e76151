#include "edge-agent/enrol/renewal.hpp"

#include <fmt/format.h>

#include "protocol/enrolment/sealed_request.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/https_call.hpp"

namespace feldsher::edge {
namespace {

// Shorter than what an agent that is told to stop is given for it.
constexpr std::chrono::seconds patience{8};

}  // namespace

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
  wanted.clock_unknown = [unknown = wish.clock_unknown] { return unknown; };
  const HttpsReply reply = call(wanted);
  v1::RenewalAnswer answer;
  if (reply.status != 200 || !answer.ParseFromString(reply.body))
    throw Fault(
        fmt::format("central's access door answered {}, which is no answer to a renewal", reply.status));
  if (answer.refusal() != v1::ENROLMENT_GRANTED)
    throw Fault(std::string(enrolment::to_text(answer.refusal())));
  if (wish.bus) install(own_of(*wish.bus), answer.bus_certificate(), bus.key);
  if (wish.broker) install(own_of(*wish.broker), answer.broker_certificate(), broker.key);
  if (wish.of_line) install(own_of(wish.present), answer.line_certificate(), line.key);
}

std::optional<CentralAddress> access_door(const std::string& access) {
  constexpr std::string_view scheme = "https://";
  if (!access.starts_with(scheme)) return std::nullopt;
  return CentralAddress::parse("wss://" + access.substr(scheme.size()));
}

}  // namespace feldsher::edge
