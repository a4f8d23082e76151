#include "protocol/pass/pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>

#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

using namespace std::string_view_literals;

constexpr auto text_prefix = "FP1:"sv;
constexpr auto signed_prefix = "feldsher pass 1\0"sv;
constexpr char version = 1;
constexpr std::size_t id_size = 16;
constexpr std::size_t payload_size = 1 + 3 * id_size + 2 + sizeof(KeyId::octets);
constexpr std::size_t pass_size = payload_size + sizeof(Signature);
constexpr std::size_t text_size = text_prefix.size() + pass_size / 3 * 4;
static_assert(pass_size == 123 && pass_size % 3 == 0, "base64url without padding has one spelling only");

std::optional<std::uint16_t> day_number(std::string_view day) {
  constexpr std::size_t size = "YYYY-MM-DD"sv.size();
  if (day.size() != size || day[4] != '-' || day[7] != '-') return std::nullopt;
  const auto number = [day](std::size_t from, std::size_t digits) -> std::optional<unsigned> {
    unsigned value = 0;
    const char* end = day.data() + from + digits;
    const auto [stop, error] = std::from_chars(day.data() + from, end, value);
    return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day_of_month = number(8, 2);
  if (!year || !month || !day_of_month) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*year)),
                                         std::chrono::month(*month), std::chrono::day(*day_of_month)};
  if (!date.ok()) return std::nullopt;
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  if (days < 0 || days > UINT16_MAX) return std::nullopt;
  return static_cast<std::uint16_t>(days);
}

std::string day_text(std::uint16_t number) {
  const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(number))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                     static_cast<unsigned>(date.day()));
}

std::string_view view_of_octets(const auto& octets) {
  return {reinterpret_cast<const char*>(octets.data()), octets.size()};
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == '\0'; }

// What scanners add around the text: white space, and "]" + code letter + modifier (ISO/IEC 15424).
std::string_view bare(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  if (text.size() > 3 && text.front() == ']') text.remove_prefix(3);
  return text;
}

Octets signed_octets(std::string_view payload) {
  Octets octets(signed_prefix);
  octets += payload;
  return octets;
}

}  // namespace

std::string_view to_text(PassError error) {
  switch (error) {
    case PassError::not_a_pass:
      return "not a pass";
    case PassError::unknown_key:
      return "a pass signed by an unknown key";
    case PassError::bad_signature:
      return "a changed or forged pass";
  }
  return "unknown";
}

void throw_exception_from_error(PassError error, const boost::source_location&) {
  throw std::logic_error("bug: took a pass that was refused: " + std::string(to_text(error)));
}

std::string issue_pass(const SigningKey& key, const Pass& pass) {
  const auto day = day_number(pass.day);
  ensure(day.has_value(), "a pass is for a day");
  Octets octets;
  octets.reserve(pass_size);
  octets += version;
  octets += view_of_octets(pass.appointment.uuid.octets);
  octets += view_of_octets(pass.patient.uuid.octets);
  octets += view_of_octets(pass.point.uuid.octets);
  octets += static_cast<char>(*day >> 8);
  octets += static_cast<char>(*day & 0xFF);
  octets += view_of_octets(key.key_id().octets);
  ensure(octets.size() == payload_size, "the payload has the documented size");
  octets += view_of_octets(key.sign(signed_octets(octets)));
  return std::string(text_prefix) + to_base64url(octets);
}

boost::system::result<Pass, PassError> read_pass(std::string_view text, const PassKeys& keys) {
  const auto scanned = bare(text);
  if (scanned.size() != text_size || !scanned.starts_with(text_prefix)) return PassError::not_a_pass;
  Octets octets;
  if (!from_base64url(scanned.substr(text_prefix.size()), octets) || octets.size() != pass_size ||
      octets.front() != version) {
    return PassError::not_a_pass;
  }

  const OctetsView all(octets);
  const auto payload = all.substr(0, payload_size);
  const auto id_at = [payload](std::size_t index) {
    return *Uuid::from_octets(payload.substr(1 + index * id_size, id_size));
  };
  constexpr std::size_t day_at = 1 + 3 * id_size;
  const auto day = static_cast<std::uint16_t>(static_cast<unsigned char>(payload[day_at]) << 8 |
                                              static_cast<unsigned char>(payload[day_at + 1]));
  Pass pass{
      .appointment = {id_at(0)}, .patient = {id_at(1)}, .point = {id_at(2)}, .day = day_text(day), .key = {}};
  std::copy(payload.begin() + day_at + 2, payload.end(), pass.key.octets.begin());

  const auto key = keys ? keys(pass.key) : std::nullopt;
  if (!key) return PassError::unknown_key;
  if (!verify(*key, signed_octets(payload), all.substr(payload_size))) return PassError::bad_signature;
  return pass;
}

}  // namespace feldsher
