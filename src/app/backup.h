#pragma once

#include "app/folder.h"
#include "ops/config.h"
#include "store/audit.h"

#include <cstdint>
#include <string>
#include <vector>

namespace clarion::app {

struct BackupReport {
  std::uintmax_t bytes = 0;
  int schema = 0;
  std::string made_at;
  store::AuditHead head;
  std::vector<std::string> findings;  ///< of the audit chain; the backup is kept all the same
};

/// Writes the living store, with the signing keys, to one file (store/backup.h), beside a running
/// server or alone. The file is made with mode 0600 as FILE.part, checked wholly, synced, and only
/// then renamed to FILE; an earlier backup of that name is replaced. Errors: `conflict` when FILE
/// is something else; `unavailable` for a disk that is full; `corrupt` when the store is.
Result<BackupReport> write_backup(Folder& folder, const std::string& file);

struct RestoreOptions {
  std::string file, folder;
  std::chrono::hours retention{};  ///< posts.retention_days
  bool force = false;
};

struct RestoreReport {
  std::string epoch, made_at;
  std::string kept_aside;  ///< folder of what was there before; empty: nothing was
  bool old_data_read = false;
  std::int64_t posts_emptied = 0, tombstones = 0, tokens_revoked = 0, accounts_disabled = 0,
               notices_held = 0;
  bool key_rotated = false;
  std::vector<std::string> warnings;
};

/// Puts a backup into a folder whose server does not run. Everything is made ready beside, in
/// FOLDER/restore.new; one rename to FOLDER/restore.ready decides, and settle_restore() does the
/// rest, also after a crash. Errors: `conflict` when the folder is in use (naming the pid), holds
/// data, or the backup is older than retention (the last two unless forced); `invalid` for what is
/// no backup; `corrupt`.
Result<RestoreReport> restore_backup(const RestoreOptions& options);

/// Ends a restore that was decided and then cut off. Under the folder's lock, before its store is
/// opened.
Status settle_restore(const std::string& folder);
/// Whether such a restore waits.
[[nodiscard]] bool restore_waits(const std::string& folder);

}  // namespace clarion::app
