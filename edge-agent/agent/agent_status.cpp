// How the agent is, for `feldsher-edge status`.
#include <fmt/format.h>

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <iterator>

#include "edge-agent/agent/agent.hpp"

namespace feldsher::edge {
namespace {

const char* to_text(sync::PointLink::Phase phase) {
  switch (phase) {
    case sync::PointLink::Phase::offline:
      return "offline";
    case sync::PointLink::Phase::greeting:
      return "greeting";
    case sync::PointLink::Phase::restoring:
      return "restoring";
    case sync::PointLink::Phase::live:
      return "live";
    case sync::PointLink::Phase::refused:
      return "refused";
  }
  return "unknown";
}

/// When, which, and its evidence: ids and numbers only. When central is out of reach nobody else tells.
boost::json::value newest(const PointState& state) {
  const auto& rows = state.incidents.rows();
  const auto last = std::max_element(rows.begin(), rows.end(), [](const auto& one, const auto& other) {
    return one.second.at_ms < other.second.at_ms;
  });
  if (last == rows.end()) return nullptr;
  const v1::Incident& incident = last->second.state;
  return {{"at_ms", last->second.at_ms},
          {"kind", v1::IncidentKind_Name(incident.kind())},
          {"detail", incident.detail()}};
}

/// Seconds since a Unix time in ms; null when that is 0, which is never.
boost::json::value age_s(std::int64_t ms, const Instant& now) {
  if (ms == 0) return nullptr;
  return std::max<std::int64_t>(0, (now.wall_ms - ms) / 1000);
}

/// For a person, who alone can mend it; empty when there is nothing to mend.
std::string what_stands_still(const sync::Lives& lives) {
  std::string said;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    const std::uint64_t missing = lives.out_of_reach(stream);
    if (missing == 0) continue;
    fmt::format_to(std::back_inserter(said),
                   "{}central lacks {} {} that were cut here; {} wait behind them, on this disk only, until "
                   "its standby or a later backup takes central's place",
                   said.empty() ? "" : "; ", missing, stream == v1::ACTS ? "acts" : "blocks of readings",
                   lives.unsynced(stream) - missing);
  }
  return said;
}

}  // namespace

std::string Agent::trim() {
  window_.trim();
  Log::info("window: somebody asks for it to be trimmed");
  return boost::json::serialize(window());
}

boost::json::object Agent::window() {
  const Window::Status window = window_.status();
  return {{"acts_days", config_.acts_window_days},
          {"readings_days", config_.readings_window_days},
          {"phase", window.phase},
          {"acts_cut", window.acts_cut},
          {"acts_kept", window.acts_kept},
          {"blocks_cut", window.blocks_cut},
          {"checkpoint_ms", window.cut_at_ms}};
}

std::string Agent::status() {
  const v1::PointView view = node_.view();
  const sync::PointLink& link = node_.link();
  const Instant now = node_.now();
  const ingest::IntakeCounts& counts = readings_.counts();
  const auto oldest = view.oldest_unsynced_ms();
  return boost::json::serialize(boost::json::object{
      {"point", me_.point.to_text()},
      {"node", me_.node.to_text()},
      {"software", software_},
      {"connected", view.connected()},
      {"link",
       {{"phase", to_text(link.phase())},
        {"why_down", line_.why_down()},
        {"refusal", v1::Refusal_Name(link.refusal())},
        {"tries", line_.tries()},
        {"malformed", line_.malformed()},
        {"unsent", line_.unsent()}}},
      {"stands_still", what_stands_still(link.lives())},
      {"keys", data_.sealed() ? "sealed" : "unsealed"},
      {"certificate", {{"ends_s", renewer_.ends_s()}, {"renewal_fault", renewer_.fault()}}},
      {"acts_unsynced", view.acts_unsynced()},
      {"readings_unsynced", view.readings_unsynced()},
      {"acts_safe", link.lives().safe(v1::ACTS)},
      {"readings_safe", link.lives().safe(v1::READINGS)},
      {"oldest_unsynced_ms", oldest},
      {"oldest_unsynced_age_s", oldest == 0 ? boost::json::value(0) : age_s(oldest, now)},
      {"feed",
       {{"epoch", link.feed().epoch()},
        {"position", view.feed_position()},
        {"as_of_ms", view.schedule_as_of_ms()},
        {"age_s", age_s(view.schedule_as_of_ms(), now)}}},
      {"journal",
       {{"life", fmt::format("{:016x}", node_.writer().epoch().value)},
        {"acts", node_.writer().tip(v1::ACTS).seq},
        {"acts_at_central", link.lives().present().acts.outgoing.acknowledged()},
        {"readings", node_.writer().tip(v1::READINGS).seq},
        {"readings_at_central", link.lives().present().readings.outgoing.acknowledged()},
        {"acts_out_of_reach", link.lives().out_of_reach(v1::ACTS)},
        {"readings_out_of_reach", link.lives().out_of_reach(v1::READINGS)},
        {"backlog", committer_.backlog()}}},
      {"window", window()},
      {"readings",
       {{"receipted", readings_.receipted()},
        {"unsealed", readings_.unsealed()},
        {"fresh", counts.fresh},
        {"repeats", counts.repeats},
        {"conflicts", counts.conflicts},
        {"malformed", counts.malformed},
        {"refused_disk", counts.refused_disk},
        {"refused_busy", counts.refused_busy + readings_.dropped()},
        {"strangers", things_.strangers()}}},
      {"readings_receipted", readings_.receipted()},
      {"broker",
       {{"ops", ops_.connected()},
        {"things", things_.connected()},
        {"why_down", broker_why_down_},
        {"dropped", ops_.dropped() + things_.dropped()},
        {"revoked", revoked_.size()},
        {"revoked_fault", revoked_.fault()}}},
      {"desk",
       {{"asks", ops_.asks()},
        {"malformed", ops_.malformed()},
        {"shut_out", ops_.shut_out()},
        {"busy", ops_.busy()},
        {"unsent", ops_.unsent()},
        {"version", node_.version()}}},
      {"incidents", view.incidents()},
      {"newest_incident", newest(node_.state())},
      {"disk", words_of(disk_class_)},
      {"disk_fault_before", fault_note_.earlier()},
      {"disk_free_octets", space_.space().free},
      {"disk_reserve", space_.holds_reserve()},
      {"clock",
       {{"wall_ms", now.wall_ms}, {"trust", v1::Trust_Name(now.trust)}, {"unset", view.clock_unset()}}}});
}

}  // namespace feldsher::edge
