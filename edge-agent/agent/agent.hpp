#pragma once
#include <boost/asio/signal_set.hpp>
#include <boost/json/object.hpp>

#include "edge-agent/agent/config.hpp"
#include "edge-agent/agent/membership.hpp"
#include "edge-agent/agent/ops_door.hpp"
#include "edge-agent/agent/pin_check.hpp"
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/agent/readings.hpp"
#include "edge-agent/agent/revoked_list.hpp"
#include "edge-agent/agent/status_door.hpp"
#include "edge-agent/agent/things_door.hpp"
#include "edge-agent/agent/window.hpp"
#include "edge-agent/enrol/renewer.hpp"
#include "edge-agent/link/line.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/disk_watch.hpp"
#include "protocol/journal/fault_note.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/log/log.hpp"

namespace feldsher::edge {

/// The whole agent: the core, and the thin things around it that touch the world. Members are built in
/// this order and passed down; lambdas that name a later one run only after all are there.
class Agent {
 public:
  /// Throws Fault when it cannot start.
  Agent(const Config& config, std::string software);

  /// Until it is told to stop or its disk fails: the process's exit code (serve.hpp).
  int run();

 private:
  WebSocketClient::Options socket_options();
  std::int64_t verify_time_s() const;
  Line::Options line_options();
  bus::MqttSession::Options broker();
  void tick();
  void look_at_disk();
  static void tell_renewal(const std::string& fault);
  void line_changed(bool up, const std::string& why);
  void broker_changed(Words session, bool up);
  void broker_trouble(Words session, const std::string& why);
  /// The broker is told of each certificate that central has revoked.
  void look_at_revocations();
  /// That the run before this ended for want of a good disk is an incident, once.
  void tell_earlier_fault();
  /// Stop intake, drain, commit, close.
  void stop(int signal);
  void disk_failed(const std::string& what);
  void receipt_later(std::uint64_t ms, std::function<void()> work);

  // agent_status.cpp
  std::string trim();
  boost::json::object window();
  std::string status();

  const Config& config_;
  std::string software_;
  PointFolder folder_;
  Membership me_;
  boost::asio::io_context loop_{1};
  SystemClock clock_;
  SystemRandom random_;
  DataFolder data_;
  FaultNote fault_note_;
  DiskWatch space_;  // Before the store: on a full disk it makes the room to open it.
  Ed25519Signer signer_;
  Ed25519Check check_;
  std::unique_ptr<SqlcipherStore> store_;  // Goes to the committer.
  SqlcipherStore& disk_;
  Committer committer_;
  PinCheck pins_;
  PointNode node_;
  Readings readings_;
  Window window_;
  Line line_;
  Renewer renewer_;
  OpsDoor ops_;
  ThingsDoor things_;
  StatusDoor status_, trim_;
  RevokedList revoked_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer ticker_;
  boost::asio::steady_timer receipt_timer_;
  DiskClass disk_class_ = DiskClass::ample;
  int ticks_ = 0, exit_code_ = 0;
  std::string broker_why_down_;
  bool stopping_ = false, said_ready_ = false, told_earlier_fault_ = false;
};

}  // namespace feldsher::edge
