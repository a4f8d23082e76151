#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

#include "protocol/readings/reading.hpp"

namespace feldsher::senml {

/// Why a pack is refused. Nothing of it is used then: RFC 8428 knows no half-good pack.
enum class SenmlError {
  too_large = 1,   ///< Over 64 KiB, 1,024 records or 4 levels.
  not_json,        ///< Not JSON (RFC 8259), or not UTF-8.
  not_a_pack,      ///< Not an array of objects.
  wrong_type,      ///< A label's value has the wrong type, or a label comes twice in a record.
  unknown_needed,  ///< A label ending in "_" that we do not know (§4.4).
  wrong_version,   ///< Newer than 10, or not the same in the whole pack.
  wrong_values,    ///< Two values in one record, or none where one must be.
  wrong_name,      ///< Empty, over 256 octets, or of characters that a name cannot have (§4.5.1).
  wrong_number,    ///< Not a finite number, or a time out of all reason.
  not_numbered,    ///< No "epoch" of 16 hexadecimal digits and "seq" from 1 on in the first record.
  another_device,  ///< A name that begins with the id (urn:uuid:…) of another device than the topic's.
};
/// `value()` of a refusal is a bug of ours.
[[noreturn]] inline void throw_exception_from_error(SenmlError, const boost::source_location&) {
  throw std::logic_error("bug: the value of a refused pack");
}

/// Octets that came as base64url text.
struct DataValue {
  Octets octets;
  bool operator==(const DataValue&) const = default;
};

enum class TimeSource { absolute, relative, receipt };

/// A resolved record (§4.6): base fields are folded in.
struct Record {
  std::string name;
  std::string unit;          ///< Empty when there is none.
  std::int64_t time_ms = 0;  ///< Unix ms.
  TimeSource time_source = TimeSource::receipt;
  /// Nothing when the record has only a sum.
  std::optional<std::variant<readings::Value, std::string, bool, DataValue>> value;
  std::optional<readings::Value> sum;
};

/// A pack as a whole; `epoch` and `seq` are labels of ours in its first record.
struct Pack {
  std::vector<Record> records;  ///< In the order of the pack, which need not be the order of time.
  std::optional<std::string> epoch;
  std::optional<std::uint64_t> seq;
};

/// Reads SenML JSON (RFC 8428 §5). `now_ms` is what times below 2^28 s are relative to (§4.5.3).
boost::system::result<Pack, SenmlError> read_senml(OctetsView json, std::int64_t now_ms);

}  // namespace feldsher::senml
