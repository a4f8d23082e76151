#pragma once
#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::sqlcipher {

/// Puts a copy in the place of what the process before left in the write-ahead log of `database`, and says
/// whether there was anything.
///
/// After a failed fsync Linux calls the pages clean that it could not write. Whoever starts next reads from
/// the kernel's cache what is not on the disk, and neither a sync of that file nor a checkpoint of it changes
/// that: with the power the log is again as it was, under a database that has gone on. What is written to
/// another file, synced, and renamed is on the disk for certain before anything in it is used.
///
/// `database` holds the lock of its file: nobody else uses the log. It has the former log open, so after
/// `true` it is closed, as it is, and opened again. Throws Fault: NoAccess when the copy cannot be written,
/// damage when the log cannot be read.
bool renew_log(Database& database, const Disk& disk);

}  // namespace feldsher::sqlcipher
