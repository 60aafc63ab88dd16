#include "store/backup.h"

#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

constexpr std::int64_t kApplicationId = 0x436C6172;  // "Clar"

using sqlite::Connection;

Result<std::int64_t> pragma(Connection& connection, std::string_view sql) {
  auto query = connection.prepare(sql);
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

}  // namespace

Backup::Backup(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Backup::Backup(Backup&&) noexcept = default;
Backup::~Backup() = default;

Result<Backup> Backup::write(Database& database, const std::string& path) {
  {
    CLARION_TRY(auto source,
                Connection::open(database.folder() + "/clarion.db", Connection::Access::write));
    // VACUUM reads one snapshot, as any reader; it copies no free page, so nothing that was
    // deleted comes along.
    auto copy = source->prepare("VACUUM INTO ?");
    CLARION_TRY(copy.bind(path).run());
  }
  CLARION_TRY(auto connection, Connection::open(path, Connection::Access::plain));
  CLARION_TRY(connection->execute(
      "CREATE TABLE backup_files(name TEXT PRIMARY KEY, bytes BLOB NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE backup_info(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;" +
      fmt::format("PRAGMA application_id={}", kApplicationId)));
  return Backup(std::move(connection));
}

Result<Backup> Backup::open(const std::string& path) {
  const Error none{Errc::invalid, fmt::format("{}: is no backup of Clarion", path)};
  auto opened = Connection::open(path, Connection::Access::look);
  if (!opened) return none;
  std::unique_ptr<Connection> connection = std::move(opened.value());
  const auto id = pragma(*connection, "PRAGMA application_id");
  if (!id || id.value() != kApplicationId) return none;
  return Backup(std::move(connection));
}

View Backup::view() { return View(*connection_); }

Status Backup::add(const BackupEntry& entry) {
  auto insert = connection_->prepare("INSERT INTO backup_files(name, bytes) VALUES(?,?)");
  return insert.bind(entry.name).bind_blob(entry.bytes).run();
}

Result<std::vector<BackupEntry>> Backup::entries() {
  auto query = connection_->prepare("SELECT name, bytes FROM backup_files ORDER BY name");
  std::vector<BackupEntry> out;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1)});
  }
}

Status Backup::set_info(std::string_view key, std::string_view value) {
  auto insert = connection_->prepare("INSERT INTO backup_info(key, value) VALUES(?,?)");
  return insert.bind(key).bind(value).run();
}

Result<std::string> Backup::info(std::string_view key) {
  auto query = connection_->prepare("SELECT value FROM backup_info WHERE key = ?");
  CLARION_TRY(auto row, query.bind(key).step());
  return row ? query.text(0) : std::string();
}

Result<int> Backup::schema() {
  CLARION_TRY(auto number, pragma(*connection_, "PRAGMA user_version"));
  return static_cast<int>(number);
}

Status Backup::check() {
  {
    auto query = connection_->prepare("PRAGMA integrity_check(1)");
    CLARION_TRY(auto row, query.step());
    const std::string words = row ? query.text(0) : "no answer";
    if (words != "ok") return Error{Errc::corrupt, words};
  }
  auto query = connection_->prepare("PRAGMA foreign_key_check");
  CLARION_TRY(auto row, query.step());
  if (row) return Error{Errc::corrupt, fmt::format("a row of {} refers to nothing", query.text(0))};
  return ok();
}

Status drop_backup_tables(Tx& tx) {
  return tx.connection().execute(
      "DROP TABLE backup_files; DROP TABLE backup_info; PRAGMA application_id=0;");
}

StoreFile::StoreFile(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
StoreFile::StoreFile(StoreFile&&) noexcept = default;
StoreFile::~StoreFile() = default;
View StoreFile::view() { return View(*connection_); }

Result<StoreFile> StoreFile::open(const std::string& path) {
  CLARION_TRY(auto connection, Connection::open(path, Connection::Access::read));
  CLARION_TRY(pragma(*connection, "PRAGMA user_version"));  // opening alone reads nothing
  return StoreFile(std::move(connection));
}

}  // namespace clarion::store
