#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/record/ids.hpp"

namespace feldsher::central {

/// JSON from outside is not what it has to be. Names the place, never what stood there: it may be a
/// patient's.
class BadInput : public std::runtime_error {
 public:
  BadInput(std::string path, const std::string& what)
      : std::runtime_error(path.empty() ? what : path + ": " + what), path_(std::move(path)) {}
  const std::string& path() const { return path_; }  ///< "rooms[2].label"; empty: the whole.

 private:
  std::string path_;
};

/// A text as JSON (RFC 8259). Throws BadInput with the place where it ends to be JSON.
boost::json::value parse_json(std::string_view text);
/// A file as JSON. Throws BadInput, and Fault when the file cannot be read.
boost::json::value read_json_file(const std::filesystem::path& file);

/// A JSON object, read key by key into valid values. A key that is missing, of another kind or, at `done`,
/// was never asked for is a BadInput. The JSON must outlive it.
class JsonObject {
 public:
  JsonObject(const boost::json::value& object, std::string path);

  std::string text(std::string_view key, std::size_t longest = 200);
  std::optional<std::string> optional_text(std::string_view key, std::size_t longest = 200);
  std::int64_t integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least, std::int64_t most);
  bool boolean(std::string_view key);
  Uuid id(std::string_view key);
  std::optional<Uuid> optional_id(std::string_view key);  ///< Nothing when absent or null.
  std::vector<Uuid> ids(std::string_view key);
  std::vector<std::string> texts(std::string_view key);
  /// Whether there is such a key.
  bool has(std::string_view key) { return find(key) != nullptr; }
  v1::LocalText local_text(std::string_view key);
  JsonObject object(std::string_view key);
  std::vector<JsonObject> objects(std::string_view key);
  /// Every key must have been asked for.
  void done() const;

  const std::string& path() const { return path_; }
  std::string place(std::string_view key) const;
  /// A whole list, each entry read to its end by `read`.
  template <class Read>
  void each(std::string_view key, Read&& read) {
    for (JsonObject& entry : objects(key)) {
      read(entry);
      entry.done();
    }
  }
  /// The same of a list that may be missing.
  template <class Read>
  void each_if_any(std::string_view key, Read&& read) {
    if (find(key)) each(key, std::forward<Read>(read));
  }

 private:
  const boost::json::value* find(std::string_view key);
  const boost::json::value& need(std::string_view key);
  const boost::json::array& list(std::string_view key);

  const boost::json::object* object_;
  std::string path_;
  std::set<std::string, std::less<>> asked_;
};

}  // namespace feldsher::central
