#include "protocol/crypto/secret_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>
#include <system_error>

#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

[[noreturn]] void fail(const char* what, const std::filesystem::path& path, int code) {
  throw Fault(fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(code)));
}

std::filesystem::path folder_of(const std::filesystem::path& path) {
  return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

/// Whose a file at `path` is to be: of whom the one there is, else the folder. Nothing: of whoever makes it,
/// because only root can give files away.
std::optional<Owner> owner_for(const std::filesystem::path& path) {
  struct stat about {};
  if (geteuid() != 0) return std::nullopt;
  if (lstat(path.c_str(), &about) != 0 && stat(folder_of(path).c_str(), &about) != 0) return std::nullopt;
  return Owner{about.st_uid, about.st_gid};
}

/// A file descriptor that closes itself.
class File {
 public:
  File(const std::filesystem::path& path, int flags, mode_t mode = 0)
      : path_(path), fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) fail((flags & O_CREAT) != 0 ? "cannot create" : "cannot open", path, errno);
  }
  ~File() { close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  void write_all(OctetsView content) {
    while (!content.empty()) {
      const ssize_t done = ::write(fd_, content.data(), content.size());
      if (done < 0 && errno == EINTR) continue;
      if (done <= 0) fail("cannot write", path_, errno);
      content.remove_prefix(static_cast<std::size_t>(done));
    }
    sync();
  }
  /// Whatever the umask of the process took away from `mode`.
  void allow(mode_t mode) {
    struct stat about {};
    if (fstat(fd_, &about) != 0) fail("cannot look at", path_, errno);
    if ((about.st_mode & mode) == mode) return;
    if (fchmod(fd_, mode) != 0) fail("cannot set the mode of", path_, errno);
  }
  void give_to(const Owner& owner) {
    if (fchown(fd_, owner.user, owner.group) != 0) fail("cannot give away", path_, errno);
  }
  void sync() {
    if (fsync(fd_) != 0) fail("cannot sync", path_, errno);
  }
  int descriptor() const { return fd_; }

 private:
  const std::filesystem::path& path_;
  int fd_;
};

void sync_folder_of(const std::filesystem::path& path) {
  const auto folder = folder_of(path);
  File(folder, O_RDONLY | O_DIRECTORY).sync();
}

void write_new(const std::filesystem::path& path, OctetsView content, mode_t mode,
               const std::optional<Owner>& owner) {
  File file(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
  try {
    file.allow(mode);
    if (owner) file.give_to(*owner);
    file.write_all(content);
  } catch (...) {
    unlink(path.c_str());
    throw;
  }
  sync_folder_of(path);
}

/// As rename, but EEXIST when something is there at `to`. What it answers is errno's number, or 0.
int rename_to_new(const std::filesystem::path& from, const std::filesystem::path& to) {
  if (renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  // NFS and older ZFS do not know the flag.
  if (errno != EINVAL) return errno;
  if (link(from.c_str(), to.c_str()) != 0) return errno;
  unlink(from.c_str());
  return 0;
}

int rename_over(const std::filesystem::path& from, const std::filesystem::path& to) {
  return rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

/// Whole or not at all: through a temporary one, which `move` puts in its place.
void put_in_place(const std::filesystem::path& path, OctetsView content, mode_t mode,
                  int (*move)(const std::filesystem::path&, const std::filesystem::path&)) {
  const auto temporary = std::filesystem::path(path.string() + ".new");
  unlink(temporary.c_str());  // of a run that was killed
  write_new(temporary, content, mode, owner_for(path));
  if (const int code = move(temporary, path); code != 0) {
    unlink(temporary.c_str());
    fail("cannot rename to", path, code);
  }
  sync_folder_of(path);
}

void replace(const std::filesystem::path& path, OctetsView content, mode_t mode) {
  put_in_place(path, content, mode, rename_over);
}

}  // namespace

void write_secret_file(const std::filesystem::path& path, OctetsView content) {
  // Half a key of a process that was killed would stop every later start.
  put_in_place(path, content, 0600, rename_to_new);
}

void replace_secret_file(const std::filesystem::path& path, OctetsView content) {
  replace(path, content, 0600);
}

void write_public_file(const std::filesystem::path& path, OctetsView content) {
  replace(path, content, 0644);
}

Octets read_secret_file(const std::filesystem::path& path, std::size_t most) {
  File file(path, O_RDONLY);
  struct stat about {};
  if (fstat(file.descriptor(), &about) != 0) fail("cannot look at", path, errno);
  if (!S_ISREG(about.st_mode)) throw Fault(fmt::format("{} is not a file", path.string()));
  if ((about.st_mode & 077) != 0)
    throw Fault(fmt::format("{} can be used by others: set its mode to 600", path.string()));
  Octets content(most + 1, '\0');
  std::size_t size = 0;
  while (size < content.size()) {
    const ssize_t got = ::read(file.descriptor(), content.data() + size, content.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("cannot read", path, errno);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > most)
    throw Fault(
        fmt::format("{} is larger than {} KiB: it is not what it should be", path.string(), most >> 10));
  content.resize(size);
  return content;
}

}  // namespace feldsher
