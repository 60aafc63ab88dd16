#pragma once

#include "model/time.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::roster {

/// A day of the calendar in desk.timezone, counted as sys_days counts them; no moment.
using Day = std::chrono::sys_days;

inline constexpr std::string_view kDesk = "desk", kExpert = "expert", kApprover = "approver";

/// How far beyond a span of time its roster is looked at: a turn lasts eight weeks at most.
inline constexpr std::chrono::hours kMargin{24 * 60};
inline constexpr int kMostDays = 56;

/// What a person on duty stands for.
struct Post {
  std::string duty;                  ///< kDesk, kExpert or kApprover
  int line = 1;                      ///< 1 is asked first, 2 is the backup …, 9 at most
  std::vector<std::string> topics;   ///< of an expert; empty: any
  std::vector<std::string> regions;  ///< empty: everywhere
};

/// People who take turns. All its times are civil time in desk.timezone, so that a hand-over at
/// 08:00 stays at 08:00 when the clocks change and that turn is an hour longer or shorter.
struct Plan {
  std::string id, name;
  std::int64_t version = 1;
  Post post;
  std::vector<std::string> people;  ///< accounts, in the order of their turns
  Day starts;
  std::optional<Day> ends;     ///< it ends at `at` of this day; without: goes on
  int at = 8 * 60;             ///< minute of the day of each hand-over
  std::optional<int> weekday;  ///< 1 Monday … 7: of hand-overs whose turns last whole weeks
  int days = 1;                ///< how long a turn is: days, or
  int hours = 0;               ///< hours when not 0
  std::optional<int>
      until;  ///< minute: on each day from `at` to this alone; not after `at`: next day's
  std::set<int> weekdays;                   ///< works only on these days; empty: on all
  std::vector<std::string> holiday_people;  ///< who work on holidays instead, by turns of a day
  std::string schedule;  ///< the temporary schedule it belongs to; empty: the ordinary roster
};

/// A plan for a while, as in a typhoon: in its span the plans it replaces give nobody.
struct Schedule {
  std::string id, name;
  model::Time from, until;
  std::vector<std::string> replaces;  ///< ids of plans; empty: all ordinary ones
};

struct Shift {
  std::string id, name;
  std::int64_t version = 1;
  Post post;
  std::string account;
  model::Time from, until;
};

/// Somebody stands in a slot (a plan or a shift) for a stretch, whoever was meant to. The one that
/// was made later wins.
struct Override {
  std::string id, slot;
  std::string account;  ///< empty: nobody
  std::string swap;     ///< the swap it came from, or empty
  model::Time from, until;
};

struct Absence {
  std::string account;
  model::Time from, until;
};

/// An exercise that is planned: no part of who stands where.
struct Drill {
  std::string title;
  std::string lead;  ///< the account that leads it; empty: not said
  model::Time from, until;
};

/// What must be covered.
struct Needs {
  std::optional<int> desk, approver;  ///< how many at once; without: 1 and 2, once planned at all
  std::optional<std::vector<std::string>> topics;  ///< each needs an expert; without: the plans'
  std::optional<std::pair<int, int>> hours;  ///< minutes of the day, from and until; else always
};

/// All that decides who is on duty in a span of time. A plain value, made by load() of records.h.
struct Roster {
  std::vector<Plan> plans;
  std::vector<Schedule> schedules;
  std::vector<Shift> shifts;
  std::vector<Override> overrides;  ///< in the order of their making
  std::vector<Absence> absences;
  std::set<std::string> gone;  ///< accounts that are disabled: never on duty
  std::set<Day> holidays;
  Needs needs;
  int alarm_hours = 4;  ///< gaps are an alarm this long ahead
  std::map<std::string, model::Time, std::less<>>
      first;  ///< by duty: when its first plan or shift began
  /// Nobody ever made a roster: duty then restricts nobody and nothing is a gap.
  [[nodiscard]] bool empty() const { return first.empty(); }
};

/// One person, or nobody, in one slot for a while.
struct Stretch {
  std::string slot, name;  ///< the plan or shift, and what it is called
  Post post;
  std::string account;  ///< empty: nobody
  std::string planned;  ///< whom the plan meant, when another or nobody stands there
  std::string why;      ///< plan, shift, holiday, override, swap; of nobody: absent, double, nobody
  std::string changed_by;  ///< id of the override that put this person there, or empty
  model::Time from, until;
};

}  // namespace clarion::roster
