#pragma once
#include <boost/json.hpp>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "protocol/record/record.hpp"

namespace feldsher::testing {

/// The golden vectors of `name`, see vectors/check.py.
inline boost::json::value vectors(const std::string& name) {
  std::ifstream file(std::string(FELDSHER_SOURCE_DIR) + "/tests/unit/protocol/record/vectors/" + name +
                     ".json");
  if (!file) throw std::runtime_error("no golden vectors of " + name);
  return boost::json::parse(std::string{std::istreambuf_iterator<char>(file), {}});
}

inline std::string text_of(const boost::json::value& object, const char* name) {
  return std::string(object.at(name).as_string());
}
inline Octets octets_of(const boost::json::value& object, const char* name) {
  return from_hex(text_of(object, name));
}
inline Digest digest_of(const boost::json::value& object, const char* name) {
  Digest digest{};
  if (!digest_from(octets_of(object, name), digest))
    throw std::runtime_error(std::string(name) + " is no digest");
  return digest;
}
template <class Number>
Number number_of(const boost::json::value& object, const char* name) {
  return object.at(name).to_number<Number>();
}
inline std::uint64_t hex_number_of(const boost::json::value& object, const char* name) {
  return std::stoull(text_of(object, name), nullptr, 16);
}

}  // namespace feldsher::testing
