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

/// The tokens of a central: `tokens.json`, mode 600, replaced whole.
///
/// `serve` sees a token that a command made or revoked at the next request: the file is looked at each time
/// and read again when it is another one.
class Tokens {
 public:
  explicit Tokens(std::filesystem::path file) : file_(std::move(file)) {}

  struct Wish {
    std::string name;
    TokenKind kind = TokenKind::system;
    Uuid person;
  };
  /// Makes a token and returns its text: "fct_" and 43 characters of base64url, 256 bits. Throws Fault when a
  /// token of this name is not revoked.
  std::string make(const Wish& wish, Random& random, const Instant& now);
  /// False when no such token stands.
  bool revoke(const std::string& name);
  const std::vector<Token>& all();

  /// Whom a text names; nothing when nobody or revoked. Every digest is compared, each in constant time.
  std::optional<Token> find(std::string_view text);

 private:
  void refresh();
  void save() const;

  std::filesystem::path file_;
  std::vector<Token> tokens_;
  std::pair<std::uint64_t, std::int64_t> seen_{};  // Inode and mtime of the file that was read.
};

}  // namespace feldsher::central
