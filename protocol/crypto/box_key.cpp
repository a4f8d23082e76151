#include "protocol/crypto/box_key.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <vector>

#include "protocol/crypto/openssl.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

extern char** environ;

namespace feldsher {
namespace {

constexpr std::size_t key_octets = 32, nonce_octets = 12, tag_octets = 16;
constexpr std::string_view wrapped_mark = "feldsher-key-1 ";
constexpr const char* credential_name = "feldsher-box";
constexpr const char* name_option = "--name=feldsher-box";

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, openssl::Free<EVP_CIPHER_CTX_free>>;

using openssl::octets_of;

/// A pair of connected ends that close themselves. Not a pipe: what is sent to a program that has already
/// ended is an error here, where a pipe's SIGPIPE would end this process.
struct Line {
  std::array<int, 2> ends{-1, -1};
  Line() {
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
      throw Fault("cannot talk to another program");
  }
  ~Line() {
    close_end(0);
    close_end(1);
  }
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;
  void close_end(std::size_t which) {
    if (ends[which] >= 0) close(ends[which]);
    ends[which] = -1;
  }
};

/// Runs a program; `input` is small enough for a socket's buffer. Throws Fault unless it ends with 0.
Octets run(const std::filesystem::path& program, std::vector<std::string> words, OctetsView input) {
  words.insert(words.begin(), program.string());
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  Line in, out;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  pid_t child = 0;
  const int failed = posix_spawn(&child, program.c_str(), &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) throw Fault("cannot run " + program.string());
  in.close_end(0);
  out.close_end(1);
  const bool told =
      send(in.ends[1], input.data(), input.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(input.size());
  in.close_end(1);
  Octets heard;
  std::array<char, 4096> part{};
  for (ssize_t size = 0; (size = read(out.ends[0], part.data(), part.size())) > 0;)
    heard.append(part.data(), static_cast<std::size_t>(size));
  int status = 0;
  waitpid(child, &status, 0);
  if (!told || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw Fault(fmt::format("{} {} failed: see what it said above", program.string(), words.at(1)));
  return heard;
}

std::optional<Octets> from_service_manager() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) return std::nullopt;
  const auto file = std::filesystem::path(folder) / credential_name;
  // Guarded by systemd with an access list, which its mode does not show.
  std::ifstream in(file, std::ios::binary);
  if (!in) return std::nullopt;
  return Octets(std::istreambuf_iterator<char>(in), {});
}

/// Empty when this box can't, though it looked as if it could (a TPM without its libraries): what can't be
/// opened again is no seal.
Octets try_to_seal(OctetsView text, const BoxSealer& sealer) {
  if (!sealer.available()) return {};
  try {
    Octets sealed = sealer.seal(text);
    return sealer.unseal(sealed) == text ? sealed : Octets();
  } catch (const Fault&) {
    return {};
  }
}

}  // namespace

bool SystemdCreds::available() const {
  return (!driver_.empty() || std::filesystem::exists(tpm_)) && std::filesystem::exists(program_);
}
Octets SystemdCreds::run_with(std::vector<std::string> words, OctetsView input) const {
  if (!driver_.empty()) words.push_back("--tpm2-device=" + driver_);
  words.insert(words.end(), {name_option, "-", "-"});
  return run(program_, std::move(words), input);
}
Octets SystemdCreds::seal(OctetsView key) const { return run_with({"encrypt", "--with-key=tpm2"}, key); }
Octets SystemdCreds::unseal(OctetsView sealed) const { return run_with({"decrypt"}, sealed); }

BoxKey BoxKey::make(Random& random) { return BoxKey(random.octets(key_octets)); }

std::optional<BoxKey> BoxKey::load(const std::filesystem::path& folder, const std::string& name,
                                   const BoxSealer& sealer) {
  const auto sealed = folder / (name + ".cred"), open = folder / (name + ".key");
  const bool is_sealed = std::filesystem::exists(sealed);
  if (!is_sealed && !std::filesystem::exists(open)) return std::nullopt;
  Octets text;
  if (is_sealed) {
    const auto told = name == "box" ? from_service_manager() : std::nullopt;
    text = told ? *told : sealer.unseal(read_secret_file(sealed));
  } else {
    text = read_secret_file(open);
  }
  while (!text.empty() && text.back() == '\n') text.pop_back();
  BoxKey key(from_hex(text));
  if (key.key_.size() != key_octets)
    throw Fault(fmt::format("{} holds no key: 64 hexadecimal digits are expected",
                            (is_sealed ? sealed : open).string()));
  key.sealed_ = is_sealed;
  return key;
}

void BoxKey::save(const std::filesystem::path& folder, const std::string& name, const BoxSealer& sealer) {
  const std::string text = to_hex(key_) + "\n";
  const Octets sealed = try_to_seal(text, sealer);
  sealed_ = !sealed.empty();
  if (sealed_)
    replace_secret_file(folder / (name + ".cred"), sealed);
  else
    replace_secret_file(folder / (name + ".key"), text);
}

bool is_wrapped(std::string_view text) { return text.starts_with(wrapped_mark); }

std::string BoxKey::wrap(OctetsView key, std::string_view what, Random& random) const {
  Octets sealed = random.octets(nonce_octets);
  Octets cipher(key.size(), '\0'), tag(tag_octets, '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool good =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, octets_of(key_), octets_of(sealed)) ==
          1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, octets_of(what), static_cast<int>(what.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), octets_of(cipher), &size, octets_of(key),
                        static_cast<int>(key.size())) == 1 &&
      EVP_EncryptFinal_ex(context.get(), octets_of(tag), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_octets, tag.data()) == 1;
  if (!good) openssl::fail("cannot wrap a key");
  return std::string(wrapped_mark) + to_base64url(sealed + cipher + tag);
}

std::optional<Octets> BoxKey::unwrap(std::string_view wrapped, std::string_view what) const {
  Octets sealed;
  if (!is_wrapped(wrapped) || !from_base64url(wrapped.substr(wrapped_mark.size()), sealed) ||
      sealed.size() < nonce_octets + tag_octets)
    return std::nullopt;
  const OctetsView cipher =
      OctetsView(sealed).substr(nonce_octets, sealed.size() - nonce_octets - tag_octets);
  Octets tag = sealed.substr(sealed.size() - tag_octets), key(cipher.size(), '\0');
  const CipherContext context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool good =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, octets_of(key_), octets_of(sealed)) ==
          1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, octets_of(what), static_cast<int>(what.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), octets_of(key), &size, octets_of(cipher),
                        static_cast<int>(cipher.size())) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_octets, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), octets_of(tag), &size) == 1;
  ERR_clear_error();
  return good ? std::optional(std::move(key)) : std::nullopt;
}

}  // namespace feldsher
