#include "kiosk/shell/glass.hpp"

#include <vector>

#include "kiosk/shell/digest.hpp"
#include "kiosk/shell/window.hpp"

// Last: its macros have the names of other headers' types.
#include <X11/Xutil.h>

// As in GLFW/glfw3native.h, which wants the headers of an extension that is not used here.
extern "C" Display* glfwGetX11Display();
extern "C" ::Window glfwGetX11Window(GLFWwindow* window);

namespace feldsher::kiosk {

struct Glass::Parts {
  Display* display;
  ::Window window;
  XWindowAttributes about{};
  GC context;
  int width = 0;
  std::vector<std::uint64_t> rows;  // Digests of what is on the glass.
};

Glass::Glass(GLFWwindow* window) : parts_(std::make_unique<Parts>()) {
  parts_->display = glfwGetX11Display();
  parts_->window = glfwGetX11Window(window);
  XGetWindowAttributes(parts_->display, parts_->window, &parts_->about);
  const Visual& visual = *parts_->about.visual;
  if (visual.red_mask != 0xff0000 || visual.green_mask != 0xff00 || visual.blue_mask != 0xff)
    throw NoDisplay("the display has not 24 bits of colour (X server: -depth 24)");
  parts_->context = XCreateGC(parts_->display, parts_->window, 0, nullptr);
}

Glass::~Glass() { XFreeGC(parts_->display, parts_->context); }

void Glass::show(const Pixels& pixels, bool all) {
  Parts& p = *parts_;
  if (p.width != pixels.width || p.rows.size() != static_cast<std::size_t>(pixels.height)) {
    p.width = pixels.width;
    p.rows.assign(static_cast<std::size_t>(pixels.height), 0);
    all = true;
  }
  int first = pixels.height, last = -1;
  for (int y = 0; y < pixels.height; ++y) {
    std::uint64_t& there = p.rows[static_cast<std::size_t>(y)];
    Digest digest;
    digest.mix(pixels.row(y), static_cast<std::size_t>(pixels.width));
    if (!all && there == digest.value()) continue;
    there = digest.value();
    first = std::min(first, y);
    last = y;
  }
  if (last < first) return;
  // Xlib takes the octets as they are, and does not write to them.
  auto* data = reinterpret_cast<char*>(const_cast<std::uint32_t*>(pixels.row(0)));
  XImage* image = XCreateImage(p.display, p.about.visual, static_cast<unsigned>(p.about.depth), ZPixmap, 0,
                               data, static_cast<unsigned>(pixels.width),
                               static_cast<unsigned>(pixels.height), 32, pixels.width * 4);
  if (!image) throw NoDisplay("the display takes no pictures of this size");
  image->byte_order = LSBFirst;
  XPutImage(p.display, p.window, p.context, image, 0, first, 0, first, static_cast<unsigned>(pixels.width),
            static_cast<unsigned>(last - first + 1));
  image->data = nullptr;  // Ours.
  XDestroyImage(image);
  XFlush(p.display);
}

}  // namespace feldsher::kiosk
