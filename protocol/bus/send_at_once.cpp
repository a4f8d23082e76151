#include "protocol/bus/send_at_once.hpp"

#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <charconv>
#include <cstdlib>
#include <memory>

namespace feldsher::bus {
namespace {

/// The port of the other side; 0 when `file` is no TCP connection.
std::uint16_t peer_port(int file) {
  sockaddr_storage peer{};
  socklen_t size = sizeof(peer);
  if (getpeername(file, reinterpret_cast<sockaddr*>(&peer), &size) != 0) return 0;
  if (peer.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(peer).sin_port);
  if (peer.ss_family == AF_INET6) return ntohs(reinterpret_cast<const sockaddr_in6&>(peer).sin6_port);
  return 0;
}

}  // namespace

void send_at_once(std::uint16_t port) noexcept {
  if (port == 0) return;
  const std::unique_ptr<DIR, int (*)(DIR*)> files(opendir("/proc/self/fd"), &closedir);
  if (!files) return;  // Slow is better than not at all.
  while (const dirent* entry = readdir(files.get())) {
    const int file = std::atoi(entry->d_name);  // "." and ".." are 0: no connection of ours, at worst a pipe.
    const int on = 1;
    if (peer_port(file) == port) setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  }
}

std::uint16_t port_of(std::string_view uri) {
  const auto colon = uri.rfind(':');
  std::uint16_t port = 0;
  if (colon != std::string_view::npos) std::from_chars(uri.data() + colon + 1, uri.data() + uri.size(), port);
  return port;
}

}  // namespace feldsher::bus
