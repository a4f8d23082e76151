#include "tests/crash/sector_disk.hpp"

#include <algorithm>

namespace feldsher::crash {
namespace {

void write_at(Octets& file, std::uint64_t offset, OctetsView octets) {
  if (file.size() < offset + octets.size()) file.resize(offset + octets.size(), '\0');
  file.replace(offset, octets.size(), octets);
}

/// How much of what was not synced a power cut leaves.
class Survival {
 public:
  explicit Survival(Random& random) : random_(random), style_(random.below(6)) {}

  /// How many of the `count` writes to one sector, from the first on, reached the disk.
  std::size_t of(std::size_t count) {
    switch (style_) {
      case 0:
        return 0;
      case 1:
        return count;
      case 2:
        return random_.below(8) == 0 ? random_.below(count + 1) : 0;
      case 3:
        return random_.below(8) == 0 ? random_.below(count + 1) : count;
      default:
        return random_.below(count + 1);
    }
  }

 private:
  Random& random_;
  std::uint64_t style_;
};

/// One of several ways in which a sector is found half written.
Octets torn(const Octets& before, OctetsView written, Random& random) {
  Octets found(written);
  const std::size_t at = random.below(written.size() + 1);
  switch (random.below(3)) {
    case 0:  // The beginning is new.
      std::copy(before.begin() + static_cast<std::ptrdiff_t>(at), before.end(),
                found.begin() + static_cast<std::ptrdiff_t>(at));
      break;
    case 1:  // The end is new.
      std::copy(before.begin(), before.begin() + static_cast<std::ptrdiff_t>(at), found.begin());
      break;
    default:
      random.fill(found.data() + at, found.size() - at);
  }
  return found;
}

}  // namespace

std::optional<std::size_t> SectorDisk::find(const std::string& name) const {
  auto at = names_.find(name);
  return at == names_.end() ? std::nullopt : std::optional(at->second);
}

void SectorDisk::apply(const DiskCall& call) {
  switch (call.kind) {
    case DiskCall::Kind::make:
      names_[call.name] = files_.size();
      files_.emplace_back();
      return;
    case DiskCall::Kind::remove:
      names_.erase(call.name);
      return;
    case DiskCall::Kind::write:
      write_at(files_[call.file].cached, call.offset, call.octets);
      files_[call.file].unsynced.push_back({false, call.offset, call.octets});
      return;
    case DiskCall::Kind::truncate:
      files_[call.file].cached.resize(call.offset, '\0');
      files_[call.file].unsynced.push_back({true, call.offset, {}});
      return;
    case DiskCall::Kind::sync: {
      File& file = files_[call.file];
      for (const Change& change : file.unsynced)
        if (change.truncates)
          file.durable.resize(change.offset, '\0');
        else
          write_at(file.durable, change.offset, change.octets);
      file.unsynced.clear();
      return;
    }
    case DiskCall::Kind::sync_folder:
      durable_names_ = names_;
      return;
    case DiskCall::Kind::rename:
      names_[call.to] = names_.at(call.name);
      names_.erase(call.name);
      return;
  }
}

void SectorDisk::forget_unsynced(std::size_t file) {
  files_[file].unsynced.clear();
  files_[file].forgot = true;
}

void SectorDisk::evict(Random& random) {
  // All of it may stay where it is seen, or nearly all: then what comes after believes it.
  static constexpr std::uint64_t one_in[]{0, 2, 16};
  const std::uint64_t share = one_in[random.below(3)];
  for (File& file : files_) {
    if (share == 0 || !file.forgot) continue;
    Octets read = file.durable;
    for (const Change& change : file.unsynced)
      if (change.truncates)
        read.resize(change.offset, '\0');
      else
        write_at(read, change.offset, change.octets);
    read.resize(file.cached.size(), '\0');
    for (std::size_t at = 0; at < read.size(); at += sector) {
      if (random.below(share) != 0) continue;
      const std::size_t count = std::min<std::size_t>(sector, read.size() - at);
      file.cached.replace(at, count, OctetsView(read).substr(at, count));
    }
  }
}

void SectorDisk::cut(File& file, Random& random) {
  std::map<std::uint64_t, std::size_t> writes;  // Sector → how many writes to it wait.
  for (const Change& change : file.unsynced)
    for (std::uint64_t at = change.offset / sector; at * sector < change.offset + change.octets.size(); ++at)
      ++writes[at];
  Survival survival(random);
  for (auto& [at, count] : writes) count = survival.of(count);
  std::optional<std::uint64_t> torn_sector;
  if (!writes.empty() && random.below(2) == 0)
    torn_sector = std::next(writes.begin(), static_cast<std::ptrdiff_t>(random.below(writes.size())))->first;

  const std::size_t size_before = file.durable.size();
  Octets& disk = file.durable;
  for (const Change& change : file.unsynced) {
    if (change.truncates) {
      if (survival.of(1) == 1) disk.resize(change.offset, '\0');
      continue;
    }
    const std::uint64_t end = change.offset + change.octets.size();
    for (std::uint64_t from = change.offset; from < end;) {
      const std::uint64_t at = from / sector, to = std::min(end, (at + 1) * sector);
      const OctetsView piece = OctetsView(change.octets).substr(from - change.offset, to - from);
      if (writes[at] > 0) {
        --writes[at];
        write_at(disk, from, piece);
      } else if (torn_sector == at) {
        torn_sector.reset();
        if (disk.size() < to) disk.resize(to, '\0');
        write_at(disk, from, torn(disk.substr(from, to - from), piece, random));
      }
      from = to;
    }
  }
  if (random.below(2) == 0) {  // The new size was on the disk before what it is for.
    disk.resize(std::max(disk.size(), file.cached.size()), '\0');
  } else if (disk.size() > size_before && random.below(2) == 0) {
    const std::uint64_t growth = (disk.size() - size_before + sector - 1) / sector;
    disk.resize(std::min<std::size_t>(disk.size(), size_before + random.below(growth + 1) * sector));
  }
  file.unsynced.clear();
  file.forgot = false;
  file.cached = file.durable;
}

void SectorDisk::cut_power(Random& random) {
  if (names_ != durable_names_) {
    std::map<std::string, std::size_t> found;
    auto keep = [&](const std::string& name) {
      auto old = durable_names_.find(name), now = names_.find(name);
      const bool takes_old = random.below(2) == 0;
      if (auto at = takes_old ? old : now; at != (takes_old ? durable_names_.end() : names_.end()))
        found[name] = at->second;
    };
    for (const auto& [name, file] : names_) keep(name);
    for (const auto& [name, file] : durable_names_)
      if (!names_.contains(name)) keep(name);
    names_ = durable_names_ = std::move(found);
  }
  for (File& file : files_) cut(file, random);
}

std::uint64_t SectorDisk::size() const {
  std::uint64_t size = 0;
  for (const File& file : files_) size += file.cached.size();
  return size;
}

}  // namespace feldsher::crash
