#include "protocol/readings/receipt.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <charconv>

#include "protocol/readings/reading.hpp"

namespace feldsher::readings {
namespace {

std::optional<std::uint64_t> number_in(const boost::json::value& value) {
  std::uint64_t number = 0;
  if (const auto* big = value.if_uint64()) {
    number = *big;
  } else if (const auto* small = value.if_int64(); small && *small >= 0) {
    number = static_cast<std::uint64_t>(*small);
  } else {
    return std::nullopt;
  }
  return number <= last_seq ? std::optional(number) : std::nullopt;
}

}  // namespace

Octets encode_receipt(const Receipt& receipt) {
  Octets out = fmt::format(R"({{"agent":"{}","epoch":"{:016x}","stored":[)", receipt.agent.to_text(),
                           receipt.epoch.value);
  bool first = true;
  for (const auto& range : receipt.stored) {
    fmt::format_to(std::back_inserter(out), "{}[{},{}]", first ? "" : ",", range.first, range.last);
    first = false;
  }
  out += ']';
  if (receipt.upto) fmt::format_to(std::back_inserter(out), ",\"upto\":{}", *receipt.upto);
  out += '}';
  return out;
}

boost::system::result<Receipt, ReceiptError> decode_receipt(OctetsView octets) {
  if (octets.size() > most_receipt_octets) return ReceiptError::too_large;
  boost::json::error_code error;
  boost::json::parse_options options;
  options.max_depth = 8;
  const auto parsed = boost::json::parse({octets.data(), octets.size()}, error, {}, options);
  if (error) return ReceiptError::not_json;
  const auto* object = parsed.if_object();
  if (!object) return ReceiptError::wrong_shape;

  const auto* agent = object->if_contains("agent");
  const auto* epoch = object->if_contains("epoch");
  const auto* stored = object->if_contains("stored");
  if (!agent || !agent->is_string() || !epoch || !epoch->is_string() || !stored || !stored->is_array()) {
    return ReceiptError::wrong_shape;
  }
  Receipt receipt;
  const auto uuid = Uuid::from_text({agent->get_string().data(), agent->get_string().size()});
  if (!uuid) return ReceiptError::wrong_shape;
  receipt.agent = NodeId{*uuid};
  const auto& hex = epoch->get_string();
  const auto [end, wrong] = std::from_chars(hex.data(), hex.data() + hex.size(), receipt.epoch.value, 16);
  if (hex.size() != 16 || wrong != std::errc() || end != hex.data() + hex.size())
    return ReceiptError::wrong_shape;

  if (stored->get_array().size() > most_receipt_ranges) return ReceiptError::wrong_range;
  for (const auto& pair : stored->get_array()) {
    const auto* two = pair.if_array();
    if (!two || two->size() != 2) return ReceiptError::wrong_shape;
    const auto first = number_in((*two)[0]), last = number_in((*two)[1]);
    if (!first || !last || *first == 0 || *first > *last) return ReceiptError::wrong_range;
    if (!receipt.stored.empty() && *first <= receipt.stored.back().last) return ReceiptError::wrong_range;
    receipt.stored.push_back({*first, *last});
  }
  if (const auto* upto = object->if_contains("upto")) {
    receipt.upto = number_in(*upto);
    if (!receipt.upto) return ReceiptError::wrong_range;
  }
  return receipt;
}

}  // namespace feldsher::readings
