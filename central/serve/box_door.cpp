#include "central/serve/box_door.hpp"

#include "protocol/log/log.hpp"

#include <fmt/format.h>

namespace feldsher::central {
namespace {

// A request holds three certificate requests.
constexpr std::size_t largest_request = 64U << 10;
constexpr std::size_t most_boxes_at_once = 64;

std::string address(std::string_view scheme, const Config& config, std::uint16_t port) {
  const bool is_v6 = config.public_host.find(':') != std::string::npos;
  return is_v6 ? fmt::format("{}://[{}]:{}", scheme, config.public_host, port)
               : fmt::format("{}://{}:{}", scheme, config.public_host, port);
}

}  // namespace

BoxDoor::BoxDoor(boost::asio::io_context& loop, const Config& config, const CentralFolder& folder,
                 CentralNode& node, const Octets& head_key)
    : authority_(CertificateAuthority::load(folder.authority())),
      door_(world(config, node, head_key)),
      server_(loop,
              {.host = config.access_host,
               .port = config.access_port,
               .tls = folder.tls(),
               .takes_certificates = true,
               .max_body = largest_request,
               .max_connections = most_boxes_at_once,
               .on_fault =
                   [](const std::exception& fault) {
                     Log::error("access-failed", {{"reason", Reason::of(fault)}});
                   }},
              [this](const HttpRequest& request, HttpsServer::Respond respond) {
                door_.serve(request, std::move(respond));
              }) {}

AccessWorld BoxDoor::world(const Config& config, CentralNode& node, const Octets& head_key) const {
  return {.state = node.state(),
          .random = node.random(),
          .authority = authority_,
          .place = {.central = node.id(),
                    .head_key = head_key,
                    .sync = address("wss", config, config.sync_port),
                    .access = address("https", config, config.access_port)},
          .now = [&node] { return node.now(); },
          .write = [&node](const std::vector<Draft>& drafts,
                           std::function<void()> then) { node.write(drafts, std::move(then)); },
          .let_in =
              [&node](NodeId who, const std::vector<Draft>& drafts, std::function<void()> then) {
                node.let_in(who, drafts, [who, then = std::move(then)] {
                  Log::info("enrolled", {{"node", who}});
                  then();
                });
              },
          .on_refused =
              [](v1::EnrolmentRefusal why) {
                Log::warn("access-refused", {{"reason", Reason::of(why, enrolment::to_text)}});
              }};
}

}  // namespace feldsher::central
