#include "central/api/once.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace feldsher::central {
namespace {

namespace json = boost::json;

std::optional<Digest> digest_in(const json::object& object, const char* name) {
  const auto* text = object.if_contains(name);
  if (!text || !text->is_string()) return std::nullopt;
  Digest digest;
  if (!digest_from(from_hex(std::string_view(text->get_string())), digest)) return std::nullopt;
  return digest;
}

}  // namespace

std::optional<OnceKey> OnceKey::from(std::string_view header, const Uuid& caller,
                                     const HttpRequest& request) {
  if (header.size() >= 2 && header.front() == '"' && header.back() == '"')
    header = header.substr(1, header.size() - 2);
  const bool visible = std::all_of(header.begin(), header.end(),
                                   [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; });
  if (header.empty() || header.size() > 128 || !visible) return std::nullopt;
  const Octets zero(1, '\0');
  return OnceKey{.key = sha256({caller.to_octets(), header}),
                 .request = sha256({request.method, zero, request.path, zero, request.body})};
}

OnceAnswers::OnceAnswers(const std::map<std::string, Octets>& stored) : kept_(places) {
  std::int64_t newest = -1;
  for (const auto& [name, octets] : stored) {
    const std::size_t place = static_cast<std::size_t>(
        std::atol(name.substr(std::min(name.size(), std::string_view(value_prefix).size())).c_str()));
    auto kept = read(octets);
    if (!kept || place >= places) continue;
    kept->durable = true;
    place_of_[kept->key.key] = place;
    if (kept->at_ms >= newest) {
      newest = kept->at_ms;
      next_ = (place + 1) % places;
    }
    kept_[place] = std::move(kept);
  }
}

std::optional<Outcome> OnceAnswers::before(const OnceKey& key, std::int64_t now_ms) const {
  const auto at = place_of_.find(key.key);
  if (at == place_of_.end()) return std::nullopt;
  const Kept& kept = *kept_[at->second];
  if (now_ms - kept.at_ms >= lifetime_ms) return std::nullopt;
  if (kept.key.request != key.request) return Outcome(Refused{Refusal::other_request});
  if (!kept.durable) return Outcome(Refused{Refusal::in_progress});
  return Outcome(kept.answer);
}

std::pair<std::string, Octets> OnceAnswers::keep(const OnceKey& key, const Answer& answer,
                                                 std::int64_t now_ms) {
  const auto again = place_of_.find(key.key);
  const std::size_t place = again == place_of_.end() ? next_ : again->second;
  if (again == place_of_.end()) next_ = (next_ + 1) % places;
  if (kept_[place]) place_of_.erase(kept_[place]->key.key);
  place_of_[key.key] = place;
  kept_[place] = Kept{.key = key, .at_ms = now_ms, .answer = answer, .durable = false};
  return {fmt::format("{}{:04}", value_prefix, place), write(*kept_[place])};
}

void OnceAnswers::durable(const OnceKey& key) {
  if (const auto at = place_of_.find(key.key); at != place_of_.end()) kept_[at->second]->durable = true;
}

Octets OnceAnswers::write(const Kept& kept) {
  return json::serialize(json::object{{"key", to_hex(to_octets(kept.key.key))},
                                      {"request", to_hex(to_octets(kept.key.request))},
                                      {"at", kept.at_ms},
                                      {"status", kept.answer.status},
                                      {"body", kept.answer.body}});
}

std::optional<OnceAnswers::Kept> OnceAnswers::read(const Octets& octets) {
  boost::system::error_code error;
  const json::value value = json::parse(octets, error);
  if (error || !value.is_object()) return std::nullopt;
  const json::object& object = value.get_object();
  const auto key = digest_in(object, "key"), request = digest_in(object, "request");
  const auto *at = object.if_contains("at"), *status = object.if_contains("status");
  const auto* body = object.if_contains("body");
  if (!key || !request || !at || !at->is_int64() || !status || !status->is_int64() || !body)
    return std::nullopt;
  return Kept{.key = {.key = *key, .request = *request},
              .at_ms = at->get_int64(),
              .answer = {.status = static_cast<int>(status->get_int64()), .body = *body},
              .durable = false};
}

}  // namespace feldsher::central
