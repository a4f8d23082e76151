#pragma once
#include <cstdint>
#include <string_view>

namespace feldsher::bus {

/// Sets TCP_NODELAY on every TCP connection of this process to a server's `port`; 0 = does nothing.
///
/// Paho leaves Nagle's algorithm on and gives nobody its sockets (1.3.11). An answer then waits in the kernel
/// until the broker has confirmed the PUBACK before it, which the broker's kernel puts off for 40 ms: a
/// check-in took 88 ms instead of 2. So they are looked for among the open files. Any thread.
void send_at_once(std::uint16_t port) noexcept;

/// The port of "ssl://127.0.0.1:8883"; 0 when there is none.
std::uint16_t port_of(std::string_view uri);

}  // namespace feldsher::bus
