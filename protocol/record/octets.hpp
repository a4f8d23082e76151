#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace feldsher {

/// Octets as they are hashed, stored and sent. `std::string`, because protobuf, SQLite and Asio all
/// take it without a copy; never text.
using Octets = std::string;
using OctetsView = std::string_view;

/// Lower-case hexadecimal of `octets`.
std::string to_hex(OctetsView octets);

/// The octets of a hexadecimal text; empty when `text` is not one.
Octets from_hex(std::string_view text);

/// RFC 4648 §5 base64url without padding.
std::string to_base64url(OctetsView octets);

/// The octets of a base64url text without padding; false when `text` is not one.
bool from_base64url(std::string_view text, Octets& out);

}  // namespace feldsher
