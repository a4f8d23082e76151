#pragma once
#include <imgui.h>

#include <functional>
#include <memory>
#include <string>

#include "kiosk/model/events.hpp"
#include "kiosk/shell/raster.hpp"
#include "kiosk/theme/theme.hpp"

struct GLFWwindow;

namespace feldsher::kiosk {

class Glass;

/// There is no display to show a window on.
class NoDisplay : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The GLFW window with Dear ImGui in it. One a process; used on the main thread only, but for `wake`.
class Window {
 public:
  struct Options {
    std::string title;
    int width = 1080, height = 1920;
    bool fullscreen = false;
    double dpi = 0;  ///< 0 = as the monitor says, 96 if it says nothing believable.
  };

  /// Throws `NoDisplay`.
  explicit Window(const Options& options);
  ~Window();
  Window(const Window&) = delete;
  Window& operator=(const Window&) = delete;

  const Theme& theme() const { return *theme_; }
  bool closing() const;
  /// Sleeps until something happens or `longest` has passed. True when the person at the screen, or the
  /// window system, did something.
  bool wait(double longest_s);
  /// Makes `wait` return. From any thread.
  static void wake();
  /// Lays out one frame: `draw` is called between ImGui's NewFrame and Render. It goes to the glass when it
  /// is not what is there already. True when it went.
  bool frame(const std::function<void()>& draw);
  /// The last frame drawn, RGB, top row first.
  struct Picture {
    int width = 0, height = 0;
    std::string rgb;
  };
  Picture picture() const;

  /// Characters, Enter and Backspace go here.
  std::function<void(const Event&)> on_key;

 private:
  void bake();

  GLFWwindow* window_ = nullptr;
  std::unique_ptr<Glass> glass_;
  std::unique_ptr<Theme> theme_;
  Options options_;
  ImVec2 baked_size_{};
  Pixels pixels_;
  std::uint64_t shown_ = 0;  ///< Digest of what is on the glass.
  bool touched_ = true;
  bool exposed_ = true;  ///< What was on the glass may be gone.
};

/// Writes a PNG beside its final name and renames it: whoever watches the folder sees whole files only.
void save_png(const Window::Picture& picture, const std::string& file);

}  // namespace feldsher::kiosk
