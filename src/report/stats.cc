#include "report/stats.h"

#include "report/rollup.h"
#include "store/cases.h"
#include "store/desk_counts.h"
#include "store/posts.h"
#include "store/sources.h"
#include "store/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>

namespace clarion::report {
namespace {

constexpr std::array<std::string_view, 9> kCounts = {
    "posts_seen", "posts_flagged", "cases_opened", "cases_closed", "cases_dismissed",
    "verdicts",   "notices",       "revisions",    "withdrawals"};
constexpr std::array<std::string_view, 4> kTimes = {"claim", "decision", "verdict", "publication"};
constexpr std::int64_t kMostEffects = 10, kMostPublished = 200;
constexpr std::chrono::hours kEffectHour{1};

/// The value that a share of the counted times does not exceed, in seconds.
json::value at_share(const std::map<std::int64_t, std::int64_t>& buckets, double share) {
  std::int64_t all = 0;
  for (const auto& [bucket, n] : buckets) all += n;
  if (all == 0) return nullptr;
  std::int64_t seen = 0;
  for (const auto& [bucket, n] : buckets) {
    seen += n;
    if (static_cast<double>(seen) >= share * static_cast<double>(all))
      return std::round(middle_of(bucket)) / 1e3;
  }
  return nullptr;
}

json::array ranked(const std::map<std::string, std::int64_t>& counts, std::string_view name) {
  std::vector<std::pair<std::string, std::int64_t>> rows(counts.begin(), counts.end());
  std::stable_sort(rows.begin(), rows.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  json::array out;
  for (const auto& [key, n] : rows)
    out.push_back({{name, key.empty() ? json::value(nullptr) : json::value(key)}, {"cases", n}});
  return out;
}

/// The first moment of a day that was checked before.
model::Time start_of(const std::string& day, const ops::Zone& zone, int later = 0) {
  return zone.midnight(std::stoi(day.substr(0, 4)), std::stoi(day.substr(5, 2)),
                       std::stoi(day.substr(8, 2)) + later);
}

/// What waits now, of one mode.
Result<json::object> backlog_of(store::View& view, std::string_view mode, model::Time now) {
  CLARION_TRY(const auto counts, store::count_desk(view, {.modes = {std::string(mode)}}, now));
  json::object out;
  for (const std::string_view state : {"open", "assigned", "in_review", "judged"}) {
    const auto found = counts.cases.find(state);
    out[state] = found == counts.cases.end() ? 0 : found->second;
  }
  out["overdue"] = counts.overdue;
  out["oldest_at"] =
      counts.oldest ? json::value(model::to_text(counts.oldest->since)) : json::value(nullptr);
  CLARION_TRY(const auto notices, store::waiting_notices(view, mode));
  out["approval"] = notices.count;
  out["approval_oldest_at"] =
      notices.count > 0
          ? json::value(model::to_text(model::Time(std::chrono::milliseconds(notices.oldest_ms))))
          : json::value(nullptr);
  return out;
}

/// Cases by the hour they opened in; null where a day was counted before hours were.
json::value hours_of(const std::map<std::string, std::int64_t>& hours, std::int64_t opened) {
  if (hours.empty() && opened > 0) return nullptr;
  json::array out;
  for (int hour = 0; hour < 24; ++hour) {
    const auto found = hours.find(fmt::format("{:02}", hour));
    out.push_back({{"hour", hour}, {"cases", found == hours.end() ? 0 : found->second}});
  }
  return out;
}

json::object titles_of(const json::object& form) {
  json::object out;
  if (const json::value* content = form.if_contains("content"); content && content->is_object()) {
    for (const json::key_value_pair& lang : content->get_object()) {
      if (const json::object* text = lang.value().if_object())
        out[lang.key()] = string_or(*text, "title");
    }
  }
  return out;
}

/// What was published in a day.
Result<json::array> published_of(store::View& view, std::string_view mode, model::Time from,
                                 model::Time to) {
  CLARION_TRY(const auto rows, store::published_between(view, mode, from, to, kMostPublished));
  json::array out;
  for (const store::PublishedRevision& row : rows) {
    const auto form = parse_json(row.form);
    if (!form || !form.value().is_object()) continue;
    const json::object& signed_form = form.value().get_object();
    json::object one{{"notice", row.notice_id}, {"revision", row.revision}};
    for (const char* name : {"action", "kind", "severity", "verdict"}) {
      if (const json::value* value = signed_form.if_contains(name)) one[name] = *value;
    }
    one["title"] = titles_of(signed_form);
    const json::value* links = signed_form.if_contains("links");
    one["url"] = links && links->is_object() && links->get_object().contains("html")
                     ? links->get_object().at("html")
                     : json::value(nullptr);
    one["published_at"] = model::to_text(row.published_at);
    out.push_back(std::move(one));
  }
  return out;
}

Result<json::array> effects_of(store::View& view, std::string_view mode, model::Time from,
                               model::Time to, model::Time now) {
  CLARION_TRY(const auto published, store::published_for_cases(view, mode, from, to, kMostEffects));
  json::array out;
  for (const store::PublishedForCase& each : published) {
    CLARION_TRY(const auto row, store::find_case(view, each.case_id));
    if (!row || !row->group) continue;
    CLARION_TRY(const auto group, store::find_group(view, *row->group));
    if (!group) continue;
    const auto figures = parse_json(group->figures);
    if (!figures || !figures.value().is_object()) continue;
    json::object effect = effect_of(figures.value().get_object(), each.published_at, now);
    effect["notice"] = each.notice_id;
    effect["case"] = each.case_id;
    const auto form = parse_json(each.form);
    effect["title"] =
        form && form.value().is_object() ? titles_of(form.value().get_object()) : json::object{};
    effect["published_at"] = model::to_text(each.published_at);
    out.push_back(std::move(effect));
  }
  return out;
}

}  // namespace

json::object effect_of(const json::object& figures, model::Time published, model::Time now) {
  using std::chrono::duration_cast;
  using std::chrono::seconds;
  const std::int64_t at = duration_cast<seconds>(published.time_since_epoch()).count();
  const std::int64_t hour = seconds(kEffectHour).count();
  std::int64_t stretch = 60;
  if (const json::value* value = figures.if_contains("series_seconds");
      value != nullptr && value->is_int64())
    stretch = std::max<std::int64_t>(1, value->get_int64());
  std::map<std::int64_t, std::int64_t> posts;  // by the stretch's start
  if (const json::value* series = figures.if_contains("series");
      series != nullptr && series->is_array()) {
    for (const json::value& point : series->get_array()) {
      const json::object* object = point.if_object();
      if (object == nullptr) continue;
      const auto time = model::parse_time(string_or(*object, "t"));
      const json::value* n = object->if_contains("posts");
      if (!time || n == nullptr || !n->is_int64()) continue;
      posts[duration_cast<seconds>(time.value().time.time_since_epoch()).count()] += n->get_int64();
    }
  }
  std::int64_t before = 0, after = 0;
  for (const auto& [t, n] : posts) {
    if (t >= at - hour && t < at) before += n;
    if (t >= at && t < at + hour) after += n;
  }
  const double per_minute_before = static_cast<double>(before) / 60;
  const std::int64_t passed = std::min(hour, duration_cast<seconds>(now - published).count());
  json::object out{{"before_per_minute", nullptr},
                   {"after_per_minute", nullptr},
                   {"half_life_seconds", nullptr}};
  const auto two = [](double value) { return std::round(value * 100) / 100; };
  if (before > 0) out["before_per_minute"] = two(per_minute_before);
  if (passed >= 60)
    out["after_per_minute"] = two(static_cast<double>(after) * 60 / static_cast<double>(passed));
  if (before == 0) return out;
  // A whole stretch after the notice with at most half the posts of before, silent ones too.
  const double half = per_minute_before / 2 * static_cast<double>(stretch) / 60;
  const std::int64_t first = (at / stretch + 1) * stretch;
  const std::int64_t until = duration_cast<seconds>(now.time_since_epoch()).count() - stretch;
  for (std::int64_t t = first; t <= until && t < at + 24 * hour; t += stretch) {
    const auto found = posts.find(t);
    const std::int64_t n = found == posts.end() ? 0 : found->second;
    if (static_cast<double>(n) > half) continue;
    out["half_life_seconds"] = t + stretch - at;
    break;
  }
  return out;
}

Result<json::object> stats_of(store::View& view, std::string_view mode, const std::string& first,
                              const std::string& last, model::Time now, const ops::Zone& zone) {
  CLARION_TRY(const auto rows, store::list_stats(view, mode, first, last));
  std::map<std::string, std::map<std::string, std::int64_t, std::less<>>> days;
  std::map<std::string, std::map<std::int64_t, std::int64_t>, std::less<>> times;
  std::map<std::string, std::int64_t, std::less<>> totals;
  std::map<std::string, std::int64_t> topics, regions, hours, backlogs;
  for (const store::StatRow& row : rows) {
    if (row.what == "topic") {
      topics[row.key] += row.n;
    } else if (row.what == "hour") {
      hours[row.key] += row.n;
    } else if (row.what == "backlog") {
      backlogs[row.day] = row.n;
    } else if (row.what == "region") {
      regions[row.key] += row.n;
    } else if (row.what.starts_with("time.")) {
      std::int64_t bucket = 0;
      std::from_chars(row.key.data(), row.key.data() + row.key.size(), bucket);
      times[row.what.substr(5)][bucket] += row.n;
    } else {
      days[row.day][row.what] += row.n;
      totals[row.what] += row.n;
    }
  }
  const auto counts = [](const auto& found) {
    json::object out;
    // Posts are null where none was counted: then nothing is known. The rest is counted always.
    for (const std::string_view name : kCounts) {
      const auto at = found.find(name);
      const bool posts = name.starts_with("posts_");
      out[name] = at != found.end() ? json::value(at->second)
                  : posts           ? json::value(nullptr)
                                    : json::value(0);
    }
    return out;
  };
  json::object body{{"from", first},
                    {"to", last},
                    {"timezone", zone.name()},
                    {"mode", mode},
                    {"generated_at", model::to_text(now)}};
  json::array listed;
  for (const auto& [day, figures] : days) {
    json::object one{{"day", day}};
    for (const json::key_value_pair& each : counts(figures)) one[each.key()] = each.value();
    const auto left = backlogs.find(day);
    one["backlog"] = left == backlogs.end() ? json::value(nullptr) : json::value(left->second);
    listed.push_back(std::move(one));
  }
  body["days"] = std::move(listed);
  body["totals"] = counts(totals);
  json::object shown;
  for (const std::string_view name : kTimes) {
    const auto found = times.find(name);
    const std::map<std::int64_t, std::int64_t> none;
    const auto& buckets = found != times.end() ? found->second : none;
    std::int64_t n = 0;
    for (const auto& [bucket, each] : buckets) n += each;
    shown[name] = {{"count", n},
                   {"median_seconds", at_share(buckets, 0.5)},
                   {"p90_seconds", at_share(buckets, 0.9)}};
  }
  body["times"] = std::move(shown);
  body["topics"] = ranked(topics, "topic");
  body["regions"] = ranked(regions, "region");
  body["hours"] = first == last ? hours_of(hours, totals["cases_opened"]) : json::value(nullptr);
  CLARION_TRY(body["backlog"], backlog_of(view, mode, now));
  body["published"] = nullptr;
  if (first == last) {
    CLARION_TRY(body["published"],
                published_of(view, mode, start_of(first, zone), start_of(last, zone, 1)));
  }
  CLARION_TRY(body["effects"],
              effects_of(view, mode, start_of(first, zone), start_of(last, zone, 1), now));
  return body;
}

}  // namespace clarion::report
