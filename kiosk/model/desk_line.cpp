#include "kiosk/model/desk_line.hpp"

namespace feldsher::kiosk {

using std::chrono::seconds;

void DeskLine::on(const Connection& connection, Moment now) {
  if (connection.up == up_) return;
  up_ = connection.up;
  if (!up_) {
    down_since_ = now;
    return;
  }
  pulse_at_ = now;  // Silence is counted from the first moment in which a pulse could be heard.
  if (wants_ == Wants::catalogue && catalogue_ask_.empty()) ask_catalogue(now);
  asks_.resend_all(now);
}

void DeskLine::on(const v1::Pulse& pulse, Moment now) {
  const bool another_boot = pulse_ && pulse_->agent_boot() != pulse.agent_boot();
  if (!pulse_ || another_boot || pulse_->version() != pulse.version()) {
    ++changes_;
    catalogue_old_ = pulse_.has_value();  // Before the first pulse it was asked with the connection.
  } else if (pulse_->connected() != pulse.connected()) {
    ++changes_;  // The line to the centre is no part of the version.
  }
  pulse_ = pulse;
  pulse_at_ = wall_at_ = now;
  if (another_boot) asks_.resend_all(now);
}

void DeskLine::on(Tick, Moment now) {
  // The version moves with every ticket, the catalogue hardly ever: half a minute is soon enough.
  if (up_ && wants_ == Wants::catalogue && catalogue_old_ && catalogue_ask_.empty() &&
      now - catalogue_at_ >= seconds(30))
    ask_catalogue(now);
  if (up_) asks_.tick(now);
}

void DeskLine::ask_catalogue(Moment now) {
  v1::Ask ask;
  ask.mutable_catalogue();
  catalogue_ask_ = asks_.send(std::move(ask), now);
  catalogue_at_ = now;
  catalogue_old_ = false;
}

std::optional<v1::Ask> DeskLine::on(const v1::Answer& answer, Moment now) {
  auto ask = asks_.answered(answer);
  if (!ask || !ask->has_catalogue()) return ask;
  catalogue_ask_.clear();
  catalogue_at_ = now;
  if (answer.has_catalogue())
    catalogue_ = answer.catalogue();
  else
    catalogue_old_ = true;
  return std::nullopt;
}

Presence DeskLine::presence(Moment now) const {
  if (!up_ && now - down_since_ < seconds(3)) return pulse_ ? Presence::here : Presence::starting;
  if (!up_ || now - pulse_at_ >= seconds(15)) return Presence::away;
  return pulse_ ? Presence::here : Presence::starting;
}

Patience DeskLine::patience(const Octets& id, Moment now) const {
  const auto waited = asks_.waited(id, now);
  if (!waited) return Patience::idle;
  if (*waited < seconds(2)) return Patience::prompt;
  return *waited < seconds(6) ? Patience::slow : Patience::away;
}

std::optional<std::int64_t> DeskLine::wall_ms(Moment now) const {
  if (!pulse_ || pulse_->clock_unset()) return std::nullopt;
  return pulse_->wall_ms() + (now - wall_at_).count();
}

}  // namespace feldsher::kiosk
