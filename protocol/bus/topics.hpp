#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace feldsher::bus {

/// Topics of a point's broker. A terminal's name is its certificate's common name, so that the ACL
/// `pattern write ops/%u/ask` makes the topic prove who asks. Names are [A-Za-z0-9-]{1,64}: one with
/// `+`, `#` or `/` would widen an ACL pattern (CVE-2017-7650).
bool is_topic_name(std::string_view name);

inline constexpr std::string_view board_topic = "ops/board";  ///< Retained v1::BoardSnapshot.
inline constexpr std::string_view pulse_topic = "ops/pulse";  ///< v1::Pulse.
inline constexpr std::string_view all_asks = "ops/+/ask";
inline constexpr std::string_view all_readings = "things/+/readings";

std::string ask_topic(std::string_view terminal);     ///< "ops/<terminal>/ask"
std::string answer_topic(std::string_view terminal);  ///< "ops/<terminal>/answer"
std::string readings_topic(std::string_view device);  ///< "things/<device>/readings"
std::string receipt_topic(std::string_view device);   ///< "things/<device>/receipt"

/// The terminal of an ask topic, the device of a readings topic; nothing for any other topic.
std::optional<std::string> terminal_of_ask(std::string_view topic);
std::optional<std::string> device_of_readings(std::string_view topic);

}  // namespace feldsher::bus
