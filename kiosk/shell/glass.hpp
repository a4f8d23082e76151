#pragma once
#include <cstdint>
#include <memory>

#include "kiosk/shell/raster.hpp"

struct GLFWwindow;

namespace feldsher::kiosk {

/// Puts pixels into an X window: only the rows that are not there already.
class Glass {
 public:
  /// Throws `NoDisplay` when the display has not 8 bits for each of red, green and blue.
  explicit Glass(GLFWwindow* window);
  ~Glass();
  Glass(const Glass&) = delete;
  Glass& operator=(const Glass&) = delete;

  /// `all`: the window system has lost what was there.
  void show(const Pixels& pixels, bool all);

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace feldsher::kiosk
