#include "kiosk/shell/run.hpp"

#include <fmt/format.h>
#include <openssl/rand.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <map>

#include "kiosk/gallery/samples.hpp"
#include "kiosk/locale/wall_clock.hpp"
#include "kiosk/shell/link.hpp"
#include "kiosk/shell/window.hpp"
#include "kiosk/theme/widgets.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::kiosk {
namespace {

volatile std::sig_atomic_t asked_to_stop = 0;

Octets random_id() {
  Octets id(16, '\0');
  ensure(RAND_bytes(reinterpret_cast<unsigned char*>(id.data()), 16) == 1,
         "the system gives no random octets");
  return id;
}

Moment since_start() {
  static const auto start = std::chrono::steady_clock::now();
  return std::chrono::duration_cast<Moment>(std::chrono::steady_clock::now() - start);
}

Window::Options window_of(const Config& config) {
  Window::Options options;
  options.title = fmt::format("Feldsher: {} ({})", name_of(config.role), config.terminal);
  const bool tall = config.role == Role::check_in || config.role == Role::survey;
  options.width = tall ? 1080 : 1920;
  options.height = tall ? 1920 : 1080;
  if (config.width > 0) {
    options.width = config.width;
    options.height = config.height;
  }
  options.fullscreen = config.fullscreen;
  options.dpi = config.dpi;
  return options;
}

Settings settings_of(const Config& config) {
  Settings settings;
  settings.language = config.language;
  settings.languages = config.languages;
  settings.quiet = std::chrono::seconds(config.idle_s);
  settings.countdown = std::chrono::seconds(config.countdown_s);
  if (const auto room = Uuid::from_text(config.room)) settings.room = room->to_octets();
  settings.instant_of = instant_of;
  return settings;
}

/// Saves a picture of each new screen state: "check-in-ticket-uk.png".
class Album {
 public:
  explicit Album(std::string folder) : folder_(std::move(folder)) {
    if (!folder_.empty()) std::filesystem::create_directories(folder_);
  }
  void look(const Station& station, Role role, const Window& window, Moment now) {
    if (folder_.empty()) return;
    const std::string name =
        fmt::format("{}-{}-{}.png", name_of(role), station.screen_name(now), station.language());
    if (name == last_) return;
    last_ = name;
    save_png(window.picture(), (std::filesystem::path(folder_) / name).string());
  }

 private:
  std::string folder_, last_;
};

Link::Tell to_log() {
  return {.why_down =
              [](const std::string& why) {
                if (why.empty())
                  Log::info("broker: up");
                else
                  Log::warn("broker: no connection", {{"reason", Reason::of_connection(why)}});
              },
          .dropped =
              [](std::uint64_t count) {
                Log::warn("messages of the broker were dropped: unreadable, or too many at once",
                          {{"messages", count}});
              }};
}

/// One role on one glass, and its session at the broker.
class Screen {
 public:
  /// Throws when there is no display, or the configuration names what is not there.
  explicit Screen(const Config& config)
      : role_(config.role),
        window_(window_of(config)),
        album_(config.pictures),
        station_(make_station(config.role, settings_of(config), random_id)),
        link_(
            config, [this](const Event& event) { happen(event); }, Window::wake, to_log()) {
    window_.on_key = [this](const Event& event) { happen(event); };
    if (const float units = window_.theme().units_of_mm(12); units > key_height)
      Log::warn("this glass is small: some buttons are below 12 mm",
                {{"keys_mm", std::lround(12 * key_height / units)}});
    link_.start();
  }

  bool closing() const { return window_.closing(); }

  /// Waits half a second, or until something happens, and shows what became of it.
  void turn() {
    const bool touched = window_.wait(0.5);
    link_.deliver();
    station_->on(Event(Tick{}), since_start());
    // Three frames after whatever happened: Dear ImGui sees press and release in two, and shows the
    // answer in a third.
    for (int left = touched || std::exchange(news_, false) ? 3 : 1; left > 0; --left) {
      const Moment now = since_start();
      const auto intents = frame(now);
      for (const auto& one : intents) station_->on(one, now);
      if (!intents.empty()) left = 4;
      for (const auto& ask : station_->take_outgoing()) link_.send(ask);
    }
    album_.look(*station_, role_, window_, since_start());
  }

 private:
  void happen(const Event& event) {
    news_ = true;
    station_->on(event, since_start());
  }

  std::vector<Intent> frame(Moment now) {
    std::vector<Intent> intents;
    const auto& spoken = words_.try_emplace(station_->language(), station_->language()).first->second;
    window_.frame([&] {
      Canvas canvas(window_.theme(), spoken);
      station_->draw(canvas, now);
      intents = canvas.take_intents();
    });
    return intents;
  }

  Role role_;
  Window window_;
  Album album_;
  std::unique_ptr<Station> station_;
  std::map<std::string, Words> words_;
  bool news_ = true;
  Link link_;  // Last: its threads end before what they wake.
};

}  // namespace

int run(const Config& config) {
  std::signal(SIGINT, [](int) { asked_to_stop = 1; });
  std::signal(SIGTERM, [](int) { asked_to_stop = 1; });
  Log::begin("info");
  Screen screen(config);
  try {
    while (!screen.closing() && !asked_to_stop) screen.turn();
    return 0;
  } catch (const std::exception& fault) {
    Log::error("fault", {{"reason", Reason::of(fault)}});
    return 1;
  }
}

int gallery(const std::string& folder) {
  std::filesystem::create_directories(folder);
  int count = 0;
  // A tall window, then a wide one: the atlas is baked once for each.
  for (const bool portrait : {true, false}) {
    Window::Options options;
    options.title = "Feldsher: gallery";
    options.width = portrait ? 1080 : 1920;
    options.height = portrait ? 1920 : 1080;
    Window window(options);
    for (const auto& language : known_languages()) {
      const Words words(language);
      for (const auto& sample : samples(language)) {
        const bool patient = sample.role == name_of(Role::check_in) || sample.role == name_of(Role::survey);
        if (sample.portrait != portrait && !patient) continue;
        for (int i = 0; i < 2; ++i)
          window.frame([&] {
            Canvas canvas(window.theme(), words);
            sample.station->draw(canvas, sample.now);
          });
        const std::string name = fmt::format("{}-{}-{}{}.png", sample.role, sample.state, language,
                                             sample.portrait && !portrait ? "-wide" : "");
        save_png(window.picture(), (std::filesystem::path(folder) / name).string());
        ++count;
      }
    }
  }
  return count;
}

}  // namespace feldsher::kiosk
