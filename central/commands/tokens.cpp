#include "central/commands/tokens.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sys/stat.h>

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "central/commands/json_input.hpp"
#include "protocol/civil/civil.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t longest_name = 200;  // As JsonObject::text reads it.
constexpr std::string_view file_begins = R"({"tokens":[)", file_ends = "]}\n";

std::string token_entry(const Token& token) {
  boost::json::object entry{{"id", token.id.to_text()},    {"name", token.name},
                            {"kind", to_text(token.kind)}, {"sha256", to_hex(view_of(token.digest))},
                            {"made", token.made},          {"revoked", token.revoked}};
  if (!token.person.is_nil()) entry["person"] = token.person.to_text();
  return boost::json::serialize(entry);
}

}  // namespace

const char* to_text(TokenKind kind) { return kind == TokenKind::person ? "person" : "system"; }

std::optional<TokenKind> token_kind_from(std::string_view text) {
  if (text == "person") return TokenKind::person;
  if (text == "system") return TokenKind::system;
  return std::nullopt;
}

v1::Actor Token::actor() const {
  v1::Actor actor;
  actor.set_kind(kind == TokenKind::person ? v1::ACTOR_STAFF : v1::ACTOR_SYSTEM);
  actor.set_id((person.is_nil() ? id : person).to_octets());
  return actor;
}

void Tokens::refresh() {
  struct stat status {};
  if (stat(file_.c_str(), &status) != 0) {
    tokens_.clear();
    seen_ = {};
    return;
  }
  const std::pair<std::uint64_t, std::int64_t> now{
      status.st_ino, std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
  if (now == seen_) return;
  std::vector<Token> read;
  try {
    const boost::json::value text = parse_json(read_secret_file(file_, largest_file));
    JsonObject whole(text, "");
    whole.each("tokens", [&](JsonObject& entry) {
      Token token{.id = entry.id("id"),
                  .name = entry.text("name"),
                  .person = {},
                  .made = entry.text("made"),
                  .revoked = entry.boolean("revoked")};
      token.kind = entry.text("kind") == "person" ? TokenKind::person : TokenKind::system;
      token.person = entry.optional_id("person").value_or(Uuid{});
      if (!digest_from(from_hex(entry.text("sha256")), token.digest))
        throw BadInput(entry.place("sha256"), "no digest");
      read.push_back(std::move(token));
    });
    whole.done();
  } catch (const BadInput& bad) {
    throw Fault(file_.string() + ": " + bad.what());
  }
  tokens_ = std::move(read);
  seen_ = now;
}

void Tokens::save(std::vector<Token> tokens) {
  std::size_t octets = file_begins.size() + file_ends.size();
  std::vector<std::string> entries;
  for (const Token& token : tokens) octets += entries.emplace_back(token_entry(token)).size() + 1;
  for (std::size_t i = 0; i < tokens.size() && octets > largest_file;) {
    if (tokens[i].revoked) {
      octets -= entries[i].size() + 1;
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(i));
      entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
  if (octets > largest_file)
    throw Fault(fmt::format("{} has room for {} KiB and {} tokens stand: revoke those that nobody uses",
                            file_.string(), largest_file >> 10, tokens.size() - 1));
  const std::string text = fmt::format("{}{}{}", file_begins, fmt::join(entries, ","), file_ends);
  // What could not be read again would shut everybody out.
  try {
    parse_json(text);
  } catch (const BadInput&) {
    throw Fault(
        "a token's name is not UTF-8 text: choose another, or set the terminal's language to a UTF-8 one");
  }
  replace_secret_file(file_, text);
  tokens_ = std::move(tokens);
}

std::string Tokens::make(const Wish& wish, Random& random, const Instant& now) {
  refresh();
  const bool has_control = std::any_of(wish.name.begin(), wish.name.end(),
                                       [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  if (wish.name.size() > longest_name || has_control)
    throw Fault(fmt::format("a token's name has {} octets or less, and no control characters", longest_name));
  for (const Token& token : tokens_)
    if (token.name == wish.name && !token.revoked)
      throw Fault("there is a token '" + wish.name + "' already: revoke it first, or choose another name");
  const std::string text = "fct_" + to_base64url(random.octets(32));
  const auto utc = Zone::named("UTC");
  std::vector<Token> tokens = tokens_;
  tokens.push_back({.id = random.uuid_v7(now.wall_ms),
                    .name = wish.name,
                    .kind = wish.kind,
                    .person = wish.person,
                    .digest = sha256(text),
                    .made = (utc ? utc->civil(now.wall_ms / 60'000) : "") + "Z",
                    .revoked = false});
  save(std::move(tokens));
  return text;
}

bool Tokens::revoke(const std::string& name) {
  refresh();
  std::vector<Token> tokens = tokens_;
  bool found = false;
  for (Token& token : tokens)
    if (token.name == name && !token.revoked) found = token.revoked = true;
  if (found) save(std::move(tokens));
  return found;
}

const std::vector<Token>& Tokens::all() {
  refresh();
  return tokens_;
}

std::optional<Token> Tokens::find(std::string_view text) {
  refresh();
  const Digest digest = sha256(text);
  const Token* found = nullptr;
  for (const Token& token : tokens_) {
    const bool same = CRYPTO_memcmp(token.digest.data(), digest.data(), digest.size()) == 0;
    if (same && !token.revoked) found = &token;
  }
  return found ? std::optional(*found) : std::nullopt;
}

}  // namespace feldsher::central
