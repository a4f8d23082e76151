#include "tests/crash/disk_vfs.hpp"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::crash {
namespace {

struct OpenFile {
  sqlite3_file base;  // First: SQLite sees only this.
  SectorDisk* disk;
  std::size_t file;
  bool names_folder;  // The first sync of a log or journal makes its name durable, as in SQLite's unix VFS.
};
OpenFile& self(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file); }

DiskCall call(DiskCall::Kind kind, std::size_t file, std::uint64_t offset = 0, OctetsView octets = {}) {
  return {.kind = kind, .name = {}, .file = file, .offset = offset, .octets = Octets(octets)};
}

int close_file(sqlite3_file*) { return SQLITE_OK; }

int read_file(sqlite3_file* base, void* to, int count, sqlite3_int64 offset) {
  const OpenFile& file = self(base);
  const Octets& octets = file.disk->octets(file.file);
  const auto from = std::min<std::size_t>(static_cast<std::size_t>(offset), octets.size());
  const auto wanted = static_cast<std::size_t>(count), there = std::min(wanted, octets.size() - from);
  std::size_t got = there;
  const int code = DiskVfs::get().read(got);
  std::memcpy(to, octets.data() + from, got);
  std::memset(static_cast<char*>(to) + got, 0, wanted - got);
  return code == SQLITE_OK && there < wanted ? SQLITE_IOERR_SHORT_READ : code;
}

int write_file(sqlite3_file* base, const void* from, int count, sqlite3_int64 offset) {
  const OpenFile& file = self(base);
  return DiskVfs::get().change(*file.disk,
                               call(DiskCall::Kind::write, file.file, static_cast<std::uint64_t>(offset),
                                    {static_cast<const char*>(from), static_cast<std::size_t>(count)}));
}

int truncate_file(sqlite3_file* base, sqlite3_int64 size) {
  const OpenFile& file = self(base);
  return DiskVfs::get().change(*file.disk,
                               call(DiskCall::Kind::truncate, file.file, static_cast<std::uint64_t>(size)));
}

int sync_file(sqlite3_file* base, int) {
  OpenFile& file = self(base);
  if (int code = DiskVfs::get().change(*file.disk, call(DiskCall::Kind::sync, file.file)); code != SQLITE_OK)
    return code;
  if (!std::exchange(file.names_folder, false)) return SQLITE_OK;
  return DiskVfs::get().change(*file.disk, call(DiskCall::Kind::sync_folder, 0));
}

int file_size(sqlite3_file* base, sqlite3_int64* size) {
  std::size_t nothing = 0;
  if (DiskVfs::get().read(nothing) != SQLITE_OK) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(self(base).disk->octets(self(base).file).size());
  return SQLITE_OK;
}

int lock_file(sqlite3_file*, int) { return SQLITE_OK; }
int is_reserved(sqlite3_file*, int* answer) {
  *answer = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
// Both as SQLite's unix VFS has them.
int sector_size(sqlite3_file*) { return 4096; }
int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods methods{
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = file_size,
    .xLock = lock_file,
    .xUnlock = lock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

int open_file(sqlite3_vfs*, const char* path, sqlite3_file* base, int flags, int* out_flags) {
  base->pMethods = nullptr;
  if (!path) return SQLITE_CANTOPEN;  // A temporary file: nothing temporary is on disk.
  SectorDisk* disk = DiskVfs::get().disk_of(path);
  if (!disk) return SQLITE_CANTOPEN;
  const std::string name = DiskVfs::name_of(path);
  if (disk->find(name) && (flags & SQLITE_OPEN_EXCLUSIVE)) return SQLITE_CANTOPEN;
  if (!disk->find(name)) {
    if (!(flags & SQLITE_OPEN_CREATE)) return SQLITE_CANTOPEN;
    DiskCall make{.kind = DiskCall::Kind::make, .name = name, .file = 0, .offset = 0, .octets = {}};
    if (DiskVfs::get().change(*disk, std::move(make)) != SQLITE_OK) return SQLITE_CANTOPEN;
  }
  OpenFile& file = self(base);
  file.disk = disk;
  file.file = *disk->find(name);
  file.names_folder = (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
  file.base.pMethods = &methods;
  if (out_flags) *out_flags = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* path, int sync_folder) {
  SectorDisk* disk = DiskVfs::get().disk_of(path);
  if (!disk) return SQLITE_IOERR_DELETE;
  const std::string name = DiskVfs::name_of(path);
  if (!disk->find(name)) return SQLITE_IOERR_DELETE_NOENT;
  DiskCall remove{.kind = DiskCall::Kind::remove, .name = name, .file = 0, .offset = 0, .octets = {}};
  if (DiskVfs::get().change(*disk, std::move(remove)) != SQLITE_OK) return SQLITE_IOERR_DELETE;
  return sync_folder ? DiskVfs::get().change(*disk, call(DiskCall::Kind::sync_folder, 0)) : SQLITE_OK;
}

int access_file(sqlite3_vfs*, const char* path, int, int* answer) {
  SectorDisk* disk = DiskVfs::get().disk_of(path);
  const auto file = disk ? disk->find(DiskVfs::name_of(path)) : std::nullopt;
  // As the unix VFS: an empty file is as good as none when the question is whether there is one.
  *answer = file && !disk->octets(*file).empty();
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* path, int room, char* out) {
  return sqlite3_snprintf(room, out, "%s", path) ? SQLITE_OK : SQLITE_CANTOPEN;
}

int randomness(sqlite3_vfs*, int count, char* to) {
  DiskVfs::get().fill(to, count);
  return count;
}

int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

constexpr sqlite3_int64 noon_ms = 212'583'225'600'000;  // A Julian day, in ms.
int time_ms(sqlite3_vfs*, sqlite3_int64* out) {
  *out = noon_ms;
  return SQLITE_OK;
}
int time_days(sqlite3_vfs*, double* out) {
  *out = static_cast<double>(noon_ms) / 86'400'000.0;
  return SQLITE_OK;
}
int last_error(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs vfs_table{
    .iVersion = 2,
    .szOsFile = sizeof(OpenFile),
    .mxPathname = 512,
    .pNext = nullptr,
    .zName = DiskVfs::name,
    .pAppData = nullptr,
    .xOpen = open_file,
    .xDelete = delete_file,
    .xAccess = access_file,
    .xFullPathname = full_path,
    .xDlOpen = nullptr,
    .xDlError = nullptr,
    .xDlSym = nullptr,
    .xDlClose = nullptr,
    .xRandomness = randomness,
    .xSleep = sleep,
    .xCurrentTime = time_days,
    .xGetLastError = last_error,
    .xCurrentTimeInt64 = time_ms,
    .xSetSystemCall = nullptr,
    .xGetSystemCall = nullptr,
    .xNextSystemCall = nullptr,
};

int code_of(DiskCall::Kind kind, Failure failure) {
  if (failure == Failure::enospc) return SQLITE_FULL;
  switch (kind) {
    case DiskCall::Kind::sync:
      return SQLITE_IOERR_FSYNC;
    case DiskCall::Kind::truncate:
      return SQLITE_IOERR_TRUNCATE;
    default:
      return SQLITE_IOERR_WRITE;
  }
}

}  // namespace

const char* to_text(Failure failure) {
  static constexpr const char* texts[]{"EIO", "ENOSPC", "EIO, pages lost", "a short read"};
  return texts[static_cast<int>(failure)];
}

DiskVfs& DiskVfs::get() {
  static DiskVfs vfs;
  return vfs;
}

DiskVfs::DiskVfs() {
  ensure(sqlite3_vfs_register(&vfs_table, 1) == SQLITE_OK, "SQLite takes the file system");
}

SectorDisk* DiskVfs::disk_of(const std::string& path) {
  auto at = mounted_.find(path.substr(0, path.find('/')));
  return at == mounted_.end() ? nullptr : at->second;
}

std::string DiskVfs::name_of(const std::string& path) { return path.substr(path.find('/') + 1); }

Mount::Mount(SectorDisk& disk, std::uint64_t seed) {
  DiskVfs& vfs = DiskVfs::get();
  folder_ = std::to_string(++vfs.mounts_);
  vfs.mounted_[folder_] = &disk;
  vfs.random_ = seed;
  sqlite3_randomness(0, nullptr);
}

Mount::~Mount() { DiskVfs::get().mounted_.erase(folder_); }

void DiskVfs::plan(const FailurePlan& plan) {
  plan_ = plan;
  calls_ = reads_ = failed_ = 0;
}

bool DiskVfs::must_fail(std::uint64_t at) const {
  return plan_.first != 0 && (plan_.for_good ? at >= plan_.first : at == plan_.first);
}

bool DiskVfs::must_fail(const DiskCall& call) const {
  // SQLite's unix VFS does not tell its caller of a folder that could not be synced, so neither does this
  // one.
  if (call.kind == DiskCall::Kind::sync_folder) return false;
  if (plan_.reads || !must_fail(calls_)) return false;
  return plan_.failure != Failure::enospc || call.kind == DiskCall::Kind::write ||
         call.kind == DiskCall::Kind::make;
}

int DiskVfs::change(SectorDisk& disk, DiskCall call) {
  if (before_call) before_call(call);
  ++calls_;
  if (!must_fail(call)) {
    disk.apply(call);
    return SQLITE_OK;
  }
  ++failed_;
  if (call.kind == DiskCall::Kind::write) {
    call.octets.resize((calls_ * 7) % (call.octets.size() + 1));
    disk.apply(call);
  } else if (call.kind == DiskCall::Kind::sync && plan_.failure == Failure::lost_pages) {
    disk.forget_unsynced(call.file);
  }
  return code_of(call.kind, plan_.failure);
}

int DiskVfs::read(std::size_t& count) {
  ++reads_;
  if (!plan_.reads || !must_fail(reads_)) return SQLITE_OK;
  ++failed_;
  const std::size_t wanted = std::exchange(count, count == 0 ? 0 : (reads_ * 7) % count);
  // What SQLite's unix VFS makes of EIO.
  if (plan_.failure != Failure::short_read || wanted < 2) return SQLITE_IOERR_CORRUPTFS;
  count = std::max<std::size_t>(count, 1);
  return SQLITE_IOERR_SHORT_READ;
}

void DiskVfs::replace(const std::filesystem::path& from, const std::filesystem::path& to) {
  SectorDisk* disk = get().disk_of(from.string());
  DiskCall rename = call(DiskCall::Kind::rename, 0);
  rename.name = name_of(from.string());
  rename.to = name_of(to.string());
  if (!disk || get().change(*disk, std::move(rename)) != SQLITE_OK ||
      get().change(*disk, call(DiskCall::Kind::sync_folder, 0)) != SQLITE_OK)
    throw Fault("cannot put " + to.string() + " in its place: the disk failed");
}

void DiskVfs::fill(char* to, int count) {
  for (int i = 0; i < count; ++i) {
    random_ = random_ * 6364136223846793005ULL + 1442695040888963407ULL;
    to[i] = static_cast<char>(random_ >> 56);
  }
}

}  // namespace feldsher::crash
