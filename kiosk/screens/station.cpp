#include "kiosk/screens/station.hpp"

#include <array>

#include "kiosk/screens/screens.hpp"

namespace feldsher::kiosk {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> names{{{Role::check_in, "check-in"},
                                                                  {Role::board, "board"},
                                                                  {Role::survey, "survey"},
                                                                  {Role::room, "room"},
                                                                  {Role::reception, "reception"}}};

template <class Model>
class StationOf final : public Station {
 public:
  StationOf(Settings settings, MakeId make_id) : model_(std::move(settings), std::move(make_id)) {}

  void on(const Event& event, Moment now) override { model_.on(event, now); }
  void on(const Intent& intent, Moment now) override { model_.on(intent, now); }
  std::vector<v1::Ask> take_outgoing() override { return model_.take_outgoing(); }
  void draw(Canvas& canvas, Moment now) const override { kiosk::draw(model_, canvas, now); }
  const std::string& language() const override { return model_.language(); }
  const char* screen_name(Moment now) const override { return model_.screen_name(now); }

 private:
  Model model_;
};

}  // namespace

std::optional<Role> role_of(std::string_view name) {
  for (const auto& [role, known] : names)
    if (known == name) return role;
  return std::nullopt;
}

std::string_view name_of(Role role) {
  for (const auto& [known, name] : names)
    if (known == role) return name;
  return "?";
}

std::unique_ptr<Station> make_station(Role role, Settings settings, MakeId make_id) {
  switch (role) {
    case Role::check_in:
      return std::make_unique<StationOf<CheckIn>>(std::move(settings), std::move(make_id));
    case Role::board:
      return std::make_unique<StationOf<Board>>(std::move(settings), std::move(make_id));
    case Role::survey:
      return std::make_unique<StationOf<SurveyDesk>>(std::move(settings), std::move(make_id));
    case Role::room:
      return std::make_unique<StationOf<RoomDesk>>(std::move(settings), std::move(make_id));
    case Role::reception:
      return std::make_unique<StationOf<ReceptionDesk>>(std::move(settings), std::move(make_id));
  }
  return nullptr;
}

}  // namespace feldsher::kiosk
