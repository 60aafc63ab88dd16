#pragma once

#include "store/database.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A file that a backup holds beside the tables, by its name in the data folder.
struct BackupEntry {
  std::string name, bytes;
};

/// A backup: one plain SQLite file without a log beside it. It holds the tables of the store as
/// they were at one moment, `backup_files(name, bytes)` with what else a restore needs, and
/// `backup_info(key, value)`: `made_at`, `program`. Its application id (PRAGMA application_id) is
/// 0x436C6172, "Clar", which no living store has. Used by one thread.
class Backup {
 public:
  /// Copies the living store, beside whoever writes to it: one snapshot, which holds no writer up
  /// (the log grows meanwhile), without the free pages. `path` must be an empty file. Errors:
  /// `unavailable` with SQLite's own words (a full disk); the file is then worth nothing.
  static Result<Backup> write(Database& database, const std::string& path);
  /// Opens one to look at. Errors: `invalid` when it is none, `corrupt`.
  static Result<Backup> open(const std::string& path);
  Backup(Backup&&) noexcept;
  Backup& operator=(Backup&&) = delete;
  Backup(const Backup&) = delete;
  Backup& operator=(const Backup&) = delete;
  ~Backup();

  [[nodiscard]] View view();
  Status add(const BackupEntry& entry);
  [[nodiscard]] Result<std::vector<BackupEntry>> entries();
  Status set_info(std::string_view key, std::string_view value);
  [[nodiscard]] Result<std::string> info(std::string_view key);
  [[nodiscard]] Result<int> schema();
  /// SQLite's own check of every page and index, and of what refers to what. Errors: `corrupt`.
  Status check();

 private:
  explicit Backup(std::unique_ptr<sqlite::Connection> connection);
  std::unique_ptr<sqlite::Connection> connection_;
};

/// Takes out of a restored store what only a backup has; the keys must not stay among the tables.
Status drop_backup_tables(Tx& tx);

/// A store's file as it lies there, of this schema or an older one: read, never migrated. For what
/// an old data folder knows. Used by one thread.
class StoreFile {
 public:
  static Result<StoreFile> open(const std::string& path);
  StoreFile(StoreFile&&) noexcept;
  StoreFile& operator=(StoreFile&&) = delete;
  StoreFile(const StoreFile&) = delete;
  StoreFile& operator=(const StoreFile&) = delete;
  ~StoreFile();
  [[nodiscard]] View view();

 private:
  explicit StoreFile(std::unique_ptr<sqlite::Connection> connection);
  std::unique_ptr<sqlite::Connection> connection_;
};

}  // namespace clarion::store
