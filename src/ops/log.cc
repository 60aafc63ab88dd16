#include "ops/log.h"

#include "base/bytes.h"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <cmath>
#include <iterator>
#include <mutex>

namespace clarion::ops {
namespace {

constexpr std::size_t kMaxValueBytes = 1024;

spdlog::level::level_enum level_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warn:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// At most kMaxValueBytes, cut between characters.
std::string_view bounded(std::string_view text) {
  if (text.size() <= kMaxValueBytes) return text;
  std::size_t end = kMaxValueBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end);
}

/// A JSON string: every control character escaped; where the bytes are not UTF-8, each byte above
/// 7F becomes U+FFFD.
void append_quoted(std::string& out, std::string_view text) {
  const bool cut = text.size() > kMaxValueBytes;
  text = bounded(text);
  const bool utf8 = is_utf8(text);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
    } else if (byte >= 0x80 && !utf8) {
      out += "\xEF\xBF\xBD";
    } else {
      out += c;
    }
  }
  out += cut ? "…\"" : "\"";
}

void append_json(std::string& out, const LogField::Value& value) {
  std::visit(
      [&](const auto& v) {
        using Value = std::remove_cvref_t<decltype(v)>;
        if constexpr (std::is_same_v<Value, std::string_view>) {
          append_quoted(out, v);
        } else if constexpr (std::is_same_v<Value, double>) {
          // JSON has no infinities.
          std::isfinite(v) ? fmt::format_to(std::back_inserter(out), "{}", v)
                           : fmt::format_to(std::back_inserter(out), "null");
        } else {
          fmt::format_to(std::back_inserter(out), "{}", v);
        }
      },
      value);
}

/// Bare where that reads unambiguously, else quoted.
void append_text(std::string& out, const LogField::Value& value) {
  const auto* text = std::get_if<std::string_view>(&value);
  const bool bare = text != nullptr && !text->empty() && text->size() <= kMaxValueBytes &&
                    is_utf8(*text) && std::none_of(text->begin(), text->end(), [](char c) {
                      return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || c == '"' ||
                             c == '=' || c == '\\';
                    });
  if (bare) {
    out += *text;
  } else {
    append_json(out, value);
  }
}

/// For tests: keeps what was written.
class TextSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit TextSink(std::string& out) : out_(out) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    out_.append(line.data(), line.size());
  }
  void flush_() override {}
  std::string& out_;
};

class SpdlogLog final : public Log {
 public:
  SpdlogLog(spdlog::sink_ptr sink, LogLevel least, LogFormat format)
      : format_(format), logger_("clarion", std::move(sink)) {
    const char* pattern = format == LogFormat::json
                              ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                              : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
    auto formatter =
        std::make_unique<spdlog::pattern_formatter>(pattern, spdlog::pattern_time_type::utc, "\n");
    logger_.set_formatter(std::move(formatter));
    // What a crash cuts off is what one would want to read.
    logger_.flush_on(spdlog::level::trace);
    logger_.set_level(level_of(least));
  }

  void write(LogLevel level, std::string_view event, Fields fields) override {
    if (!logger_.should_log(level_of(level))) return;
    std::string line;
    if (format_ == LogFormat::json) {
      line += "\"event\":";
      append_quoted(line, event);
    } else {
      line += event;
    }
    for (const LogField& field : fields) {
      if (format_ == LogFormat::json) {
        line += ",\"";
        line += field.name;
        line += "\":";
        append_json(line, field.value);
      } else {
        line += ' ';
        line += field.name;
        line += '=';
        append_text(line, field.value);
      }
    }
    logger_.log(level_of(level), spdlog::string_view_t(line));
  }

  void set_level(LogLevel least) override { logger_.set_level(level_of(least)); }

 private:
  const LogFormat format_;
  spdlog::logger logger_;
};

}  // namespace

std::optional<LogLevel> parse_log_level(std::string_view name) {
  if (name == "debug") return LogLevel::debug;
  if (name == "info") return LogLevel::info;
  if (name == "warn") return LogLevel::warn;
  if (name == "error") return LogLevel::error;
  return std::nullopt;
}

std::unique_ptr<Log> Log::to_stderr(LogLevel least, LogFormat format) {
  return std::make_unique<SpdlogLog>(std::make_shared<spdlog::sinks::stderr_sink_mt>(), least,
                                     format);
}

std::unique_ptr<Log> Log::to_text(std::string& out, LogLevel least, LogFormat format) {
  return std::make_unique<SpdlogLog>(std::make_shared<TextSink>(out), least, format);
}

void Log::write_failure(LogLevel level, std::string_view event, const Error& failure) {
  if (failure.code.empty()) {
    write(level, event, {{"error", failure.text}});
  } else {
    write(level, event, {{"error", failure.text}, {"code", failure.code}});
  }
}

}  // namespace clarion::ops
