#pragma once
#include <chrono>
#include <string>

#include "kiosk/gallery/pretend_desk.hpp"
#include "kiosk/model/events.hpp"
#include "kiosk/model/intents.hpp"

namespace feldsher::kiosk {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A model in virtual time, with a desk that answers when the test says so.
template <class Model>
class Bench {
 public:
  explicit Bench(Settings settings = {}) : model(with_words(std::move(settings)), ids()) {}

  Bench& on(const Event& event) {
    model.on(event, now);
    return *this;
  }
  Bench& tap(const Intent& intent) {
    model.on(intent, now);
    return *this;
  }
  Bench& type(const std::string& text) {
    for (const char c : text) on(Typed{static_cast<char32_t>(c)});
    return *this;
  }
  /// Time passes in steps of 100 ms; the desk pulses each 5 s if it is alive. Asks are collected in `asked`.
  Bench& pass(milliseconds time) {
    const auto end = now + time;
    while (now < end) {
      now += milliseconds(100);
      if (alive && now.count() % 5000 == 0) on(desk.pulse());
      on(Tick{});
      collect();
    }
    return *this;
  }
  /// The desk answers everything that was asked.
  Bench& settle() {
    for (collect(); !asked.empty(); collect()) {
      const auto due = std::exchange(asked, {});
      for (const auto& ask : due) on(Event(desk.answer(ask)));
    }
    return *this;
  }
  Bench& meet() { return on(Connection{true}).on(desk.pulse()).settle(); }
  Bench& collect() {
    for (auto& ask : model.take_outgoing()) asked.push_back(std::move(ask));
    return *this;
  }
  /// The only ask that is out, of all repeats.
  const v1::Ask& last() const { return asked.back(); }

  Moment now{0};
  PretendDesk desk{"en"};
  bool alive = true;
  std::vector<v1::Ask> asked;
  Model model;

 private:
  static Settings with_words(Settings settings) {
    settings.room = PretendDesk("en").catalogue().rooms(0).id();
    return settings;
  }
  static MakeId ids() {
    return [n = 0]() mutable {
      Octets id(16, '\0');
      id[0] = static_cast<char>(++n);
      return id;
    };
  }
};

}  // namespace feldsher::kiosk
