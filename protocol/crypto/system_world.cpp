#include "protocol/crypto/system_world.hpp"

#include <openssl/rand.h>
#include <sys/timex.h>

#include <chrono>
#include <climits>
#include <ctime>
#include <fstream>

#include "protocol/crypto/openssl.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

std::int64_t ms_of(clockid_t clock) {
  timespec at{};
  if (clock_gettime(clock, &at) != 0) throw Fault("clock_gettime failed");
  return static_cast<std::int64_t>(at.tv_sec) * 1000 + at.tv_nsec / 1'000'000;
}

constexpr std::int64_t ask_every_ms = 1000;

/// How wrong the clock is at most; 0 when the kernel says that NTP does not discipline it.
std::uint32_t ntp_bound_ms() {
  timex kernel{};
  const int state = adjtimex(&kernel);
  if (state < 0 || state == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) return 0;
  // The kernel's bound is in microseconds; a clock read in whole milliseconds is never better than one.
  const long bound_ms = kernel.maxerror / 1000 + 1;
  return bound_ms > 0 ? static_cast<std::uint32_t>(bound_ms) : 1;
}

// All programs of one boot agree on its name; it is hashed because the kernel's own id identifies the
// machine.
std::uint64_t name_of_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::uint64_t name = 0;
  if (std::getline(file, id) && !id.empty()) {
    const Digest digest = sha256({"feldsher boot", id});
    for (std::size_t i = 0; i < 8; ++i) name = name << 8 | digest[i];
  }
  while (name == 0) name = SystemRandom().u64();
  return name;
}

}  // namespace

void SystemRandom::fill(void* to, std::size_t octets) {
  auto* at = static_cast<unsigned char*>(to);
  while (octets > 0) {
    const int part = octets > INT_MAX ? INT_MAX : static_cast<int>(octets);
    openssl::require(RAND_bytes(at, part), "no randomness");
    at += part;
    octets -= static_cast<std::size_t>(part);
  }
}

SystemClock::SystemClock() : boot_(name_of_boot()), asked_ms_(-ask_every_ms) {}

Instant SystemClock::now() const {
  Instant instant;
  instant.wall_ms = ms_of(CLOCK_REALTIME);
  instant.since_boot_ms = static_cast<std::uint64_t>(ms_of(CLOCK_BOOTTIME));
  instant.boot = boot_;
  const auto since_boot_ms = static_cast<std::int64_t>(instant.since_boot_ms);
  if (since_boot_ms - asked_ms_ >= ask_every_ms) {
    bound_ms_ = ntp_bound_ms();
    asked_ms_ = since_boot_ms;
  }
  const std::uint32_t bound_ms = bound_ms_;
  instant.trust = trust_of(instant.wall_ms, bound_ms > 0);
  if (instant.trust == v1::SYNCHRONISED) instant.uncertainty_ms = bound_ms;
  return instant;
}

v1::Trust trust_of(std::int64_t wall_ms, bool ntp_disciplined) {
  if (wall_ms < build_year_floor_s() * 1000) return v1::TRUST_UNSET;
  return ntp_disciplined ? v1::SYNCHRONISED : v1::FREE_RUNNING;
}

std::int64_t build_year_floor_s() {
  using namespace std::chrono;
  constexpr sys_days first{year(FELDSHER_BUILD_YEAR) / January / 1};
  return duration_cast<seconds>(first.time_since_epoch()).count();
}

}  // namespace feldsher
