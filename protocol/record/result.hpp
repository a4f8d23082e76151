#pragma once
#include <boost/system/result.hpp>
#include <stdexcept>
#include <string>

namespace feldsher {

/// A fault: the world failed us (disk, broker, file). Caught at main, session and frame only.
class Fault : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A bug of ours. On in every build; never about what came from outside.
inline void ensure(bool condition, const char* why) {
  if (!condition) throw std::logic_error(std::string("bug: ") + why);
}

}  // namespace feldsher
