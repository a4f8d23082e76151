#pragma once
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

namespace feldsher::test {

/// A folder that goes away with its owner.
class ThrowawayFolder {
 public:
  ThrowawayFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "feldsher-test-XXXXXX").string();
    if (!mkdtemp(pattern.data())) throw std::runtime_error("mkdtemp");
    path_ = pattern;
  }
  ~ThrowawayFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  ThrowawayFolder(const ThrowawayFolder&) = delete;
  ThrowawayFolder& operator=(const ThrowawayFolder&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return file(name);
  }

 private:
  std::filesystem::path path_;
};

/// A loopback port that nobody listens on.
inline int free_port() {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (fd < 0 || bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  close(fd);
  return ntohs(address.sin_port);
}

/// In a child before exec: both outputs go to `file`.
inline void say_into(const char* file) {
  const int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd < 0 || dup2(fd, 1) < 0 || dup2(fd, 2) < 0) _exit(126);
}

/// Runs a program and waits for it; false when it fails.
inline bool run(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const auto& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    say_into("/dev/null");
    execvp(arguments[0], arguments.data());
    _exit(127);
  }
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// ("max_queued_messages 0" would make 2.0.21 disconnect who publishes what its ACL refuses.)
/// A real Mosquitto on a loopback port, which can be killed and started again.
class Broker {
 public:
  /// `more` is added to the configuration of its one listener.
  explicit Broker(const std::string& more = "allow_anonymous true\n") : port_(free_port()) {
    config_ = folder_.write("mosquitto.conf",
                            "user root\nlistener " + std::to_string(port_) +
                                " 127.0.0.1\nmax_queued_messages 100000\nset_tcp_nodelay true\n" + more);
    start();
  }
  ~Broker() { kill_now(); }

  void start() {
    // Debian keeps it in sbin, which a user's PATH may lack.
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);  // A test that crashes leaves no broker behind.
      say_into(folder_.file("mosquitto.log").c_str());
      execl("/usr/sbin/mosquitto", "mosquitto", "-c", config_.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
  }
  void kill_now() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }
  std::string uri(const std::string& scheme = "tcp") const {
    return scheme + "://127.0.0.1:" + std::to_string(port_);
  }

 private:
  ThrowawayFolder folder_;
  int port_;
  std::string config_;
  pid_t child_ = -1;
};

/// The owner's thread of a session: runs posted work while somebody waits for something.
class Loop {
 public:
  std::function<void(std::function<void()>)> poster() {
    return [this](std::function<void()> work) {
      std::lock_guard lock(mutex_);
      work_.push_back(std::move(work));
      wake_.notify_all();
    };
  }
  /// Runs work until `there` holds; false when `limit` passes first.
  bool run_until(const std::function<bool()>& there,
                 std::chrono::milliseconds limit = std::chrono::seconds(15)) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!there()) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::function<void()> work;
      {
        std::unique_lock lock(mutex_);
        if (!wake_.wait_for(lock, std::chrono::milliseconds(20), [&] { return !work_.empty(); })) continue;
        work = std::move(work_.front());
        work_.pop_front();
      }
      work();
    }
    return true;
  }
  /// Runs what has been posted already.
  void run_posted() {
    run_until([&] {
      std::lock_guard lock(mutex_);
      return work_.empty();
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> work_;
};

}  // namespace feldsher::test
