#pragma once
#include <boost/json/object.hpp>
#include <fstream>
#include <string>

namespace feldsher::virtual_world {

/// JSON lines of what somebody was told: ids and numbers only, never a name. Each line is flushed, so that
/// nobody has to trust this program's end.
class Ledger {
 public:
  /// Appends to `file`. Throws Fault when that cannot be written.
  explicit Ledger(const std::string& file);
  /// Puts the time (Unix ms) in front. Throws Fault.
  void write(const boost::json::object& entry);

 private:
  std::string name_;
  std::ofstream out_;
};

}  // namespace feldsher::virtual_world
