#pragma once
#include <optional>

#include "central/commands/central_folder.hpp"
#include "central/commands/config.hpp"
#include "central/copies/copy_line.hpp"

namespace feldsher::central {

/// Who a standby is, and whom it follows: standby.json of its folder.
struct StandbyFile {
  /// It is becoming central.
  struct Promotion {
    std::uint64_t after = 0;     ///< Records that the journal held when that began.
    bool revoke_tokens = false;  ///< As it was wished.
    bool operator==(const Promotion&) const = default;
  };
  Uuid id;
  CentralAddress central;
  std::optional<Promotion> promotion = {};

  /// Throws Fault when the folder is no standby's, or its promotion has begun: then it does not follow any
  /// more.
  static StandbyFile read(const CentralFolder& folder);
};

/// Makes a restored folder a standby's: a new id, its certificate, whom it follows. Throws Fault.
void make_standby(const CentralFolder& folder, const CentralAddress& central);

/// The line of a copy with a certificate that is made for this one time, in a folder that goes away with it.
class PassingGuest {
 public:
  /// The authority in `folder` certifies it. Throws Fault.
  PassingGuest(const CentralFolder& folder, const CentralAddress& central);
  ~PassingGuest();
  PassingGuest(const PassingGuest&) = delete;
  PassingGuest& operator=(const PassingGuest&) = delete;

  const CopyLine::Options& line() const { return line_; }

 private:
  std::filesystem::path folder_;
  CopyLine::Options line_;
};

/// Makes the stopped standby in `folder` central: at its next start it opens a new life of central's journal
/// after what it holds, with keys that its journal knows (settle_keys.hpp). Where it was cut off it is run
/// again: until it has come to its end the folder neither follows nor serves. Throws Fault.
void promote(const CentralFolder& folder, bool revoke_tokens, std::ostream& out);

}  // namespace feldsher::central
