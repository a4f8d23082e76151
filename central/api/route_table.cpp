#include "central/api/route_table.hpp"

#include <charconv>

#include "protocol/civil/civil.hpp"

namespace feldsher::central {
namespace {

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    parts.emplace_back(path.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

template <class Number>
std::optional<Number> number_of(const std::string& text) {
  Number number{};
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

/// "Bearer TOKEN", the scheme in any case (RFC 9110 §11.1); empty when it is something else.
std::string_view bearer(std::string_view header) {
  constexpr std::string_view scheme = "bearer ";
  if (header.size() <= scheme.size() || header.size() > 200) return {};
  for (std::size_t i = 0; i < scheme.size(); ++i)
    if ((header[i] | 0x20) != scheme[i]) return {};
  return header.substr(scheme.size());
}

}  // namespace

Uuid RouteInput::path_id(std::string_view name) const {
  auto id = Uuid::from_text(path_.find(name)->second);
  if (!id || id->is_nil()) throw BadInput(std::string(name), "an id is expected: a UUID");
  return *id;
}

std::optional<std::string> RouteInput::query(const std::string& name) {
  asked_.insert(name);
  return request_.parameter(name);
}

std::optional<Uuid> RouteInput::optional_query_id(const std::string& name) {
  const auto text = query(name);
  if (!text) return std::nullopt;
  auto id = Uuid::from_text(*text);
  if (!id || id->is_nil()) throw BadInput(name, "an id is expected: a UUID");
  return id;
}

Uuid RouteInput::query_id(const std::string& name) {
  auto id = optional_query_id(name);
  if (!id) throw BadInput(name, "is missing");
  return *id;
}

std::string RouteInput::query_day(const std::string& name) {
  auto day = query(name);
  if (!day) throw BadInput(name, "is missing");
  if (!is_date(*day)) throw BadInput(name, "a date is expected, like 2026-11-22");
  return *day;
}

std::size_t RouteInput::query_count(const std::string& name, std::size_t otherwise, std::size_t most) {
  const auto text = query(name);
  if (!text) return otherwise;
  const auto number = number_of<std::size_t>(*text);
  if (!number || *number < 1 || *number > most)
    throw BadInput(name, "from 1 to " + std::to_string(most) + " is expected");
  return *number;
}

std::optional<std::int64_t> RouteInput::query_time_ms(const std::string& name) {
  constexpr std::int64_t last_ms = 253'402'300'799'000;  // The year 9999.
  const auto text = query(name);
  if (!text) return std::nullopt;
  if (auto ms = number_of<std::int64_t>(*text); ms && *ms >= 0 && *ms <= last_ms) return ms;
  if (text->ends_with('Z')) {
    static const auto utc = Zone::named("UTC");
    if (auto minute = utc ? utc->minute(std::string_view(*text).substr(0, text->size() - 1)) : std::nullopt)
      return *minute * 60'000;
  }
  throw BadInput(name, "a time is expected: Unix ms, or 2026-11-22T09:43Z");
}

void RouteInput::done() const {
  for (const auto& [name, value] : request_.query)
    if (!asked_.contains(name)) throw BadInput("", "a query parameter that this address does not know");
}

void RouteTable::put(Address address, Serve serve) {
  auto parts = split(address.pattern);
  routes_.push_back({std::move(address), std::move(parts), std::move(serve), {}});
}

void RouteTable::add_page(Address address, std::function<HttpResponse()> page) {
  put(std::move(address), {});
  routes_.back().page = std::move(page);
}

std::optional<std::map<std::string, std::string, std::less<>>> RouteTable::match(
    const Route& route, const std::vector<std::string>& parts) {
  if (route.parts.size() != parts.size()) return std::nullopt;
  std::map<std::string, std::string, std::less<>> values;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::string& part = route.parts[i];
    if (part.starts_with('{'))
      values[part.substr(1, part.size() - 2)] = parts[i];
    else if (part != parts[i])
      return std::nullopt;
  }
  return values;
}

void RouteTable::serve(const HttpRequest& request, Respond respond) const {
  const auto parts = split(request.path);
  const Route* route = nullptr;
  std::string methods;
  std::map<std::string, std::string, std::less<>> values;
  for (const Route& each : routes_) {
    auto found = match(each, parts);
    if (!found) continue;
    methods += (methods.empty() ? "" : ", ") + each.address.method;
    if (each.address.method != request.method) continue;
    route = &each;
    values = std::move(*found);
  }
  auto answer = [this, respond, name = route ? route->address.pattern : "-"](HttpResponse response) {
    answered_(name, response.status);
    respond(std::move(response));
  };
  auto refuse = [&](Refused refused) { answer(to_response(refused)); };

  Caller caller;
  if (!route || route->address.scope != Scope::anybody) {
    const std::string_view token = bearer(request.header("authorization"));
    if (token.empty()) return refuse({Refusal::no_token});
    auto known = who_is_(token);
    if (!known) return refuse({Refusal::unknown_token});
    caller = *known;
  }
  if (!route)
    return refuse(methods.empty() ? Refused{Refusal::no_such_route}
                                  : Refused{Refusal::wrong_method, methods});
  if (route->address.scope == Scope::system && caller.kind != TokenKind::system)
    return refuse({Refusal::not_allowed, "a system's token is needed"});
  if (route->page) return answer(route->page());
  try {
    if (const auto header = request.header("idempotency-key"); !header.empty() && request.method == "POST") {
      const Uuid asker = Uuid::from_octets(caller.actor.id()).value_or(Uuid{});
      caller.once = OnceKey::from(header, asker, request);
      if (!caller.once) throw BadInput("Idempotency-Key", "1 to 128 visible ASCII characters are expected");
    }
    RouteInput input(request, std::move(values));
    route->serve(input, caller, [answer](Outcome outcome) {
      answer(outcome ? to_response(*outcome) : to_response(outcome.error()));
    });
  } catch (const BadInput& bad) {
    refuse({Refusal::malformed, bad.what()});
  }
}

}  // namespace feldsher::central
