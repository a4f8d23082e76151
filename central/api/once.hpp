#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "central/api/refusal.hpp"
#include "protocol/record/digest.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher::central {

/// A request that shall be done once, however often it is sent (draft-ietf-httpapi-idempotency-key-header).
struct OnceKey {
  Digest key{};      ///< Of who asks and the key that they made.
  Digest request{};  ///< Of method, address and body.

  /// From the header's value, a string in quotes or bare; nothing when it is none: 1 to 128 visible ASCII
  /// characters.
  static std::optional<OnceKey> from(std::string_view header, const Uuid& caller, const HttpRequest& request);
};

/// The answers that were given to requests with a key, so that a repeat gets the same one and nothing is done
/// again. An answer becomes durable in the transaction of what it tells of, or not at all.
///
/// Kept for 24 hours, and at most `places` of them: the oldest gives its place to the newest. A refusal is
/// not kept: nothing was done, and the same key may be tried again. Loop thread.
class OnceAnswers {
 public:
  static constexpr std::size_t places = 4096;
  static constexpr std::int64_t lifetime_ms = 24 * 3'600'000;
  static constexpr const char* value_prefix = "once/";

  /// `kept`: the store's values under the prefix.
  explicit OnceAnswers(const std::map<std::string, Octets>& kept);

  /// The answer of before; nothing when this is the first time. Refused: `other_request` when the key came
  /// with something else, `in_progress` while the answer is not durable yet.
  std::optional<Outcome> before(const OnceKey& key, std::int64_t now_ms) const;

  /// The value that keeps `answer`, for the transaction that does it.
  std::pair<std::string, Octets> keep(const OnceKey& key, const Answer& answer, std::int64_t now_ms);
  void durable(const OnceKey& key);

 private:
  struct Kept {
    OnceKey key;
    std::int64_t at_ms = 0;
    Answer answer;
    bool durable = false;
  };
  static Octets write(const Kept& kept);
  static std::optional<Kept> read(const Octets& octets);

  std::vector<std::optional<Kept>> kept_;
  std::map<Digest, std::size_t> place_of_;
  std::size_t next_ = 0;
};

}  // namespace feldsher::central
