#include "central/copies/passphrase_seal.hpp"

#include <argon2.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <termios.h>
#include <unistd.h>

#include <fstream>
#include <iostream>
#include <memory>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t key_octets = 32, salt_octets = 16, nonce_octets = 12, tag_octets = 16;
constexpr std::size_t shortest_passphrase = 12;
constexpr std::uint32_t passes = 3, memory_kib = 64 * 1024;
// What a file may ask of this machine: it came from outside.
constexpr std::uint32_t most_passes = 16, most_memory_kib = 1024 * 1024;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Cipher = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* in(OctetsView view) { return reinterpret_cast<const unsigned char*>(view.data()); }
unsigned char* out(Octets& octets) { return reinterpret_cast<unsigned char*>(octets.data()); }

/// A key that leaves nothing behind.
struct Key {
  Key() : octets(key_octets, '\0') {}
  ~Key() { OPENSSL_cleanse(octets.data(), octets.size()); }
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;
  Octets octets;
};

void derive(Key& key, OctetsView passphrase, OctetsView salt, std::uint32_t t, std::uint32_t m) {
  const int failed = argon2id_hash_raw(t, m, 1, passphrase.data(), passphrase.size(), salt.data(),
                                       salt.size(), key.octets.data(), key.octets.size());
  if (failed != ARGON2_OK)
    throw Fault(std::string("cannot make a key of the passphrase: ") + argon2_error_message(failed));
}

}  // namespace

std::string seal_with_passphrase(OctetsView content, OctetsView passphrase, Random& random) {
  const Octets salt = random.octets(salt_octets), nonce = random.octets(nonce_octets);
  Key key;
  derive(key, passphrase, salt, passes, memory_kib);
  const std::string header = fmt::format("feldsher-sealed-1 argon2id {} {} {} aes-256-gcm {} ", passes,
                                         memory_kib, to_base64url(salt), to_base64url(nonce));
  Octets cipher(content.size(), '\0'), tag(tag_octets, '\0');
  const Cipher context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool good =
      context &&
      EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key.octets), in(nonce)) == 1 &&
      EVP_EncryptUpdate(context.get(), nullptr, &size, in(header), static_cast<int>(header.size())) == 1 &&
      EVP_EncryptUpdate(context.get(), out(cipher), &size, in(content), static_cast<int>(content.size())) ==
          1 &&
      EVP_EncryptFinal_ex(context.get(), out(tag), &size) == 1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_octets, tag.data()) == 1;
  if (!good) throw Fault("cannot seal the secrets");
  return header + to_base64url(cipher + tag) + "\n";
}

std::optional<Octets> open_with_passphrase(std::string_view sealed, OctetsView passphrase) {
  while (!sealed.empty() && sealed.back() == '\n') sealed.remove_suffix(1);
  const std::size_t header_size = sealed.rfind(' ') + 1;
  const std::string header(sealed.substr(0, header_size));
  std::istringstream words(header);
  std::string mark, kdf, salt_text, algorithm, nonce_text;
  std::uint32_t t = 0, m = 0;
  words >> mark >> kdf >> t >> m >> salt_text >> algorithm >> nonce_text;
  Octets salt, nonce, cipher;
  if (!words || mark != "feldsher-sealed-1" || kdf != "argon2id" || algorithm != "aes-256-gcm" || t == 0 ||
      t > most_passes || m > most_memory_kib || !from_base64url(salt_text, salt) || salt.size() < 8 ||
      !from_base64url(nonce_text, nonce) || nonce.size() != nonce_octets ||
      !from_base64url(sealed.substr(header_size), cipher) || cipher.size() < tag_octets)
    return std::nullopt;
  Key key;
  derive(key, passphrase, salt, t, m);
  Octets tag = cipher.substr(cipher.size() - tag_octets);
  cipher.resize(cipher.size() - tag_octets);
  Octets content(cipher.size(), '\0');
  const Cipher context(EVP_CIPHER_CTX_new());
  int size = 0;
  const bool good =
      context &&
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, in(key.octets), in(nonce)) == 1 &&
      EVP_DecryptUpdate(context.get(), nullptr, &size, in(header), static_cast<int>(header.size())) == 1 &&
      EVP_DecryptUpdate(context.get(), out(content), &size, in(cipher), static_cast<int>(cipher.size())) ==
          1 &&
      EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_octets, tag.data()) == 1 &&
      EVP_DecryptFinal_ex(context.get(), out(tag), &size) == 1;
  return good ? std::optional(std::move(content)) : std::nullopt;
}

namespace {

/// Typed characters are not shown as long as it lives.
class Unseen {
 public:
  Unseen() {
    if (tcgetattr(STDIN_FILENO, &before_) != 0)
      throw Fault("a passphrase is needed: name its file with --passphrase-file");
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~Unseen() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }
  Unseen(const Unseen&) = delete;
  Unseen& operator=(const Unseen&) = delete;

 private:
  termios before_{};
};

std::string ask(const char* what) {
  std::cerr << what << ": " << std::flush;
  const Unseen unseen;
  std::string line;
  std::getline(std::cin, line);
  std::cerr << "\n";
  return line;
}

}  // namespace

std::string read_passphrase(const std::filesystem::path& file, bool made) {
  std::string passphrase;
  if (!file.empty()) {
    std::ifstream from(file);
    std::getline(from, passphrase);
    if (!from && passphrase.empty()) throw Fault("cannot read a passphrase from " + file.string());
  } else {
    passphrase = ask("Passphrase of the backup");
    if (made && ask("Once more") != passphrase) throw Fault("these are two passphrases");
  }
  if (made && passphrase.size() < shortest_passphrase)
    throw Fault(fmt::format("a passphrase of {} characters or more is expected", shortest_passphrase));
  return passphrase;
}

}  // namespace feldsher::central
