#include "devices/senml/numbered_pack.hpp"

#include <charconv>

#include "protocol/readings/measurement.hpp"
#include "protocol/readings/pack_text.hpp"

namespace feldsher::senml {
namespace {

/// Whether a name begins with the id of another device than `device` (urn:uuid:…, RFC 9562 §4).
bool names_another(std::string_view name, DeviceId device) {
  constexpr std::string_view scheme = "urn:uuid:";
  constexpr std::size_t uuid_length = 36;
  if (!name.starts_with(scheme)) return false;
  const auto named = Uuid::from_text(name.substr(scheme.size(), uuid_length));
  return named && *named != device.uuid;
}

}  // namespace

boost::system::result<readings::NumberedPack, SenmlError> read_numbered_pack(DeviceId device, OctetsView json,
                                                                             std::int64_t received_ms) {
  auto pack = read_senml(json, received_ms);
  if (!pack) return pack.error();
  if (!pack->epoch || pack->epoch->size() != 16) return SenmlError::not_numbered;
  if (!pack->seq || *pack->seq == 0 || *pack->seq > readings::last_seq) return SenmlError::not_numbered;
  readings::NumberedPack numbered;
  numbered.device = device;
  numbered.seq = *pack->seq;
  const auto* last = pack->epoch->data() + pack->epoch->size();
  const auto [end, error] = std::from_chars(pack->epoch->data(), last, numbered.epoch.value, 16);
  if (error != std::errc() || end != last || numbered.epoch.value == 0) return SenmlError::not_numbered;

  numbered.readings.reserve(pack->records.size());
  for (const auto& record : pack->records) {
    if (names_another(record.name, device)) return SenmlError::another_device;
    const auto* number = record.value ? std::get_if<readings::Value>(&*record.value) : nullptr;
    if (!number) continue;
    auto& reading = numbered.readings.emplace_back();
    reading.time_ms = record.time_ms;
    if (record.time_source == TimeSource::receipt) reading.quality |= readings::quality_time_of_receipt;
    if (record.time_source == TimeSource::relative) reading.quality |= readings::quality_time_relative;
    readings::name_reading(record.name, record.unit, *number, reading);
  }
  readings::sort_for_pack(numbered.readings);
  return numbered;
}

}  // namespace feldsher::senml
