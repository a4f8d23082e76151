// What the clinic is made of, as it stands now: departments, rooms, services, people who work there.
#include <algorithm>

#include "central/api/api.hpp"
#include "central/api/json_views.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

bool is_at(const v1::Department& department, const std::string& point) { return department.point() == point; }
bool is_at(const v1::Room& room, const std::string& point) { return room.point() == point; }
bool is_at(const v1::Service& service, const std::string& point) {
  return std::find(service.points().begin(), service.points().end(), point) != service.points().end();
}
bool is_at(const v1::Practitioner& person, const std::string& point) {
  return std::find(person.points().begin(), person.points().end(), point) != person.points().end();
}

template <class State>
Answer all_of(const Table<State>& table, const Uuid& point) {
  json::array all;
  for (const auto& [id, row] : table.rows())
    if (point.is_nil() || is_at(row.state, point.to_octets())) all.push_back(with_id(id, row.state));
  return {.status = 200, .body = std::move(all)};
}

}  // namespace

Api::AtPoint Api::read_point(RouteInput& in) { return {in.optional_query_id("point").value_or(Uuid{})}; }

void Api::departments(AtPoint input, const Caller&, Reply reply) {
  reply(all_of(world_.node.state().departments, input.point));
}

void Api::rooms(AtPoint input, const Caller&, Reply reply) {
  reply(all_of(world_.node.state().rooms, input.point));
}

void Api::services(AtPoint input, const Caller&, Reply reply) {
  reply(all_of(world_.node.state().services, input.point));
}

void Api::practitioners(AtPoint input, const Caller&, Reply reply) {
  reply(all_of(world_.node.state().practitioners, input.point));
}

}  // namespace feldsher::central
