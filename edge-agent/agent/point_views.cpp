// PointNode and what it shows: board, pulse, and how the point is.
#include <algorithm>

#include "edge-agent/agent/point_node.hpp"
#include "protocol/clinic/recent_incidents.hpp"

namespace feldsher::edge {

v1::BoardSnapshot PointNode::board() const {
  v1::BoardSnapshot board = desk_.board(desk_time());
  board.set_agent_boot(run_);
  board.set_version(version_);
  return board;
}

v1::Pulse PointNode::pulse() const {
  const DeskTime time = desk_time();
  v1::Pulse pulse;
  pulse.set_agent_boot(run_);
  pulse.set_version(version_);
  pulse.set_connected(link_.phase() == sync::PointLink::Phase::live);
  pulse.set_wall_ms(time.instant.wall_ms);
  pulse.set_clock_unset(time.clock_unset);
  return pulse;
}

v1::PointView PointNode::view() const {
  const DeskTime time = desk_time();
  v1::PointView view;
  view.set_connected(link_.phase() == sync::PointLink::Phase::live);
  view.set_acts_unsynced(link_.lives().unsynced(v1::ACTS));
  view.set_readings_unsynced(link_.lives().unsynced(v1::READINGS));
  view.set_oldest_unsynced_ms(link_.lives().oldest_unsynced_ms());
  view.set_schedule_as_of_ms(link_.last_feed_ms());
  view.set_clock_unset(time.clock_unset);
  view.set_wall_ms(time.instant.wall_ms);
  view.set_zone(identity_.zone);
  const auto& incidents = state_.incidents.rows();
  view.set_incidents(
      static_cast<std::uint64_t>(std::count_if(incidents.begin(), incidents.end(), [&](const auto& each) {
        return is_recent_incident(each.second.at_ms, time.instant.wall_ms);
      })));
  view.set_node(identity_.node.to_octets());
  view.set_feed_position(link_.feed().position());
  view.set_readings_receipted(readings_receipted());
  view.set_unsealed(link_.unsealed);
  describe(view);
  return view;
}

}  // namespace feldsher::edge
