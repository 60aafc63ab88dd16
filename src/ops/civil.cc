#include "ops/civil.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <fmt/format.h>

#include <cstdlib>

namespace clarion::ops {
namespace {

model::Time to_time(const cctz::time_point<cctz::seconds>& time) {
  return model::Time(
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()));
}

}  // namespace

struct Zone::Data {
  std::string name;
  cctz::time_zone zone;
};

Result<Zone> Zone::load(std::string_view name) {
  auto data = std::make_shared<Data>();
  data->name = name;
  // cctz would open any path it is given; names of the database have only these characters.
  const bool plain = !name.empty() && name.front() != '/' && name.front() != '.' &&
                     name.find("..") == std::string_view::npos &&
                     name.find_first_not_of(
                         "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-") ==
                         std::string_view::npos;
  if (!plain || !cctz::load_time_zone(data->name, &data->zone)) {
    return Error{
        Errc::invalid,
        "a time zone that the system knows, as Asia/Shanghai, was expected (is tzdata installed?)"};
  }
  return Zone(std::move(data));
}

const std::string& Zone::name() const noexcept { return data_->name; }

model::Time Zone::midnight(int year, int month, int day) const {
  return moment(year, month, day, 0, 0);
}

model::Time Zone::moment(int year, int month, int day, int hour, int minute, int second) const {
  const cctz::civil_second when(year, month, day, hour, minute, second);
  const cctz::time_zone::civil_lookup found = data_->zone.lookup(when);
  // A day whose midnight was skipped begins at the transition.
  const bool skipped_midnight = found.kind == cctz::time_zone::civil_lookup::SKIPPED &&
                                when == cctz::civil_second(cctz::civil_day(when));
  return to_time(skipped_midnight ? found.trans : found.pre);
}

model::Time Zone::resolve(const model::CivilOrInstant& time) const {
  if (!time.date_only) return time.time;
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time.time));
  return midnight(static_cast<int>(date.year()),
                  static_cast<int>(static_cast<unsigned>(date.month())),
                  static_cast<int>(static_cast<unsigned>(date.day())));
}

Civil Zone::civil(model::Time time) const {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const cctz::time_zone::absolute_lookup found =
      data_->zone.lookup(cctz::time_point<cctz::seconds>(seconds.time_since_epoch()));
  return Civil{static_cast<int>(found.cs.year()),
               found.cs.month(),
               found.cs.day(),
               found.cs.hour(),
               found.cs.minute(),
               found.cs.second(),
               static_cast<int>(cctz::get_weekday(cctz::civil_day(found.cs))) + 1,
               found.offset};
}

std::string Zone::to_text(model::Time time) const {
  const Civil c = civil(time);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute);
}

std::string Zone::to_offset_text(model::Time time) const {
  const Civil c = civil(time);
  // CAP writes UTC as -00:00.
  const char sign = c.offset_seconds > 0 ? '+' : '-';
  const int minutes = std::abs(c.offset_seconds) / 60;
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}", c.year, c.month, c.day,
                     c.hour, c.minute, c.second, sign, minutes / 60, minutes % 60);
}

}  // namespace clarion::ops
