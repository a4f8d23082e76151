#include "tests/bench/flood/counts_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "protocol/record/result.hpp"

namespace feldsher::bench {

CountsFile::CountsFile(const std::string& path) {
  static_assert(sizeof(Counts) == 16 && std::atomic<std::uint64_t>::is_always_lock_free);
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  void* at = MAP_FAILED;
  if (file >= 0 && ftruncate(file, sizeof(Counts)) == 0)
    at = mmap(nullptr, sizeof(Counts), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  if (file >= 0) close(file);
  if (at == MAP_FAILED) throw Fault("cannot map " + path);
  counts_ = static_cast<Counts*>(at);
}

CountsFile::~CountsFile() { munmap(counts_, sizeof(Counts)); }

}  // namespace feldsher::bench
