#include "protocol/enrolment/enrolment_code.hpp"

#include <boost/endian/conversion.hpp>

#include "protocol/record/result.hpp"

namespace feldsher::enrolment {
namespace {

// Octets of a code: version, number, secret, authority key, minutes since 1970, port, host, check.
constexpr char version = 1;
constexpr std::size_t check_octets = 3;
constexpr std::size_t fixed_octets = 1 + number_octets + secret_octets + 32 + 4 + 2;
constexpr std::string_view digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t group = 5;
constexpr std::size_t longest_text = 1024;

std::string to_base32(OctetsView octets) {
  std::string text;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char octet : octets) {
    pending = pending << 8 | static_cast<unsigned char>(octet);
    for (bits += 8; bits >= 5; bits -= 5) text += digits[pending >> (bits - 5) & 31];
  }
  if (bits > 0) text += digits[pending << (5 - bits) & 31];
  return text;
}

int digit_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const auto at = digits.find(c);
  return at == digits.npos ? -1 : static_cast<int>(at);
}

bool from_base32(std::string_view text, Octets& octets) {
  std::uint32_t pending = 0;
  int bits = 0;
  for (const char c : text) {
    if (c == '-' || c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int digit = digit_of(c);
    if (digit < 0) return false;
    pending = pending << 5 | static_cast<std::uint32_t>(digit);
    if ((bits += 5) < 8) continue;
    bits -= 8;
    octets += static_cast<char>(pending >> bits & 0xFF);
  }
  return true;
}

Octets check_of(OctetsView octets) { return to_octets(sha256(octets)).substr(0, check_octets); }

Octets octets_of(const EnrolmentCode& code) {
  Octets octets(1, version);
  octets += code.number;
  octets += code.secret;
  octets += view_of(code.authority_key);
  std::array<unsigned char, 6> numbers{};
  boost::endian::store_big_u32(numbers.data(), static_cast<std::uint32_t>(code.made_s / 60));
  boost::endian::store_big_u16(numbers.data() + 4, code.port);
  octets.append(reinterpret_cast<const char*>(numbers.data()), numbers.size());
  octets += code.host;
  return octets + check_of(octets);
}

bool is_host_text(std::string_view host) {
  return !host.empty() && host.size() <= 200 &&
         host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:") ==
             host.npos;
}

}  // namespace

std::string_view to_text(CodeFault fault) {
  switch (fault) {
    case CodeFault::not_base32:
      return "this is no enrolment code: it holds a character that none has";
    case CodeFault::too_short:
      return "this is no whole enrolment code: a part of it is missing";
    case CodeFault::wrong_check:
      return "this enrolment code has a mistake in it: compare it with what central printed";
    case CodeFault::other_version:
      return "this enrolment code is of another version: this program is too old or too new for it";
    case CodeFault::bad_host:
      return "this enrolment code names no host";
  }
  return "unknown";
}

void throw_exception_from_error(CodeFault fault, const boost::source_location&) {
  throw Fault(std::string(to_text(fault)));
}

EnrolmentCode EnrolmentCode::make(Random& random, const Instant& now, const Digest& authority_key,
                                  std::string host, std::uint16_t port) {
  ensure(is_host_text(host), "a code's host is a host");
  return {.number = random.octets(number_octets),
          .secret = random.octets(secret_octets),
          .authority_key = authority_key,
          .made_s = now.wall_ms / 60'000 * 60,
          .host = std::move(host),
          .port = port};
}

std::string EnrolmentCode::to_qr_text() const { return to_base32(octets_of(*this)); }

std::string EnrolmentCode::to_text() const {
  const std::string whole = to_qr_text();
  std::string text;
  for (std::size_t at = 0; at < whole.size(); at += group) {
    if (at > 0) text += '-';
    text += whole.substr(at, group);
  }
  return text;
}

boost::system::result<EnrolmentCode, CodeFault> EnrolmentCode::parse(std::string_view text) {
  Octets octets;
  if (text.size() > longest_text || !from_base32(text, octets)) return CodeFault::not_base32;
  if (octets.size() <= fixed_octets + check_octets) return CodeFault::too_short;
  const OctetsView told = OctetsView(octets).substr(0, octets.size() - check_octets);
  if (check_of(told) != OctetsView(octets).substr(told.size())) return CodeFault::wrong_check;
  if (told[0] != version) return CodeFault::other_version;
  const auto* numbers = reinterpret_cast<const unsigned char*>(told.data()) + fixed_octets - 6;
  EnrolmentCode code;
  code.number = Octets(told.substr(1, number_octets));
  code.secret = Octets(told.substr(1 + number_octets, secret_octets));
  digest_from(told.substr(1 + number_octets + secret_octets, 32), code.authority_key);
  code.made_s = std::int64_t{boost::endian::load_big_u32(numbers)} * 60;
  code.port = boost::endian::load_big_u16(numbers + 4);
  code.host = std::string(told.substr(fixed_octets));
  if (!is_host_text(code.host) || code.port == 0) return CodeFault::bad_host;
  return code;
}

Digest EnrolmentCode::verifier() const { return sha256({"feldsher enrolment 1", secret}); }

}  // namespace feldsher::enrolment
