#include "central/access/broker_names.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace feldsher::central {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_label(std::string_view label) {
  constexpr std::size_t longest = 63;
  return !label.empty() && label.size() <= longest && label.front() != '-' && label.back() != '-' &&
         std::all_of(label.begin(), label.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-';
         });
}

/// RFC 1123, 2.1.
bool is_dns_name(std::string_view name) {
  constexpr std::size_t longest = 253;
  if (name.size() > longest) return false;
  for (auto dot = name.find('.'); dot != name.npos; dot = name.find('.')) {
    if (!is_label(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  // "192.0.2.300" is a mistake in an address, and no name of the DNS.
  return is_label(name) && !std::all_of(name.begin(), name.end(), is_digit);
}

/// Narrower than what the authority certifies: this is what a person types.
bool is_reached(const std::string& host) {
  in_addr four{};
  in6_addr six{};
  if (inet_pton(AF_INET, host.c_str(), &four) == 1) return four.s_addr != INADDR_ANY;
  if (inet_pton(AF_INET6, host.c_str(), &six) == 1) return IN6_IS_ADDR_UNSPECIFIED(&six) == 0;
  return is_dns_name(host);
}

}  // namespace

std::optional<std::string> fault_of_hosts(const std::vector<std::string>& hosts) {
  if (hosts.size() > most_broker_hosts)
    return fmt::format("a certificate names {} hosts at most", most_broker_hosts);
  for (const std::string& host : hosts)
    if (!is_reached(host))
      return fmt::format(
          "'{}' is neither a DNS name nor an address at which a box is reached (no scheme, no port)", host);
  return std::nullopt;
}

std::vector<std::string> broker_hosts(const NetworkState& state, PointId point) {
  const Uuid* id = state.latest_code(point);
  const auto* code = id ? state.enrolments.find(*id) : nullptr;
  if (code == nullptr) return {};
  return {code->state.broker_hosts().begin(), code->state.broker_hosts().end()};
}

Allowed<Draft> name_broker(const NameBroker& wish, const NetworkState& state, const AccessBy& by) {
  if (fault_of_hosts(wish.hosts)) return AccessRefusal::bad_host;
  const auto point = point_named(state, wish.point);
  if (!point) return AccessRefusal::no_point;
  const Uuid* id = state.latest_code(*point);
  const auto* row = id ? state.enrolments.find(*id) : nullptr;
  if (row == nullptr) return AccessRefusal::no_code;
  v1::Enrolment code = row->state;
  code.mutable_broker_hosts()->Assign(wish.hosts.begin(), wish.hosts.end());
  return change(state, {v1::ENROLMENT, *id}, v1::CHANGED, code.SerializeAsString(), by);
}

}  // namespace feldsher::central
