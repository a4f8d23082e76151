#include "central/commands/look_clinic.hpp"

#include <map>

#include "central/commands/show.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

/// Everything that the API lists at `path`, at that point.
json::value list_at(const LookWish& wish, const std::string& path, const std::string& point) {
  if (point.empty()) return ask(wish, path);
  const json::value points = ask(wish, "/api/v1/points");
  for (const json::value& each : points.as_array())
    if (each.at("short_name").as_string() == point)
      return ask(wish, path + (path.find('?') == std::string::npos ? "?" : "&") +
                           "point=" + std::string(each.at("id").as_string()));
  throw Fault("--point: central knows no point of this short name");
}

/// Puts what people call a thing in the place of its id, wherever `key` names one or several.
void put_names(const LookWish& wish, json::value& list, const char* key, const char* path, const char* name) {
  if (wish.json) return;
  std::map<std::string, json::value> names;
  const json::value named = ask(wish, path);
  for (const json::value& each : named.as_array())
    names[std::string(each.at("id").as_string())] = each.at(name);
  auto put = [&](json::value& id) {
    if (const auto found = names.find(std::string(id.as_string())); found != names.end()) id = found->second;
  };
  for (json::value& entry : list.as_array()) {
    json::value& at = entry.as_object().at(key);
    if (at.is_array())
      for (json::value& each : at.get_array()) put(each);
    else
      put(at);
  }
}

constexpr const char* points = "/api/v1/points";

/// "10:00-11:00" of each stretch of minutes.
void put_clock_times(const LookWish& wish, json::value& shifts, const char* key) {
  if (wish.json) return;
  auto clock = [](const json::value& civil) { return std::string(civil.as_string()).substr(11); };
  for (json::value& shift : shifts.as_array())
    for (json::value& each : shift.as_object().at(key).as_array())
      each = json::string(clock(each.at("from")) + "-" + clock(each.at("until")));
}

}  // namespace

void look_at_departments(const LookWish& wish, const std::string& point, std::ostream& out) {
  json::value all = list_at(wish, "/api/v1/departments", point);
  put_names(wish, all, "point", points, "short_name");
  show(wish, all, {{"POINT", "point"}, {"NAME", "name"}, {"ID", "id"}}, out);
}

void look_at_rooms(const LookWish& wish, const std::string& point, std::ostream& out) {
  json::value all = list_at(wish, "/api/v1/rooms", point);
  put_names(wish, all, "point", points, "short_name");
  put_names(wish, all, "department", "/api/v1/departments", "name");
  show(wish, all, {{"POINT", "point"}, {"ROOM", "label"}, {"DEPARTMENT", "department"}, {"ID", "id"}}, out);
}

void look_at_services(const LookWish& wish, const std::string& point, std::ostream& out) {
  json::value all = list_at(wish, "/api/v1/services", point);
  put_names(wish, all, "points", points, "short_name");
  show(wish, all,
       {{"LETTER", "letter"},
        {"NAME", "name"},
        {"MINUTES", "minutes"},
        {"WALK-IN", "walk_in"},
        {"POINTS", "points"},
        {"ID", "id"}},
       out);
}

void look_at_practitioners(const LookWish& wish, const std::string& point, std::ostream& out) {
  json::value all = list_at(wish, "/api/v1/practitioners", point);
  put_names(wish, all, "points", points, "short_name");
  show(wish, all, {{"NAME", "name"}, {"ROLES", "roles"}, {"POINTS", "points"}, {"ID", "id"}}, out);
}

void look_at_shifts(const LookWish& wish, const std::string& day, const std::string& point,
                    std::ostream& out) {
  json::value all = list_at(wish, "/api/v1/shifts?day=" + escape_query(day), point);
  put_names(wish, all, "point", points, "short_name");
  put_names(wish, all, "room", "/api/v1/rooms", "label");
  put_names(wish, all, "practitioner", "/api/v1/practitioners", "name");
  put_clock_times(wish, all, "free_at_central");
  put_clock_times(wish, all, "free_at_point");
  show(wish, all,
       {{"FROM", "from"},
        {"UNTIL", "until"},
        {"POINT", "point"},
        {"ROOM", "room"},
        {"PRACTITIONER", "practitioner"},
        {"FREE AT CENTRAL", "free_at_central"},
        {"FREE AT POINT", "free_at_point"},
        {"ID", "id"}},
       out);
}

}  // namespace feldsher::central
