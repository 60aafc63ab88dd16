#include "model/time.h"

#include <fmt/format.h>

#include <optional>

namespace clarion::model {
namespace {

/// Reads digits from a text, left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}
  [[nodiscard]] bool empty() const { return rest_.empty(); }
  [[nodiscard]] char peek() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool skip(char c) {
    if (peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// A number of least to most digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    int value = 0;
    while (n < most && n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9')
      value = value * 10 + (rest_[n++] - '0');
    if (n < least) return std::nullopt;
    rest_.remove_prefix(n);
    return value;
  }
  /// The digits after a decimal point as milliseconds; further ones are cut.
  std::optional<int> fraction() {
    int value = 0;
    std::size_t n = 0;
    for (; n < rest_.size() && rest_[n] >= '0' && rest_[n] <= '9'; ++n) {
      if (n < 3) value = value * 10 + (rest_[n] - '0');
    }
    if (n == 0) return std::nullopt;
    rest_.remove_prefix(n);
    for (std::size_t i = n; i < 3; ++i) value *= 10;
    return value;
  }

 private:
  std::string_view rest_;
};

Error bad(std::string_view text) {
  return Error{Errc::invalid,
               fmt::format("'{}' is no time: RFC 3339 (2026-11-24T09:48:24+08:00) or a date "
                           "(2026-11-24) was expected",
                           text.substr(0, 40)),
               "time_invalid"};
}

std::optional<CivilOrInstant> read(std::string_view text) {
  Reader in(text);
  const auto year = in.number(4, 4);
  if (!year || !in.skip('-')) return std::nullopt;
  const auto month = in.number(1, 2);
  if (!month || !in.skip('-')) return std::nullopt;
  const auto day = in.number(1, 2);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const Time midnight = std::chrono::sys_days(date);
  if (in.empty()) return CivilOrInstant{midnight, true};

  if (!in.skip('T') && !in.skip('t') && !in.skip(' ')) return std::nullopt;
  const auto hour = in.number(2, 2);
  if (!hour || *hour > 23 || !in.skip(':')) return std::nullopt;
  const auto minute = in.number(2, 2);
  if (!minute || *minute > 59 || !in.skip(':')) return std::nullopt;
  auto second = in.number(2, 2);
  if (!second || *second > 60) return std::nullopt;
  int millis = 0;
  if (in.skip('.')) {
    const auto fraction = in.fraction();
    if (!fraction) return std::nullopt;
    millis = *fraction;
  }
  if (*second == 60) {  // a leap second stays inside its minute
    second = 59;
    millis = 999;
  }
  std::chrono::minutes offset{0};
  if (!in.skip('Z') && !in.skip('z')) {
    const bool west = in.peek() == '-';
    if (!in.skip('+') && !in.skip('-')) return std::nullopt;
    const auto offset_hours = in.number(2, 2);
    if (!offset_hours || *offset_hours > 23 || !in.skip(':')) return std::nullopt;
    const auto offset_minutes = in.number(2, 2);
    if (!offset_minutes || *offset_minutes > 59) return std::nullopt;
    offset = std::chrono::hours(*offset_hours) + std::chrono::minutes(*offset_minutes);
    if (west) offset = -offset;
  }
  if (!in.empty()) return std::nullopt;
  return CivilOrInstant{midnight + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
                            std::chrono::seconds(*second) + std::chrono::milliseconds(millis) -
                            offset,
                        false};
}

}  // namespace

std::string to_text(Time time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

Result<CivilOrInstant> parse_time(std::string_view text) {
  const auto time = read(text);
  if (!time) return bad(text);
  return *time;
}

}  // namespace clarion::model
