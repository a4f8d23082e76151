#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "protocol/contracts/record.pb.h"
#include "protocol/record/digest.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

enum class TokenKind {
  person,  ///< Reads and books in a person's name.
  system,  ///< A program: also metrics and clinic data.
};
const char* to_text(TokenKind kind);
std::optional<TokenKind> token_kind_from(std::string_view text);

/// Whom a bearer token names. The token itself is never kept.
struct Token {
  Uuid id;           ///< The actor of what is done with it, unless `person` is.
  std::string name;  ///< For people.
  TokenKind kind = TokenKind::system;
  Uuid person;       ///< Kind `person`: the practitioner, where they are one; else nil.
  Digest digest{};   ///< SHA-256 of the token's text.
  std::string made;  ///< ISO 8601, UTC.
  bool revoked = false;

  v1::Actor actor() const;
};

/// The tokens of a central: `tokens.json`, mode 600, replaced whole, and on the disk when a call returns.
///
/// It holds some 4,000 tokens. One that was revoked stays, so that its id in a record has a name; when the
/// file is full, the oldest of those leave it.
///
/// `serve` sees a token that a command made or revoked at the next request: the file is looked at each time
/// and read again when it is another one.
class Tokens {
 public:
  explicit Tokens(std::filesystem::path file) : file_(std::move(file)) {}

  /// Octets that the file may have.
  static constexpr std::size_t largest_file = 1U << 20;

  struct Wish {
    std::string name;
    TokenKind kind = TokenKind::system;
    Uuid person;
  };
  /// Makes a token and returns its text: "fct_" and 43 characters of base64url, 256 bits. Throws Fault, and
  /// nothing has changed, when a token of this name is not revoked, when the name is longer than 200 octets
  /// or has control characters, and when so many tokens stand that the file has no room for another.
  std::string make(const Wish& wish, Random& random, const Instant& now);
  /// False when no such token stands.
  bool revoke(const std::string& name);
  const std::vector<Token>& all();

  /// Whom a text names; nothing when nobody or revoked. Every digest is compared, each in constant time.
  std::optional<Token> find(std::string_view text);

 private:
  void refresh();
  /// Puts these in the place of those that are there; the oldest revoked ones leave while they have no room.
  void save(std::vector<Token> tokens);

  std::filesystem::path file_;
  std::vector<Token> tokens_;
  std::pair<std::uint64_t, std::int64_t> seen_{};  // Inode and mtime of the file that was read.
};

}  // namespace feldsher::central
