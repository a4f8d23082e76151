// A plugin of Mosquitto: whoever comes with a certificate that was revoked neither says nor hears anything,
// and a session that is there when its certificate is revoked is ended. (A CRL ends no session, and has an
// end itself.)
//
//     plugin /usr/lib/feldsher/feldsher-shut-out.so
//     plugin_opt_revoked FILE         serial numbers, one a line, in hexadecimal:
//     edge-agent/agent/revoked_list.hpp
//
// Nothing of Feldsher is linked: what runs inside the broker is this file. Mosquitto calls it on one thread.
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace {

using std::chrono::steady_clock;

// A revocation is to be felt within a second of the agent's hearing of it.
constexpr std::chrono::milliseconds between_looks{200};

/// Of the certificate that the client showed, as the list writes it; empty when it showed none.
std::string serial_of(const mosquitto* client) {
  const std::unique_ptr<X509, decltype(&X509_free)> certificate(
      static_cast<X509*>(mosquitto_client_certificate(client)), X509_free);
  if (!certificate) return {};
  const ASN1_INTEGER* number = X509_get0_serialNumber(certificate.get());
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (int i = 0; i < ASN1_STRING_length(number); ++i) {
    const unsigned char octet = ASN1_STRING_get0_data(number)[i];
    text += digits[octet >> 4];
    text += digits[octet & 15];
  }
  return text;
}

/// When a file was last put in its place; another inode is another file.
struct Version {
  ino_t inode = 0;
  timespec changed{};
  bool operator==(const Version& other) const {
    return inode == other.inode && changed.tv_sec == other.changed.tv_sec &&
           changed.tv_nsec == other.changed.tv_nsec;
  }
};

class ShutOut {
 public:
  explicit ShutOut(std::string file) : file_(std::move(file)) { read(); }

  /// What a client says or is to hear; `access` is one of MOSQ_ACL_*.
  int judge(const mosquitto* client, int access) {
    std::string serial = serial_of(client);
    if (serial.empty()) return judge_unseen(client, access);
    const char* id = mosquitto_client_id(client);
    if (id == nullptr) return MOSQ_ERR_PLUGIN_DEFER;
    const bool out = revoked_.contains(serial);
    sessions_[id] = std::move(serial);
    if (!out) return MOSQ_ERR_PLUGIN_DEFER;
    // Not here: the broker is still at work on it.
    ending_ = true;
    return MOSQ_ERR_ACL_DENIED;
  }

  void gone(const mosquitto* client) {
    if (const char* id = mosquitto_client_id(client)) sessions_.erase(id);
  }

  void tick() {
    if (const auto now = steady_clock::now(); now - looked_ >= between_looks) {
      looked_ = now;
      read();
    }
    if (!std::exchange(ending_, false)) return;
    std::vector<std::string> ended;
    for (const auto& [id, serial] : sessions_)
      if (revoked_.contains(serial)) ended.push_back(id);
    for (const std::string& id : ended) {
      mosquitto_log_printf(MOSQ_LOG_NOTICE, "Client %s is shut out: its certificate was revoked.",
                           id.c_str());
      mosquitto_kick_client_by_clientid(id.c_str(), false);
      sessions_.erase(id);
    }
  }

 private:
  /// Of whom no certificate can be seen. One that has an address was connected and is gone: what it says
  /// now is its will, and whose that is cannot be known any more, so nobody's is sent. (What it would hear
  /// is judged when it is back.) One without an address is the broker's own: with check_retain_source it
  /// asks whether the author of a retained message might, and shows no more of it than the name.
  static int judge_unseen(const mosquitto* client, int access) {
    const bool will = access == MOSQ_ACL_WRITE && mosquitto_client_address(client) != nullptr;
    return will ? MOSQ_ERR_ACL_DENIED : MOSQ_ERR_PLUGIN_DEFER;
  }

  /// A list that is away for a moment, or cannot be read, is the one of before: nobody comes back in by it.
  void read() {
    struct stat about {};
    if (stat(file_.c_str(), &about) != 0) return errno == ENOENT ? void() : complain(errno);
    const Version version{about.st_ino, about.st_mtim};
    if (version == version_) return;
    std::ifstream in(file_);
    if (!in) return complain(errno);
    std::set<std::string> revoked;
    for (std::string line; std::getline(in, line);)
      if (!line.empty()) revoked.insert(line);
    if (!in.eof()) return complain(errno);
    complained_ = false;
    version_ = version;
    revoked_ = std::move(revoked);
    ending_ = true;
  }

  /// Once, not at each look.
  void complain(int code) {
    if (!std::exchange(complained_, true))
      mosquitto_log_printf(MOSQ_LOG_ERR, "feldsher-shut-out: cannot read %s: %s; the list of before holds",
                           file_.c_str(), std::strerror(code));
  }

  std::string file_;
  Version version_;
  std::set<std::string> revoked_;
  std::unordered_map<std::string, std::string> sessions_;  // Client id → serial number.
  steady_clock::time_point looked_{};
  bool ending_ = false;
  bool complained_ = false;
};

ShutOut& shut_out(void* userdata) { return *static_cast<ShutOut*>(userdata); }

int on_acl_check(int, void* event, void* userdata) {
  const auto* asked = static_cast<mosquitto_evt_acl_check*>(event);
  return shut_out(userdata).judge(asked->client, asked->access);
}
int on_disconnect(int, void* event, void* userdata) {
  shut_out(userdata).gone(static_cast<mosquitto_evt_disconnect*>(event)->client);
  return MOSQ_ERR_SUCCESS;
}
int on_tick(int, void*, void* userdata) {
  shut_out(userdata).tick();
  return MOSQ_ERR_SUCCESS;
}

}  // namespace

extern "C" {

int mosquitto_plugin_version(int count, const int* versions) {
  for (int i = 0; i < count; ++i)
    if (versions[i] == MOSQ_PLUGIN_VERSION) return MOSQ_PLUGIN_VERSION;
  return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t* plugin, void** userdata, mosquitto_opt* options, int count) {
  const char* file = nullptr;
  for (int i = 0; i < count; ++i)
    if (std::string_view(options[i].key) == "revoked") file = options[i].value;
  if (file == nullptr) {
    mosquitto_log_printf(MOSQ_LOG_ERR, "feldsher-shut-out: plugin_opt_revoked must name the list");
    return MOSQ_ERR_INVAL;
  }
  auto made = std::make_unique<ShutOut>(file);
  for (const auto& [event, act] :
       {std::pair{MOSQ_EVT_ACL_CHECK, &on_acl_check}, std::pair{MOSQ_EVT_DISCONNECT, &on_disconnect},
        std::pair{MOSQ_EVT_TICK, &on_tick}})
    if (const int error = mosquitto_callback_register(plugin, event, act, nullptr, made.get())) return error;
  *userdata = made.release();
  return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void* userdata, mosquitto_opt*, int) {
  delete static_cast<ShutOut*>(userdata);
  return MOSQ_ERR_SUCCESS;
}

}  // extern "C"
