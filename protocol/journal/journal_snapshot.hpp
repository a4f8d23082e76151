#pragma once
#include <filesystem>

namespace feldsher {

/// A private copy of a journal whose program is running, still encrypted, in a folder of mode 700 that goes
/// away with this object.
///
/// Nothing is asked of the program and no lock of its is touched. The copy is taken again until one was taken
/// while no checkpoint moved pages into the file and the log was not started anew; then file and log together
/// hold every commit up to some moment within the copying, and none in part.
class JournalSnapshot {
 public:
  /// Throws Fault when no copy succeeds: the journal is written too fast for its size.
  explicit JournalSnapshot(const std::filesystem::path& journal);
  ~JournalSnapshot();
  JournalSnapshot(const JournalSnapshot&) = delete;
  JournalSnapshot& operator=(const JournalSnapshot&) = delete;

  std::filesystem::path journal() const { return folder_ / "journal.db"; }

 private:
  bool copy_once(const std::filesystem::path& journal) const;

  std::filesystem::path folder_;
};

}  // namespace feldsher
