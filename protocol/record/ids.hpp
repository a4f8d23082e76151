#pragma once
#include <array>
#include <boost/endian/conversion.hpp>
#include <compare>
#include <cstdint>
#include <cstring>
#include <functional>
#include <optional>
#include <string>

#include "protocol/record/octets.hpp"

namespace feldsher {

/// 16 octets of RFC 9562. New ones are version 7: the first 48 bits are the time they were made.
struct Uuid {
  std::array<std::uint8_t, 16> octets{};

  /// From exactly 16 octets; nothing otherwise.
  static std::optional<Uuid> from_octets(OctetsView octets);
  /// From "0190c0de-…" (36 characters) or 32 hexadecimal digits; nothing otherwise.
  static std::optional<Uuid> from_text(std::string_view text);
  /// Version 7 from Unix milliseconds and ten random octets (RFC 9562 §5.7).
  static Uuid v7(std::int64_t unix_ms, const std::array<std::uint8_t, 10>& random);

  Octets to_octets() const { return Octets(reinterpret_cast<const char*>(octets.data()), octets.size()); }
  std::string to_text() const;
  bool is_nil() const { return *this == Uuid{}; }
  bool operator==(const Uuid&) const = default;
  /// By octets, as two numbers: maps are full of ids, and a call for each comparison shows.
  std::strong_ordering operator<=>(const Uuid& other) const {
    const auto first = half(0) <=> other.half(0);
    return first != 0 ? first : half(8) <=> other.half(8);
  }

 private:
  std::uint64_t half(std::size_t from) const {
    std::uint64_t number = 0;
    std::memcpy(&number, octets.data() + from, sizeof number);
    return boost::endian::big_to_native(number);
  }
};

/// An id that cannot be taken for another kind of id.
template <class Tag>
struct Id {
  Uuid uuid;

  static std::optional<Id> from_octets(OctetsView octets) {
    auto found = Uuid::from_octets(octets);
    return found ? std::optional<Id>(Id{*found}) : std::nullopt;
  }
  Octets to_octets() const { return uuid.to_octets(); }
  std::string to_text() const { return uuid.to_text(); }
  bool is_nil() const { return uuid.is_nil(); }
  auto operator<=>(const Id&) const = default;
};

using TenantId = Id<struct TenantTag>;
using NodeId = Id<struct NodeTag>;
using PointId = Id<struct PointTag>;
using DepartmentId = Id<struct DepartmentTag>;
using RoomId = Id<struct RoomTag>;
using PractitionerId = Id<struct PractitionerTag>;
using ServiceId = Id<struct ServiceTag>;
using ShiftId = Id<struct ShiftTag>;
using AppointmentId = Id<struct AppointmentTag>;
using PatientId = Id<struct PatientTag>;
using VisitId = Id<struct VisitTag>;
using TicketId = Id<struct TicketTag>;
using RequestId = Id<struct RequestTag>;
using DeviceId = Id<struct DeviceTag>;
using AskId = Id<struct AskTag>;
using SessionId = Id<struct SessionTag>;

/// A node's life: 64 random bits (never 0).
struct Epoch {
  std::uint64_t value = 0;
  auto operator<=>(const Epoch&) const = default;
};

}  // namespace feldsher

template <>
struct std::hash<feldsher::Uuid> {
  std::size_t operator()(const feldsher::Uuid& id) const noexcept {
    // Version 7 ids share their first octets within a millisecond: the last eight are the random ones.
    std::size_t h = 0;
    for (int i = 8; i < 16; ++i) h = h << 8 | id.octets[static_cast<std::size_t>(i)];
    return h;
  }
};
template <class Tag>
struct std::hash<feldsher::Id<Tag>> {
  std::size_t operator()(const feldsher::Id<Tag>& id) const noexcept {
    return std::hash<feldsher::Uuid>{}(id.uuid);
  }
};
