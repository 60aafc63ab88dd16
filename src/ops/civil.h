#pragma once

#include "base/result.h"
#include "model/time.h"

#include <memory>
#include <string>
#include <string_view>

namespace clarion::ops {

/// A moment as a wall clock and calendar in one zone show it.
struct Civil {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
  int weekday = 4;         ///< 1 Monday … 7 Sunday (ISO 8601)
  int offset_seconds = 0;  ///< east of UTC
  bool operator==(const Civil&) const = default;
};

/// A time zone by its IANA name; data from the system's tzdata, by cctz. Immutable, cheap to copy;
/// any thread.
class Zone {
 public:
  /// Errors: `invalid` for a name the system does not know.
  [[nodiscard]] static Result<Zone> load(std::string_view name);

  [[nodiscard]] const std::string& name() const noexcept;
  /// The first moment of a day. Days beyond the month's end carry over, so (year, month, day + n)
  /// is n days later.
  [[nodiscard]] model::Time midnight(int year, int month, int day) const;
  /// The moment a wall clock shows this; one that never was is read with the offset before the gap,
  /// of one that was twice the first is taken.
  [[nodiscard]] model::Time moment(int year, int month, int day, int hour, int minute,
                                   int second = 0) const;
  /// An input's time as a moment: a bare date becomes that day's first moment here.
  [[nodiscard]] model::Time resolve(const model::CivilOrInstant& time) const;
  [[nodiscard]] Civil civil(model::Time time) const;
  /// 2026-11-24 17:48, for people.
  [[nodiscard]] std::string to_text(model::Time time) const;
  /// 2026-11-24T17:48:24+08:00: seconds and a numeric offset, the form that CAP 1.2 section 3.3.2
  /// asks for.
  [[nodiscard]] std::string to_offset_text(model::Time time) const;

 private:
  struct Data;
  explicit Zone(std::shared_ptr<const Data> data) : data_(std::move(data)) {}
  std::shared_ptr<const Data> data_;
};

}  // namespace clarion::ops
