#pragma once

#include "base/result.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

struct sqlite3;
struct sqlite3_stmt;

namespace clarion::store::sqlite {

/// One prepared statement while it is used; reset when it dies. Bind by position from 1, read
/// columns from 0.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement(Statement&& other) noexcept
      : db_(other.db_),
        statement_(std::exchange(other.statement_, nullptr)),
        next_(other.next_),
        failed_(other.failed_) {}
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  Statement& bind(std::string_view text);
  Statement& bind(const char* text) { return bind(std::string_view(text)); }
  Statement& bind(const std::string& text) { return bind(std::string_view(text)); }
  Statement& bind(std::int64_t value);
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(bool value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(double value);
  Statement& bind(std::nullptr_t);
  Statement& bind_blob(std::string_view bytes);
  template <class T>
  Statement& bind(const std::optional<T>& value) {
    return value ? bind(*value) : bind(nullptr);
  }
  template <class... T>
  Statement& bind_all(const T&... values) {
    (bind(values), ...);
    return *this;
  }

  /// True when there is a row. Errors: `unavailable` (busy, full, I/O), `corrupt`, `conflict` (a
  /// constraint).
  Result<bool> step();
  /// Runs a statement that gives no rows.
  Status run();

  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] double real(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
  int next_ = 1;
  int failed_ = 0;
};

/// One connection to one SQLite file, with its prepared statements. Used by one thread at a time.
class Connection {
 public:
  /// `read` and `write`: the living store with its log. `plain`: a file of its own without a log,
  /// synced by who writes it. `look`: a file that is not touched at all.
  enum class Access { read, write, plain, look };
  /// Errors: `unavailable` with SQLite's own words.
  static Result<std::unique_ptr<Connection>> open(const std::string& path, Access access);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// A statement of this text, prepared once a connection and kept: texts are few.
  Statement prepare(std::string_view sql);
  /// Runs one or more statements without parameters.
  Status execute(const std::string& sql);
  [[nodiscard]] std::int64_t changes() const;
  [[nodiscard]] std::int64_t last_row_id() const;
  [[nodiscard]] sqlite3* handle() const { return db_; }

  /// The writer's alone: called after commits that wrote the log of the desk (desk_log.h).
  std::function<void()> desk_log_changed;

 private:
  explicit Connection(sqlite3* db) : db_(db) {}
  sqlite3* db_;
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  std::unordered_map<std::string, sqlite3_stmt*, Hash, std::equal_to<>> statements_;
};

}  // namespace clarion::store::sqlite
