#include <cstdlib>

#include "protocol/transport/http_message.hpp"
#include "tests/fuzz/input.hpp"

using namespace feldsher;

namespace {

/// Every octet escaped, but those that may not be.
std::string escaped(std::string_view text, std::string_view plain) {
  static constexpr char digits[] = "0123456789aBcDeF";
  std::string out;
  for (const char each : text) {
    const auto octet = static_cast<unsigned char>(each);
    if (plain.find(each) != plain.npos)
      out += each;
    else
      out += {'%', digits[octet >> 4], digits[octet & 15]};
  }
  return out;
}

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// The target of a request, by whoever reaches the port: refused, or a path that no route can mistake, which
/// reads as the same when it is written another way.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)problem(400, "no target", text);
  const auto target = parse_target(text);
  if (!target) return 0;
  must(target->path.starts_with('/') && target->path.find('\\') == std::string::npos);
  for (const char each : target->path) must(static_cast<unsigned char>(each) >= 0x20 && each != 0x7f);
  const std::string path = target->path + "/";
  must(path.find("/../") == std::string::npos && path.find("/./") == std::string::npos);
  std::string again = escaped(target->path, "/");
  for (std::size_t i = 0; i < target->query.size(); ++i) {
    const auto& [name, value] = target->query[i];
    again += (i == 0 ? "?" : "&") + escaped(name, "") + "=" + escaped(value, "");
  }
  const auto same = parse_target(again);
  must(same && same->path == target->path && same->query == target->query);
  HttpRequest request{
      .method = "GET", .path = target->path, .query = target->query, .headers = {}, .body = {}};
  for (const auto& [name, value] : target->query) must(request.parameter(name).has_value());
  return 0;
}
