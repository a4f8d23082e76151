#include "protocol/readings/pack_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "protocol/readings/measurement.hpp"
#include "protocol/readings/wrapping.hpp"

namespace feldsher::readings {
namespace {

/// What of a name or unit is not plain JSON text becomes an escape.
void append_text(Octets& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    const auto octet = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (octet < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", octet);
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_value(Octets& out, const Value& value, std::int32_t scale) {
  out += ",\"v\":";
  if (const auto* decimal = std::get_if<Decimal>(&value)) {
    out += decimal->scaled(-scale).to_text();
  } else {
    fmt::format_to(std::back_inserter(out), "{}", std::get<double>(value));
  }
}

int rank(const Reading& reading) {
  const auto known = measurements();
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (known[i].loinc == reading.code) return static_cast<int>(i);
  }
  return static_cast<int>(known.size());
}

}  // namespace

Octets write_pack(const NumberedPack& pack) {
  Octets out;
  out.reserve(128 + pack.readings.size() * 48);
  const std::int64_t base = pack.readings.empty() ? 0 : pack.readings.front().time_ms;
  out += "[{\"bn\":\"urn:uuid:" + pack.device.to_text() + ":\"";
  if (!pack.readings.empty()) out += ",\"bt\":" + ms_to_seconds_text(base);
  fmt::format_to(std::back_inserter(out), ",\"epoch\":\"{:016x}\",\"seq\":{}", pack.epoch.value, pack.seq);
  bool first = true;
  for (const auto& reading : pack.readings) {
    out += first ? "," : ",{";
    first = false;
    const auto* known = measurement_of(reading.code, reading.unit);
    out += "\"n\":";
    // The sender's own names come with their base name in front: they are written without it.
    const auto prefix = "urn:uuid:" + pack.device.to_text() + ":";
    std::string_view name = known ? known->name : std::string_view(reading.code);
    if (!known && name.starts_with(prefix)) name.remove_prefix(prefix.size());
    append_text(out, name);
    if (const auto unit = known ? known->senml_unit : std::string_view(reading.unit); !unit.empty()) {
      out += ",\"u\":";
      append_text(out, unit);
    }
    append_value(out, reading.value, known ? known->scale : 0);
    // Of times too far apart no such text is read again: the block keeps the sender's own octets then.
    if (reading.time_ms != base) out += ",\"t\":" + ms_to_seconds_text(minus(reading.time_ms, base));
    out += '}';
  }
  if (first) out += '}';
  out += ']';
  return out;
}

void sort_for_pack(std::vector<Reading>& readings) {
  std::stable_sort(readings.begin(), readings.end(), [](const Reading& a, const Reading& b) {
    return std::make_tuple(rank(a), std::string_view(a.code), a.time_ms) <
           std::make_tuple(rank(b), std::string_view(b.code), b.time_ms);
  });
}

}  // namespace feldsher::readings
