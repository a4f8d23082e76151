#include "edge-agent/enrol/rotate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "edge-agent/agent/membership.hpp"
#include "edge-agent/enrol/enrol.hpp"
#include "edge-agent/enrol/renewal.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

RenewalWish wish_for(const PointFolder& point, const Membership& me) {
  const auto door = access_door(me.access);
  if (!door) throw Fault("central never said where its access door is: this box has to enrol anew");
  RenewalWish wish{.present = point.tls()};
  wish.host = door->host;
  wish.port = door->port;
  wish.verify_time_s = std::max({SystemClock().now().wall_ms / 1000, me.issued_s, build_year_floor_s()});
  wish.clock_unknown = SystemClock().now().trust != v1::SYNCHRONISED;
  finish_install(own_of(wish.present));
  return wish;
}

/// Where the broker is reached, by its certificate from now on.
std::vector<std::string> rotate_bus(const PointFolder& point, const Membership& me,
                                    const std::filesystem::path& broker) {
  RenewalWish wish = wish_for(point, me);
  wish.of_line = false;
  wish.bus = TlsFiles{.ca = point.path() / "ca.pem",
                      .certificate = point.bus() / "certificate.pem",
                      .key = point.bus() / "key.pem"};
  wish.broker =
      TlsFiles{.ca = broker / "ca.pem", .certificate = broker / "certificate.pem", .key = broker / "key.pem"};
  finish_install(own_of(*wish.bus));
  finish_install(own_of(*wish.broker));
  renew(wish);
  return own_of(*wish.broker).present().hosts;
}

}  // namespace

void rotate(const RotateWish& wish, std::ostream& out) {
  const PointFolder point(wish.folder);
  const Membership me = point.membership();
  if (wish.key == "box") {
    SystemRandom random;
    const auto wrapped = DataFolder::rotate(wish.folder, random);
    out << "The keys are wrapped anew, " << (wrapped.sealed() ? "sealed to this box" : "unsealed") << '\n';
    if (wrapped.sealed()) out << open_commands(wish.folder, "Next: ");
    return;
  }
  // Whoever has the journal open runs here: its keys are in use.
  const auto store = DataFolder::open(wish.folder).open_store(me.tenant);
  if (wish.key == "head") {
    rotate_head_key(point.head_key(), *store, me.node);
    out << "Another key signs from the next start on, in a life of its own\n";
  } else if (wish.key == "line") {
    renew(wish_for(point, me));
    out << "The line to central has a new key and certificate\n";
  } else if (wish.key == "bus") {
    const auto hosts = rotate_bus(point, me, wish.broker.empty() ? broker_folder(wish.folder) : wish.broker);
    out << "The broker and the agent at it have new keys and certificates: restart the broker\n"
        << "It is reached as " << fmt::format("{}", fmt::join(hosts, ", ")) << "\n";
  } else {
    throw Fault("--key: box, head, line or bus is expected");
  }
}

}  // namespace feldsher::edge
