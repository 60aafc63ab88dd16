#pragma once

#include "base/result.h"

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace clarion::ops {

enum class LogLevel : std::uint8_t { debug, info, warn, error };
[[nodiscard]] std::optional<LogLevel> parse_log_level(std::string_view name);

enum class LogFormat : std::uint8_t {
  text,  ///< 2026-11-24T09:48:24.000Z info ready address=127.0.0.1:8080 took_ms=81
  json,  ///< {"time":"…","level":"info","event":"ready","address":"127.0.0.1:8080","took_ms":81}
};

/// One named value of a log line. Borrows texts: lives no longer than the call it is written in.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
  std::string_view name;
  Value value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, std::same_as<bool> auto v) : name(n), value(v) {}
  LogField(std::string_view n, std::floating_point auto v)
      : name(n), value(static_cast<double>(v)) {}
  template <std::signed_integral T>
  LogField(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
  template <std::unsigned_integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view n, T v) : name(n), value(static_cast<std::uint64_t>(v)) {}
};

/// The process's log. Handed to what writes to it; a line is one write, so lines of threads never
/// mix.
///
/// `event` says what happened in a few fixed words, fields say to what: log.info("case claimed",
/// {{"case", id}}). Neither may hold a secret or the text of a post. Values are escaped, so that no
/// input can forge a line, and cut at 1 KiB. Thread-safe.
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  /// Writes to standard error.
  [[nodiscard]] static std::unique_ptr<Log> to_stderr(LogLevel least, LogFormat format);
  /// Appends to a string that outlives the log and is not read while others write; for tests.
  [[nodiscard]] static std::unique_ptr<Log> to_text(std::string& out, LogLevel least,
                                                    LogFormat format);
  virtual ~Log() = default;

  void debug(std::string_view event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(LogLevel::info, event, fields); }
  void warn(std::string_view event, Fields fields = {}) { write(LogLevel::warn, event, fields); }
  void error(std::string_view event, Fields fields = {}) { write(LogLevel::error, event, fields); }
  /// The failure's text as field "error" and its code, where it has one, as "code".
  void error(std::string_view event, const Error& failure) {
    write_failure(LogLevel::error, event, failure);
  }
  void warn(std::string_view event, const Error& failure) {
    write_failure(LogLevel::warn, event, failure);
  }

  virtual void write(LogLevel level, std::string_view event, Fields fields) = 0;
  /// From now on; a reload calls it while others write.
  virtual void set_level(LogLevel least) = 0;

 private:
  void write_failure(LogLevel level, std::string_view event, const Error& failure);
};

}  // namespace clarion::ops
