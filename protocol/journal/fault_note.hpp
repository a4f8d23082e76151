#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace feldsher {

/// What a program that can no longer use its journal leaves for its next run: why. Without it nobody would
/// hear of it: a supervisor starts it again, and all is well, until the next time.
///
/// The file is made while there is room, and written over in place: a full disk takes no new one. Nothing
/// here throws, because a note that cannot be kept is no reason to stop.
class FaultNote {
 public:
  static constexpr std::size_t octets = 512;

  /// Reads what the run before left; makes the file where there is none.
  explicit FaultNote(std::filesystem::path file);

  /// Why the run before ended, on one line; empty when its disk did not fail.
  const std::string& earlier() const { return earlier_; }
  /// False when it could not be kept.
  bool leave(std::string_view why) const;
  /// It was told where a person looks, durably: the next run does not hear of it again.
  bool clear() const { return leave({}); }

 private:
  std::filesystem::path file_;
  std::string earlier_;
};

}  // namespace feldsher
