#include "store/sqlite/connection.h"

#include <fmt/format.h>
#include <sqlite3.h>

namespace clarion::store::sqlite {
namespace {

Error error_of(sqlite3* db, int code) {
  const std::string text = fmt::format("SQLite: {} ({})", sqlite3_errmsg(db), code);
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return {Errc::conflict, text};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {Errc::corrupt, text};
    default:
      return {Errc::unavailable, text, "unavailable"};
  }
}

}  // namespace

Statement::~Statement() {
  if (statement_ != nullptr) {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
  }
}

Statement& Statement::bind(std::string_view text) {
  failed_ |= sqlite3_bind_text64(statement_, next_++, text.data() != nullptr ? text.data() : "",
                                 text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}
Statement& Statement::bind(std::int64_t value) {
  failed_ |= sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}
Statement& Statement::bind(double value) {
  failed_ |= sqlite3_bind_double(statement_, next_++, value);
  return *this;
}
Statement& Statement::bind(std::nullptr_t) {
  failed_ |= sqlite3_bind_null(statement_, next_++);
  return *this;
}
Statement& Statement::bind_blob(std::string_view bytes) {
  failed_ |= sqlite3_bind_blob64(statement_, next_++, bytes.data() != nullptr ? bytes.data() : "",
                                 bytes.size(), SQLITE_TRANSIENT);
  return *this;
}

Result<bool> Statement::step() {
  if (statement_ == nullptr || failed_ != SQLITE_OK)
    return error_of(db_, failed_ != SQLITE_OK ? failed_ : SQLITE_ERROR);
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(db_, code);
}

Status Statement::run() {
  CLARION_TRY(auto row, step());
  CLARION_ASSERT(!row);
  return ok();
}

std::string Statement::text(int column) const {
  const void* bytes = sqlite3_column_blob(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  return bytes != nullptr
             ? std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size))
             : std::string();
}
std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}
double Statement::real(int column) const { return sqlite3_column_double(statement_, column); }
bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& path, Access access) {
  sqlite3* db = nullptr;
  // A reader of a WAL needs to write its index.
  const int flags =
      SQLITE_OPEN_NOMUTEX | (access == Access::look    ? SQLITE_OPEN_READONLY
                             : access == Access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
                                                       : SQLITE_OPEN_READWRITE);
  const int code = sqlite3_open_v2(path.c_str(), &db, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(db));
  if (code != SQLITE_OK) return within(path, error_of(db, code));
  sqlite3_extended_result_codes(db, 1);
  sqlite3_busy_timeout(db, 10'000);  // another process of ours writes for milliseconds
  CLARION_TRY(connection->execute("PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"));
  if (access == Access::plain) {
    CLARION_TRY(connection->execute("PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"));
  } else if (access != Access::look) {
    // FULL: the write-ahead log is synced at every commit (contract section 5, promise 1).
    CLARION_TRY(connection->execute(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA "
        "cache_size=-16000; PRAGMA wal_autocheckpoint=1000;"));
  }
  if (access == Access::read) {
    CLARION_TRY(connection->execute("PRAGMA query_only=ON;"));
  }
  return connection;
}

Connection::~Connection() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close_v2(db_);
}

Statement Connection::prepare(std::string_view sql) {
  const auto found = statements_.find(sql);
  if (found != statements_.end()) return {db_, found->second};
  sqlite3_stmt* statement = nullptr;
  sqlite3_prepare_v3(db_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                     &statement, nullptr);
  if (statement != nullptr) statements_.emplace(sql, statement);
  return {db_, statement};
}

Status Connection::execute(const std::string& sql) {
  const int code = sqlite3_exec(db_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_, code);
  return ok();
}

std::int64_t Connection::changes() const { return sqlite3_changes64(db_); }
std::int64_t Connection::last_row_id() const { return sqlite3_last_insert_rowid(db_); }

}  // namespace clarion::store::sqlite
