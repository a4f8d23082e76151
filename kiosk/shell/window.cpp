#include "kiosk/shell/window.hpp"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <backends/imgui_impl_glfw.h>
#include <stb_image_write.h>

#include <algorithm>
#include <filesystem>

#include "kiosk/shell/glass.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::kiosk {
namespace {

constexpr std::uint32_t background = 0xf4f6f4;

float px_per_mm_of(GLFWmonitor* monitor, double dpi) {
  if (dpi > 0) return static_cast<float>(dpi / 25.4);
  if (monitor) {
    int wide = 0, high = 0;
    glfwGetMonitorPhysicalSize(monitor, &wide, &high);
    const GLFWvidmode* mode = glfwGetVideoMode(monitor);
    // Projectors and virtual screens report nothing, or nonsense.
    if (mode && wide > 100) {
      const float per_mm = static_cast<float>(mode->width) / static_cast<float>(wide);
      if (per_mm > 1.5f && per_mm < 16) return per_mm;
    }
  }
  return 96 / 25.4f;
}

}  // namespace

Window::Window(const Options& options) : options_(options) {
  // The reason is told by the exception; GLFW's own words would say it twice.
  glfwSetErrorCallback(nullptr);
  if (!glfwInit())
    throw NoDisplay(
        "no display: set DISPLAY to a running X server (on a machine without a screen: xvfb-run)");
  glfwWindowHint(GLFW_CLIENT_API, GLFW_NO_API);
  glfwWindowHint(GLFW_FOCUS_ON_SHOW, GLFW_TRUE);
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : nullptr;
  int width = options.width, height = options.height;
  if (options.fullscreen && mode) {
    width = mode->width;
    height = mode->height;
  }
  window_ =
      glfwCreateWindow(width, height, options.title.c_str(), options.fullscreen ? monitor : nullptr, nullptr);
  if (!window_) {
    const char* why = nullptr;
    glfwGetError(&why);
    const std::string reason = why ? why : "unknown reason";
    glfwTerminate();
    throw NoDisplay("the display gives no window: " + reason);
  }
  glass_ = std::make_unique<Glass>(window_);
  if (options.fullscreen) glfwSetInputMode(window_, GLFW_CURSOR, GLFW_CURSOR_HIDDEN);
  glfwSetWindowUserPointer(window_, this);
  const auto self = [](GLFWwindow* window) { return static_cast<Window*>(glfwGetWindowUserPointer(window)); };
  static const auto of = self;
  glfwSetCharCallback(window_, [](GLFWwindow* window, unsigned character) {
    of(window)->touched_ = true;
    if (of(window)->on_key) of(window)->on_key(Typed{static_cast<char32_t>(character)});
  });
  glfwSetKeyCallback(window_, [](GLFWwindow* window, int key, int, int action, int) {
    of(window)->touched_ = true;
    if (action == GLFW_RELEASE || !of(window)->on_key) return;
    if (key == GLFW_KEY_ENTER || key == GLFW_KEY_KP_ENTER) of(window)->on_key(Entered{});
    if (key == GLFW_KEY_BACKSPACE) of(window)->on_key(Erased{});
  });
  glfwSetMouseButtonCallback(window_, [](GLFWwindow* window, int, int, int) { of(window)->touched_ = true; });
  glfwSetCursorPosCallback(window_, [](GLFWwindow* window, double, double) {
    // A hovering mouse changes nothing on a touch screen: only a drag is worth a frame.
    if (glfwGetMouseButton(window, GLFW_MOUSE_BUTTON_LEFT) == GLFW_PRESS) of(window)->touched_ = true;
  });
  glfwSetFramebufferSizeCallback(window_, [](GLFWwindow* window, int, int) { of(window)->touched_ = true; });
  glfwSetWindowRefreshCallback(
      window_, [](GLFWwindow* window) { of(window)->touched_ = of(window)->exposed_ = true; });

  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGui::GetIO().IniFilename = nullptr;
  ImGui::GetIO().LogFilename = nullptr;
  ImGui::GetIO().ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
  calm_imgui_style();
  ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
  ImGui_ImplGlfw_InitForOther(window_, true);  // Chains to the callbacks above.
  bake();
}

Window::~Window() {
  ImGui_ImplGlfw_Shutdown();
  ImGui::DestroyContext();
  glass_.reset();
  glfwDestroyWindow(window_);
  glfwTerminate();
}

void Window::bake() {
  int width = 0, height = 0;
  glfwGetFramebufferSize(window_, &width, &height);
  const ImVec2 size{static_cast<float>(std::max(1, width)), static_cast<float>(std::max(1, height))};
  if (theme_ && size.x == baked_size_.x && size.y == baked_size_.y) return;
  baked_size_ = size;
  ImFontAtlas& atlas = *ImGui::GetIO().Fonts;
  atlas.Clear();
  theme_ = std::make_unique<Theme>(atlas, size, px_per_mm_of(glfwGetPrimaryMonitor(), options_.dpi));
  atlas.ClearInputData();
  pixels_.width = std::max(1, width);
  pixels_.height = std::max(1, height);
  pixels_.rgb.assign(static_cast<std::size_t>(pixels_.width) * static_cast<std::size_t>(pixels_.height),
                     background);
  shown_ = 0;
}

bool Window::closing() const { return glfwWindowShouldClose(window_); }

bool Window::wait(double longest_s) {
  if (longest_s > 0)
    glfwWaitEventsTimeout(longest_s);
  else
    glfwPollEvents();
  return std::exchange(touched_, false);
}

void Window::wake() { glfwPostEmptyEvent(); }

bool Window::frame(const std::function<void()>& draw) {
  bake();
  ImGui_ImplGlfw_NewFrame();
  ImGui::NewFrame();
  draw();
  ImGui::Render();
  const std::uint64_t digest = digest_of(*ImGui::GetDrawData());
  if (digest == shown_ && !exposed_) return false;
  shown_ = digest;
  Raster(*ImGui::GetIO().Fonts).draw(*ImGui::GetDrawData(), background, pixels_);
  glass_->show(pixels_, std::exchange(exposed_, false));
  return true;
}

Window::Picture Window::picture() const {
  Picture picture{pixels_.width, pixels_.height, {}};
  picture.rgb.reserve(pixels_.rgb.size() * 3);
  for (const std::uint32_t pixel : pixels_.rgb)
    for (const int shift : {16, 8, 0}) picture.rgb.push_back(static_cast<char>(pixel >> shift));
  return picture;
}

void save_png(const Window::Picture& picture, const std::string& file) {
  const std::string part = file + ".part";
  stbi_write_png_compression_level = 2;  // Flat colours: a higher level costs seconds and saves nothing.
  stbi_write_force_png_filter = 0;
  if (!stbi_write_png(part.c_str(), picture.width, picture.height, 3, picture.rgb.data(), picture.width * 3))
    throw Fault("cannot write " + part);
  std::filesystem::rename(part, file);
}

}  // namespace feldsher::kiosk
