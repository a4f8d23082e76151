#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "kiosk/shell/config.hpp"
#include "kiosk/shell/run.hpp"
#include "kiosk/shell/window.hpp"
#include "protocol/record/result.hpp"

namespace kiosk = feldsher::kiosk;

int main(int argc, char** argv) {
  CLI::App app{"feldsher-kiosk: what people see at a point: check-in, board, survey, room, reception"};
  std::string config_file, gallery_folder, size;
  kiosk::Config overrides;
  bool print_default = false;
  bool check_only = false;
  app.set_version_flag("--version", "feldsher-kiosk " FELDSHER_VERSION);
  app.add_option("--config", config_file, "the screen's kiosk.toml");
  app.add_flag("--print-default-config", print_default,
               "print the commented default configuration, which is its manual");
  app.add_flag("--check-config", check_only, "read and check the configuration, open nothing");
  app.add_option("--gallery", gallery_folder,
                 "draw every screen in each language to PNG files in this folder");
  app.add_option("--size", size, "a window of so many pixels, 1080x1920; goes before the configuration");
  app.add_option("--pictures", overrides.pictures, "save a picture of each new screen state to this folder");
  app.footer("Exit: 0 good, 1 it could not be done, 2 the command line is wrong.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }

  try {
    if (print_default) {
      std::fputs(std::string(kiosk::default_config()).c_str(), stdout);
      return 0;
    }
    if (!gallery_folder.empty()) {
      fmt::print("{} pictures in {}\n", kiosk::gallery(gallery_folder), gallery_folder);
      return 0;
    }
    if (config_file.empty()) {
      fmt::print(
          stderr,
          "feldsher-kiosk: --config FILE is needed; --print-default-config prints one, --help the rest\n");
      return 2;
    }
    auto config = kiosk::read_config(config_file);
    if (!size.empty()) {
      kiosk::parse_size(size, config.width, config.height);
      config.fullscreen = false;
    }
    if (!overrides.pictures.empty()) config.pictures = overrides.pictures;
    kiosk::check(config);
    return check_only ? 0 : kiosk::run(config);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "feldsher-kiosk: {}\n", fault.what());
    return 1;
  }
}
