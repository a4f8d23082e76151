#pragma once
#include <memory>
#include <string>

#include "kiosk/gallery/pretend_desk.hpp"
#include "kiosk/gallery/samples.hpp"
#include "kiosk/locale/wall_clock.hpp"

namespace feldsher::kiosk {

/// Walks a station to a state: every step is an event or a tap, as in life.
class Walk {
 public:
  Walk(Role role, const std::string& language) : role_(role), desk(language) {
    Settings settings;
    settings.language = language;
    settings.room = desk.catalogue().rooms(0).id();
    settings.instant_of = instant_of;
    station_ = make_station(role, settings, [n = 0]() mutable {
      Octets id(16, '\x02');
      id[15] = static_cast<char>(++n);
      return id;
    });
  }

  Walk& meet() { return event(Connection{true}).event(desk.pulse()).settle(); }
  Walk& event(const Event& one) {
    station_->on(one, now_);
    return *this;
  }
  Walk& tap(const Intent& one) {
    station_->on(one, now_);
    return *this;
  }
  Walk& type(const std::string& digits) {
    for (const char c : digits) tap(intent::Digit{c});
    return *this;
  }
  /// The desk answers until nothing is asked.
  Walk& settle() {
    for (auto asks = station_->take_outgoing(); !asks.empty(); asks = station_->take_outgoing())
      for (const auto& ask : asks) station_->on(Event(desk.answer(ask)), now_);
    return *this;
  }
  Walk& pass(std::chrono::seconds time, bool pulses = true) {
    for (std::chrono::seconds i{0}; i < time; ++i) {
      now_ += std::chrono::seconds(1);
      if (pulses && i.count() % 5 == 0) station_->on(Event(desk.pulse()), now_);
      station_->on(Event(Tick{}), now_);
    }
    return *this;
  }
  Walk& sign_in() {
    meet().tap(intent::ChoosePerson{person()}).type("2468").tap(intent::Forward{});
    return settle();
  }
  Octets person() const {
    const auto catalogue = desk.catalogue();
    for (const auto& one : catalogue.people())
      if (one.roles(0) == (role_ == Role::room ? v1::DOCTOR : v1::REGISTRAR)) return one.id();
    return {};
  }
  Octets service(int i) const { return desk.catalogue().services(i).id(); }
  Sample done(const std::string& state) {
    const bool portrait = role_ == Role::check_in || role_ == Role::survey;
    return {std::string(name_of(role_)), state, portrait, now_, std::move(station_)};
  }

 private:
  Role role_;

 public:
  PretendDesk desk;

 private:
  std::unique_ptr<Station> station_;
  Moment now_{1000};
};

/// Adds the samples of room and reception to `out`.
void add_staff_samples(std::vector<Sample>& out, const std::string& language);

}  // namespace feldsher::kiosk
