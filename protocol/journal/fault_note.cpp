#include "protocol/journal/fault_note.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace feldsher {

FaultNote::FaultNote(std::filesystem::path file) : file_(std::move(file)) {
  std::array<char, octets> held{};
  const int descriptor = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  const ssize_t size = descriptor < 0 ? -1 : ::pread(descriptor, held.data(), held.size(), 0);
  if (descriptor >= 0) ::close(descriptor);
  if (size > 0) {
    const auto end =
        std::find_if(held.begin(), held.begin() + size, [](char c) { return c == '\n' || c == '\0'; });
    earlier_.assign(held.begin(), end);
  }
  if (size != static_cast<ssize_t>(octets)) leave(earlier_);
}

bool FaultNote::leave(std::string_view why) const {
  std::array<char, octets> text;
  text.fill('\n');
  const std::size_t size = std::min(why.size(), text.size() - 1);
  std::replace_copy(why.begin(), why.begin() + static_cast<std::ptrdiff_t>(size), text.begin(), '\n', ' ');
  const int descriptor = ::open(file_.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0) return false;
  const bool kept = ::pwrite(descriptor, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()) &&
                    ::fdatasync(descriptor) == 0;
  ::close(descriptor);
  return kept;
}

}  // namespace feldsher
