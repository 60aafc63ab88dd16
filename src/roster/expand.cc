#include "roster/expand.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace clarion::roster {
namespace {

using Span = std::pair<model::Time, model::Time>;
using std::chrono::days;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

bool overlap(model::Time a_from, model::Time a_until, model::Time b_from, model::Time b_until) {
  return a_from < b_until && b_from < a_until;
}

/// 1 Monday … 7 Sunday.
int weekday_of(Day day) { return static_cast<int>(std::chrono::weekday(day).iso_encoding()); }

/// The turns of one plan.
class Turns {
 public:
  Turns(const Plan& plan, const Roster& roster, const ops::Zone& zone)
      : plan_(plan), roster_(roster), zone_(zone), anchor_(plan.starts) {
    // Hand-overs on a weekday: the first turn is the rest of the week in which the plan starts.
    if (plan.weekday) anchor_ -= days((weekday_of(plan.starts) - *plan.weekday + 7) % 7);
  }

  std::vector<Stretch> in(model::Time from, model::Time until) {
    if (plan_.people.empty()) return {};
    const ops::Civil a = zone_.civil(from), b = zone_.civil(until);
    if (plan_.hours > 0) {
      // A turn more on either side makes up for an hour that the clocks skip or repeat.
      const auto turn = [this](const ops::Civil& c) {
        const std::int64_t minutes =
            (day_of(c) - anchor_).count() * 1440 + c.hour * 60 + c.minute - plan_.at;
        return floor_div(minutes, plan_.hours * 60LL);
      };
      for (std::int64_t k = std::max<std::int64_t>(0, turn(a) - 2); k <= turn(b) + 1; ++k) {
        const std::int64_t minute = plan_.at + k * plan_.hours * 60;
        const Day day = anchor_ + days(minute / 1440);
        const int of_day = static_cast<int>(minute % 1440);
        add(k, day, moment_of(zone_, day, of_day),
            moment_of(zone_, day, of_day + plan_.hours * 60));
      }
    } else {
      const auto turn = [this](Day day) { return floor_div((day - anchor_).count(), plan_.days); };
      const std::int64_t last = turn(day_of(b)) + 1;
      for (std::int64_t k = std::max<std::int64_t>(0, turn(day_of(a)) - 2); k <= last; ++k) {
        const Day first = anchor_ + days(k * plan_.days);
        if (!plan_.until && plan_.weekdays.empty() && plan_.holiday_people.empty()) {
          add(k, first, moment_of(zone_, first, plan_.at),
              moment_of(zone_, first + days(plan_.days), plan_.at));
          continue;
        }
        for (int i = 0; i < plan_.days; ++i) {
          const Day day = first + days(i);
          const Day end = !plan_.until || *plan_.until <= plan_.at ? day + days(1) : day;
          add(k, day, moment_of(zone_, day, plan_.at),
              moment_of(zone_, end, plan_.until.value_or(plan_.at)));
        }
      }
    }
    std::erase_if(out_,
                  [&](const Stretch& one) { return !overlap(one.from, one.until, from, until); });
    return std::move(out_);
  }

 private:
  void add(std::int64_t turn, Day day, model::Time from, model::Time until) {
    from = std::max(from, moment_of(zone_, plan_.starts, plan_.at));
    if (plan_.ends) until = std::min(until, moment_of(zone_, *plan_.ends, plan_.at));
    if (!out_.empty()) from = std::max(from, out_.back().until);
    if (until <= from) return;
    if (!plan_.weekdays.empty() && !plan_.weekdays.contains(weekday_of(day))) return;
    const bool holiday = !plan_.holiday_people.empty() && roster_.holidays.contains(day);
    const auto& people = holiday ? plan_.holiday_people : plan_.people;
    // Of a holiday by the day itself, so that one that is entered later moves no other.
    const std::int64_t place = holiday ? day.time_since_epoch().count() : turn;
    const std::string& account =
        people[static_cast<std::size_t>(place % static_cast<std::int64_t>(people.size()))];
    const bool goes_on = !out_.empty() && turn == last_turn_ && out_.back().until == from &&
                         out_.back().account == account &&
                         (out_.back().why == "holiday") == holiday;
    last_turn_ = turn;
    if (goes_on) {
      out_.back().until = until;
      return;
    }
    out_.push_back({plan_.id, plan_.name, plan_.post, account, "", holiday ? "holiday" : "plan", "",
                    from, until});
  }

  const Plan& plan_;
  const Roster& roster_;
  const ops::Zone& zone_;
  Day anchor_;
  std::vector<Stretch> out_;
  std::int64_t last_turn_ = -1;
};

/// The stretch over [from, until) of an ordered list becomes `by`, where something stood and where
/// nothing did.
void paint(std::vector<Stretch>& list, const Stretch& by) {
  auto first = std::partition_point(list.begin(), list.end(),
                                    [&](const Stretch& one) { return one.until <= by.from; });
  auto last = std::partition_point(first, list.end(),
                                   [&](const Stretch& one) { return one.from < by.until; });
  std::vector<Stretch> parts;
  model::Time at = by.from;
  const auto fresh = [&](model::Time from, model::Time until, const std::string& planned) {
    if (from >= until) return;
    if (!parts.empty() && parts.back().until == from && parts.back().changed_by == by.changed_by &&
        parts.back().planned == planned) {
      parts.back().until = until;
      return;
    }
    parts.push_back(by);
    parts.back().from = from;
    parts.back().until = until;
    parts.back().planned = planned == by.account ? "" : planned;
  };
  for (auto it = first; it != last; ++it) {
    if (it->from < by.from) {
      parts.push_back(*it);
      parts.back().until = by.from;
    }
    fresh(at, it->from, "");
    const model::Time begin = std::max(it->from, by.from), end = std::min(it->until, by.until);
    fresh(begin, end, it->planned.empty() ? it->account : it->planned);
    at = end;
    if (it->until > by.until) {
      Stretch rest = *it;
      rest.from = by.until;
      fresh(at, by.until, "");
      at = by.until;
      parts.push_back(std::move(rest));
    }
  }
  fresh(at, by.until, "");
  const auto place = list.erase(first, last);
  list.insert(place, std::make_move_iterator(parts.begin()), std::make_move_iterator(parts.end()));
}

/// Nobody stands there in these spans.
std::vector<Stretch> vacate(std::vector<Stretch> list, const std::vector<Span>& spans,
                            const std::string& account) {
  std::vector<Stretch> out;
  for (Stretch& one : list) {
    if (one.account != account) {
      out.push_back(std::move(one));
      continue;
    }
    const auto kept = without(one.from, one.until, spans);
    model::Time at = one.from;
    const auto nobody = [&](model::Time until) {
      if (at >= until) return;
      Stretch gap = one;
      gap.from = at;
      gap.until = until;
      gap.planned = one.account;
      gap.account.clear();
      gap.why = "absent";
      out.push_back(std::move(gap));
    };
    for (const auto& [from, until] : kept) {
      nobody(from);
      Stretch part = one;
      part.from = from;
      part.until = until;
      out.push_back(std::move(part));
      at = until;
    }
    nobody(one.until);
  }
  return out;
}

/// Only inside (or outside) the spans; the edges are cut.
std::vector<Stretch> cut(const std::vector<Stretch>& list, const std::vector<Span>& out_of) {
  std::vector<Stretch> out;
  for (const Stretch& one : list) {
    for (const auto& [from, until] : without(one.from, one.until, out_of)) {
      out.push_back(one);
      out.back().from = from;
      out.back().until = until;
    }
  }
  return out;
}

bool compete(const Post& a, const Post& b) {
  if (a.duty != b.duty) return false;
  if (a.topics.empty() || b.topics.empty()) return true;
  return std::any_of(a.topics.begin(), a.topics.end(), [&b](const std::string& topic) {
    return std::find(b.topics.begin(), b.topics.end(), topic) != b.topics.end();
  });
}

/// Who is asked to stand twice keeps one place. `mine`: the stretches of one account, whole.
std::vector<Stretch> keep_one_place(std::vector<Stretch> mine) {
  std::vector<model::Time> edges;
  for (const Stretch& one : mine) {
    edges.push_back(one.from);
    edges.push_back(one.until);
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  std::sort(mine.begin(), mine.end(), [](const Stretch& a, const Stretch& b) {
    return std::tie(a.from, a.slot) < std::tie(b.from, b.slot);
  });
  const auto rank = [](const Stretch& one) {
    return std::tuple(one.changed_by.empty(), one.post.line, std::string_view(one.slot));
  };
  std::vector<std::vector<Span>> kept(mine.size());
  std::vector<std::size_t> active;
  std::size_t next = 0;
  for (std::size_t e = 0; e + 1 < edges.size(); ++e) {
    const Span piece{edges[e], edges[e + 1]};
    std::erase_if(active, [&](std::size_t i) { return mine[i].until <= piece.first; });
    while (next < mine.size() && mine[next].from <= piece.first) active.push_back(next++);
    std::vector<std::size_t> by_rank = active;
    std::sort(by_rank.begin(), by_rank.end(),
              [&](std::size_t a, std::size_t b) { return rank(mine[a]) < rank(mine[b]); });
    std::vector<std::size_t> taken;
    for (const std::size_t i : by_rank) {
      if (std::any_of(taken.begin(), taken.end(),
                      [&](std::size_t t) { return compete(mine[t].post, mine[i].post); }))
        continue;
      taken.push_back(i);
      if (!kept[i].empty() && kept[i].back().second == piece.first) {
        kept[i].back().second = piece.second;
      } else {
        kept[i].push_back(piece);
      }
    }
  }
  std::vector<Stretch> out;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    for (const auto& [from, until] : kept[i]) {
      out.push_back(mine[i]);
      out.back().from = from;
      out.back().until = until;
    }
    for (const auto& [from, until] : without(mine[i].from, mine[i].until, kept[i])) {
      Stretch nobody = mine[i];
      nobody.from = from;
      nobody.until = until;
      nobody.planned = nobody.account;
      nobody.account.clear();
      nobody.why = "double";
      out.push_back(std::move(nobody));
    }
  }
  return out;
}

class Expansion {
 public:
  Expansion(const Roster& roster, const ops::Zone& zone) : roster_(roster), zone_(zone) {
    for (const Override& one : roster.overrides) overrides_[one.slot].push_back(&one);
    for (const Absence& one : roster.absences)
      absences_[one.account].emplace_back(one.from, one.until);
    for (const std::string& account : roster.gone)
      absences_[account].emplace_back(model::Time::min(), model::Time::max());
  }

  std::vector<Stretch> slots(model::Time from, model::Time until) {
    std::vector<Stretch> out;
    const auto take = [&](std::vector<Stretch> list) {
      for (Stretch& one : list) {
        if (overlap(one.from, one.until, from, until)) out.push_back(std::move(one));
      }
    };
    for (const Plan& plan : roster_.plans) {
      std::vector<Stretch> list = Turns(plan, roster_, zone_).in(from, until);
      override_slot(list, plan.id, plan.name, plan.post, from, until);
      take(scheduled(plan, std::move(list)));
    }
    for (const Shift& shift : roster_.shifts) {
      std::vector<Stretch> list;
      if (overlap(shift.from, shift.until, from, until)) {
        list.push_back({shift.id, shift.name, shift.post, shift.account, "", "shift", "",
                        shift.from, shift.until});
      }
      override_slot(list, shift.id, shift.name, shift.post, from, until);
      take(std::move(list));
    }
    return out;
  }

  /// Absent people leave, and nobody stands twice.
  std::vector<Stretch> settle(std::vector<Stretch> all) {
    std::vector<Stretch> out;
    std::map<std::pair<std::string, std::string>, std::vector<Stretch>> by_person;
    for (Stretch& one : all) {
      std::vector<Stretch> parts;
      const auto away = absences_.find(one.account);
      if (one.account.empty() || away == absences_.end()) {
        parts.push_back(std::move(one));
      } else {
        const std::string account = one.account;
        parts = vacate({std::move(one)}, away->second, account);
      }
      for (Stretch& part : parts) {
        if (part.account.empty()) {
          out.push_back(std::move(part));
        } else {
          by_person[{part.account, part.post.duty}].push_back(std::move(part));
        }
      }
    }
    for (auto& [person, list] : by_person) {
      for (Stretch& one : keep_one_place(std::move(list))) out.push_back(std::move(one));
    }
    return out;
  }

 private:
  void override_slot(std::vector<Stretch>& list, const std::string& slot, const std::string& name,
                     const Post& post, model::Time from, model::Time until) {
    const auto found = overrides_.find(slot);
    if (found == overrides_.end()) return;
    for (const Override* one : found->second) {
      if (!overlap(one->from, one->until, from, until)) continue;
      const std::string why = one->account.empty() ? "nobody"
                              : one->swap.empty()  ? "override"
                                                   : "swap";
      paint(list, {slot, name, post, one->account, "", why, one->id, one->from, one->until});
    }
  }

  std::vector<Stretch> scheduled(const Plan& plan, std::vector<Stretch> list) {
    std::vector<Span> not_in;
    if (plan.schedule.empty()) {
      for (const Schedule& one : roster_.schedules) {
        const bool replaces =
            one.replaces.empty() ||
            std::find(one.replaces.begin(), one.replaces.end(), plan.id) != one.replaces.end();
        if (replaces) not_in.emplace_back(one.from, one.until);
      }
    } else {
      not_in = {{model::Time::min(), model::Time::max()}};
      for (const Schedule& one : roster_.schedules) {
        if (one.id == plan.schedule)
          not_in = {{model::Time::min(), one.from}, {one.until, model::Time::max()}};
      }
    }
    return not_in.empty() ? list : cut(list, not_in);
  }

  const Roster& roster_;
  const ops::Zone& zone_;
  std::map<std::string, std::vector<const Override*>> overrides_;
  std::map<std::string, std::vector<Span>> absences_;
};

}  // namespace

std::vector<Span> without(model::Time from, model::Time until, std::vector<Span> spans) {
  std::sort(spans.begin(), spans.end());
  std::vector<Span> out;
  for (const auto& [begin, end] : spans) {
    if (end <= from) continue;
    if (begin >= until) break;
    if (begin > from) out.emplace_back(from, begin);
    from = std::max(from, end);
  }
  if (from < until) out.emplace_back(from, until);
  return out;
}

Day day_of(const ops::Civil& civil) {
  return Day(std::chrono::year(civil.year) /
             std::chrono::month(static_cast<unsigned>(civil.month)) /
             std::chrono::day(static_cast<unsigned>(civil.day)));
}

model::Time moment_of(const ops::Zone& zone, Day day, int minute) {
  const std::chrono::year_month_day date(day + days(minute / 1440));
  minute %= 1440;
  return zone.moment(static_cast<int>(date.year()),
                     static_cast<int>(static_cast<unsigned>(date.month())),
                     static_cast<int>(static_cast<unsigned>(date.day())), minute / 60, minute % 60);
}

std::vector<Stretch> expand(const Roster& roster, const ops::Zone& zone, model::Time from,
                            model::Time until) {
  if (until <= from) return {};
  Expansion expansion(roster, zone);
  // First those that touch the span, then all that touch one of those: what cuts them is then known
  // also beyond the span's edges.
  model::Time first = from, last = until;
  for (const Stretch& one : expansion.slots(from, until)) {
    first = std::max(std::min(first, one.from), from - kMargin);
    last = std::min(std::max(last, one.until), until + kMargin);
  }
  std::vector<Stretch> out = expansion.settle(expansion.slots(first, last));
  std::erase_if(out,
                [&](const Stretch& one) { return !overlap(one.from, one.until, from, until); });
  std::sort(out.begin(), out.end(), [](const Stretch& a, const Stretch& b) {
    return std::tie(a.from, a.post.duty, a.post.line, a.slot) <
           std::tie(b.from, b.post.duty, b.post.line, b.slot);
  });
  return out;
}

}  // namespace clarion::roster
