#include <boost/json/value.hpp>
#include <cstdlib>

#include "central/commands/clinic_file.hpp"
#include "tests/fuzz/input.hpp"

using namespace feldsher;
using namespace feldsher::central;

namespace {

/// Asks for every kind of value under the names that are there.
void read_all(const boost::json::value& value) {
  if (!value.is_object()) return;
  for (const auto& member : value.get_object()) {
    const std::string_view key(member.key().data(), member.key().size());
    JsonObject object(value, "body");
    const auto attempt = [&](auto read) {
      try {
        (void)read();
      } catch (const BadInput& bad) {
        if (!bad.path().starts_with("body")) std::abort();
      }
    };
    attempt([&] { return object.text(key, 10); });
    attempt([&] { return object.optional_integer(key, -5, 5); });
    attempt([&] { return object.optional_id(key); });
    attempt([&] { return object.ids(key); });
    attempt([&] { return object.texts(key); });
    attempt([&] { return object.local_text(key); });
    attempt([&] { return object.boolean(key); });
    attempt([&] { return object.objects(key).size(); });
    read_all(member.value());
  }
}

}  // namespace

/// The JSON that a central's API and its commands are given: refused with the place, or read into valid
/// values.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    const auto value = parse_json(text);
    read_all(value);
  } catch (const BadInput&) {
    return 0;
  }
  try {
    (void)read_clinic(text);
  } catch (const BadInput&) {
    return 0;
  }
  return 0;
}
