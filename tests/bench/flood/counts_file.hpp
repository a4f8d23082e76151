#pragma once
#include <atomic>
#include <cstdint>
#include <string>

namespace feldsher::bench {

/// What a subscriber without receipts tells the flood: two numbers in a file that both map. Costs the
/// subscriber an addition in memory. The octets are two little-endian 64-bit numbers, so that a program in
/// another language can write them with `pwrite`.
class CountsFile {
 public:
  struct Counts {
    std::atomic<std::uint64_t> received;  ///< Has come; paces the flood.
    std::atomic<std::uint64_t>
        kept;  ///< What is measured: committed, or for one that keeps nothing, received.
  };

  /// Makes `path` when it is not there. Throws Fault.
  explicit CountsFile(const std::string& path);
  ~CountsFile();
  CountsFile(const CountsFile&) = delete;
  CountsFile& operator=(const CountsFile&) = delete;

  Counts& operator*() { return *counts_; }
  Counts* operator->() { return counts_; }

 private:
  Counts* counts_;
};

}  // namespace feldsher::bench
