#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kiosk/model/events.hpp"
#include "kiosk/model/intents.hpp"

namespace feldsher::kiosk {

class Canvas;

enum class Role { check_in, board, survey, room, reception };

/// "check-in" … "reception"; nothing for another word.
std::optional<Role> role_of(std::string_view name);
std::string_view name_of(Role role);

/// One role at work: a model and its screen, whatever the role. What the shell and the tests hold.
class Station {
 public:
  virtual ~Station() = default;
  virtual void on(const Event& event, Moment now) = 0;
  virtual void on(const Intent& intent, Moment now) = 0;
  virtual std::vector<v1::Ask> take_outgoing() = 0;
  /// Draws one frame; what was tapped waits in the canvas.
  virtual void draw(Canvas& canvas, Moment now) const = 0;
  virtual const std::string& language() const = 0;
  virtual const char* screen_name(Moment now) const = 0;
};

std::unique_ptr<Station> make_station(Role role, Settings settings, MakeId make_id);

}  // namespace feldsher::kiosk
