// The box key under a real seal: systemd-creds with a TPM2 in software.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>
#include <thread>

#include "protocol/crypto/box_key.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;

namespace {

constexpr const char* swtpm = "/usr/bin/swtpm";
constexpr const char* creds_program = "/usr/bin/systemd-creds";
constexpr const char* driver_library = "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0";

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Whether this process gets the port, or reaches who has it.
template <class Call>
bool with_socket(int port, Call call) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool done = call(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return done;
}

/// Two loopback ports in a row that nobody listens on.
int free_pair() {
  for (int port = 20'000 + getpid() % 10'000; port < 60'000; port += 2)
    if (with_socket(port, bind) && with_socket(port + 1, bind)) return port;
  throw Fault("no free ports");
}

/// A TPM2 in software, with a state of its own, until it is taken out of the box.
class SoftwareTpm {
 public:
  SoftwareTpm() : port_(free_pair()), process_(fork()) {
    if (process_ == 0) become_swtpm();
    while (!with_socket(port_ + 1, connect)) {
      if (waitpid(process_, nullptr, WNOHANG) != 0) throw Fault("swtpm ended at once");
      std::this_thread::yield();
    }
  }
  ~SoftwareTpm() { take_out(); }
  SoftwareTpm(const SoftwareTpm&) = delete;
  SoftwareTpm& operator=(const SoftwareTpm&) = delete;

  void take_out() {
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  SystemdCreds creds() const {
    return SystemdCreds(creds_program, "", "swtpm:host=127.0.0.1,port=" + std::to_string(port_));
  }

 private:
  [[noreturn]] void become_swtpm() const {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    const std::string state = "dir=" + state_.path().string();
    const auto socket_at = [](int port) {
      return "type=tcp,bindaddr=127.0.0.1,port=" + std::to_string(port);
    };
    const std::string server = socket_at(port_), control = socket_at(port_ + 1);
    execl(swtpm, swtpm, "socket", "--tpm2", "--tpmstate", state.c_str(), "--server", server.c_str(), "--ctrl",
          control.c_str(), "--flags", "not-need-init,startup-clear", nullptr);
    _exit(127);
  }

  test::Folder state_;
  int port_;
  pid_t process_;
};

bool can_run() {
  return access(swtpm, X_OK) == 0 && access(creds_program, X_OK) == 0 && access(driver_library, R_OK) == 0;
}

}  // namespace

TEST_CASE("a TPM2 seals the box key, and no other box opens it", "[protocol][crypto][X6]") {
  if (!can_run()) SKIP("this machine has no swtpm, no systemd-creds, or no driver between them");
  const test::Folder folder;
  SystemRandom random;
  SoftwareTpm tpm;
  BoxKey key = BoxKey::make(random);
  const std::string wrapped = key.wrap("the key of a database", "journal", random);
  key.save(folder.path(), "box", tpm.creds());
  REQUIRE(key.sealed());
  CHECK_FALSE(std::filesystem::exists(folder.path() / "box.key"));

  const auto again = BoxKey::load(folder.path(), "box", tpm.creds());
  REQUIRE(again);
  CHECK(again->sealed());
  CHECK(again->unwrap(wrapped, "journal") == "the key of a database");

  const SoftwareTpm of_another_box;
  CHECK_THROWS_AS(BoxKey::load(folder.path(), "box", of_another_box.creds()), Fault);

  // Without its TPM the folder is worth nothing, and a new key is one that anybody can read, and says so.
  const SystemdCreds creds = tpm.creds();
  tpm.take_out();
  CHECK_THROWS_AS(BoxKey::load(folder.path(), "box", creds), Fault);
  BoxKey open = BoxKey::make(random);
  open.save(folder.path(), "open", creds);
  CHECK_FALSE(open.sealed());
  CHECK(std::filesystem::exists(folder.path() / "open.key"));
}
