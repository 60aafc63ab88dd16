#include "roster/records.h"

#include "http/fields.h"
#include "model/region.h"
#include "model/topic.h"
#include "store/accounts.h"
#include "store/experts.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::roster {
namespace {

constexpr std::size_t kMostPeople = 100;
constexpr std::chrono::days kLongestStretch{400}, kLongestDrill{1};

model::Time moment(http::Fields& fields, std::string_view name) {
  const std::string text = fields.required_text(name, 64);
  if (text.empty()) return {};
  const auto time = model::parse_time(text);
  if (!time || time.value().date_only) {
    fields.problem(name, "time_invalid");
    return {};
  }
  return time.value().time;
}

/// A span of two moments, the second after the first.
void span(http::Fields& fields, model::Time& from, model::Time& until,
          std::chrono::days longest = kLongestStretch) {
  from = moment(fields, "from");
  until = moment(fields, "until");
  if (from != model::Time{} && until != model::Time{} && (until <= from || until - from > longest))
    fields.problem("until", "roster_span", {{"days", std::to_string(longest.count())}});
}

std::vector<std::string> words(http::Fields& fields, std::string_view name, std::size_t most) {
  auto list = fields.optional_texts(name, most, 64);
  if (!list) return {};
  for (std::size_t i = 0; i < list->size(); ++i) {
    if (std::count(list->begin(), list->end(), (*list)[i]) > 1)
      fields.problem(fmt::format("{}/{}", name, i), "field_twice");
  }
  return std::move(*list);
}

std::vector<std::string> topics(http::Fields& fields, std::string_view name) {
  std::vector<std::string> out = words(fields, name, 64);
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (model::find_topic(out[i]) == nullptr)
      fields.problem(fmt::format("{}/{}", name, i), "topic_unknown");
  }
  return out;
}

Post read_post(http::Fields& fields) {
  Post post;
  post.duty = fields.required_word("duty", {kDesk, kExpert, kApprover});
  post.line = static_cast<int>(fields.optional_integer("line", 1, 9).value_or(1));
  post.topics = topics(fields, "topics");
  if (!post.topics.empty() && post.duty != kExpert) fields.problem("topics", "roster_topics");
  post.regions = words(fields, "regions", 256);
  for (std::size_t i = 0; i < post.regions.size(); ++i) {
    if (model::find_region(post.regions[i]) == nullptr)
      fields.problem(fmt::format("regions/{}", i), "region_unknown");
  }
  return post;
}

std::optional<int> minute(http::Fields& fields, std::string_view name) {
  const auto text = fields.optional_text(name, 16);
  if (!text) return std::nullopt;
  const auto value = parse_minute(*text);
  if (!value) fields.problem(name, "clock_invalid");
  return value;
}

std::optional<Day> day(http::Fields& fields, std::string_view name) {
  const auto text = fields.optional_text(name, 16);
  if (!text) return std::nullopt;
  const auto value = parse_day(*text);
  if (!value) fields.problem(name, "day_invalid");
  return value;
}

void read_length(http::Fields& fields, Plan& plan) {
  const json::value* length = fields.take("length");
  if (length == nullptr) return;
  if (!length->is_object()) {
    fields.problem("length", "field_type", {{"type", "object"}});
    return;
  }
  http::Fields nested(length->get_object(), fields.place() + "/length");
  const auto days = nested.optional_integer("days", 1, kMostDays);
  const auto hours = nested.optional_integer("hours", 1, 72);
  if (days.has_value() == hours.has_value()) nested.problem("days", "roster_length");
  static_cast<void>(nested.finish());
  fields.join(nested);
  plan.days = static_cast<int>(days.value_or(1));
  plan.hours = static_cast<int>(hours.value_or(0));
}

}  // namespace

std::optional<int> parse_minute(std::string_view text, bool end) {
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  for (const std::size_t i : {0U, 1U, 3U, 4U}) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (end && hour == 24 && minute == 0) return 1440;
  if (hour > 23 || minute > 59) return std::nullopt;
  return hour * 60 + minute;
}

std::string minute_text(int minute) { return fmt::format("{:02}:{:02}", minute / 60, minute % 60); }

std::optional<Day> parse_day(std::string_view text) {
  const auto time = model::parse_time(text);
  if (!time || !time.value().date_only) return std::nullopt;
  return std::chrono::floor<std::chrono::days>(time.value().time);
}

std::string day_text(Day day) { return model::to_text(model::Time(day)).substr(0, 10); }

Result<Plan> read_plan(const json::object& record) {
  http::Fields fields(record);
  Plan plan;
  plan.name = fields.required_text("name", 100);
  plan.post = read_post(fields);
  plan.people = words(fields, "people", kMostPeople);
  if (plan.people.empty()) fields.problem("people", "field_required");
  const auto starts = day(fields, "starts");
  if (!starts) {
    if (record.if_contains("starts") == nullptr) fields.problem("starts", "field_required");
  } else {
    plan.starts = *starts;
  }
  plan.ends = day(fields, "ends");
  if (starts && plan.ends && *plan.ends <= *starts) fields.problem("ends", "roster_span_days");
  plan.at = minute(fields, "at").value_or(8 * 60);
  plan.until = minute(fields, "until");
  read_length(fields, plan);
  if (const auto weekday = fields.optional_integer("weekday", 1, 7)) {
    plan.weekday = static_cast<int>(*weekday);
    if (plan.hours > 0 || plan.days % 7 != 0) fields.problem("weekday", "roster_weekday");
  }
  if (plan.until && plan.hours > 0) fields.problem("until", "roster_until");
  if (const json::value* list = fields.take("weekdays")) {
    if (!list->is_array() || list->get_array().size() > 7) {
      fields.problem("weekdays", "field_type", {{"type", "array"}});
    } else {
      for (std::size_t i = 0; i < list->get_array().size(); ++i) {
        const std::int64_t* value = list->get_array()[i].if_int64();
        if (value == nullptr || *value < 1 || *value > 7) {
          fields.problem(fmt::format("weekdays/{}", i), "field_out_of_range",
                         {{"min", "1"}, {"max", "7"}});
        } else {
          plan.weekdays.insert(static_cast<int>(*value));
        }
      }
    }
  }
  plan.holiday_people = words(fields, "holiday_people", kMostPeople);
  plan.schedule = fields.optional_text("schedule", 64).value_or("");
  CLARION_TRY(fields.finish());
  return plan;
}

Result<Schedule> read_schedule(const json::object& record) {
  http::Fields fields(record);
  Schedule out;
  out.name = fields.required_text("name", 100);
  span(fields, out.from, out.until);
  out.replaces = words(fields, "replaces", kMostPeople);
  CLARION_TRY(fields.finish());
  return out;
}

Result<Shift> read_shift(const json::object& record) {
  http::Fields fields(record);
  Shift out;
  out.account = fields.required_text("account", 64);
  out.name = fields.optional_text("name", 100).value_or("");
  out.post = read_post(fields);
  span(fields, out.from, out.until);
  CLARION_TRY(fields.finish());
  return out;
}

Result<Override> read_override(const json::object& record) {
  http::Fields fields(record);
  Override out;
  out.slot = fields.required_text("slot", 64);
  out.account = fields.optional_text("account", 64).value_or("");
  span(fields, out.from, out.until);
  static_cast<void>(fields.optional_text("note", 500));
  fields.skip("by");
  out.swap = fields.optional_text("swap", 64).value_or("");
  CLARION_TRY(fields.finish());
  return out;
}

Result<Absence> read_absence(const json::object& record) {
  http::Fields fields(record);
  Absence out;
  out.account = fields.required_text("account", 64);
  span(fields, out.from, out.until);
  static_cast<void>(fields.optional_text("note", 500));
  CLARION_TRY(fields.finish());
  return out;
}

Result<Drill> read_drill(const json::object& record) {
  http::Fields fields(record);
  Drill out;
  out.title = fields.required_text("title", 100);
  out.lead = fields.optional_text("lead", 64).value_or("");
  span(fields, out.from, out.until, kLongestDrill);
  static_cast<void>(fields.optional_text("note", 500));
  CLARION_TRY(fields.finish());
  return out;
}

Result<Settings> read_settings(const json::object& record) {
  http::Fields fields(record);
  Settings out;
  out.alarm_hours = static_cast<int>(fields.optional_integer("alarm_hours", 1, 168).value_or(4));
  if (const auto days = fields.optional_texts("holidays", 400, 10)) {
    for (std::size_t i = 0; i < days->size(); ++i) {
      const auto value = parse_day((*days)[i]);
      if (value) {
        out.holidays.insert(*value);
      } else {
        fields.problem(fmt::format("holidays/{}", i), "day_invalid");
      }
    }
  }
  if (const json::value* needs = fields.take("needs")) {
    if (!needs->is_object()) {
      fields.problem("needs", "field_type", {{"type", "object"}});
    } else {
      http::Fields nested(needs->get_object(), "/needs");
      const auto count = [&nested](std::string_view name) -> std::optional<int> {
        const auto value = nested.optional_integer(name, 0, 9);
        return value ? std::optional(static_cast<int>(*value)) : std::nullopt;
      };
      out.needs.desk = count("desk");
      out.needs.approver = count("approver");
      if (const json::value* list = needs->get_object().if_contains("topics");
          list != nullptr && !list->is_null()) {
        out.needs.topics = topics(nested, "topics");
      } else {
        nested.skip("topics");
      }
      if (const json::value* hours = nested.take("hours")) {
        const auto texts = strings_of(*hours);
        const auto from = texts.size() == 2 ? parse_minute(texts[0]) : std::nullopt;
        const auto until = texts.size() == 2 ? parse_minute(texts[1], true) : std::nullopt;
        if (from && until) {
          out.needs.hours = std::pair(*from, *until);
        } else {
          nested.problem("hours", "clock_span_invalid");
        }
      }
      static_cast<void>(nested.finish());
      fields.join(nested);
    }
  }
  CLARION_TRY(fields.finish());
  return out;
}

Result<Roster> load(store::View& view, const ops::Zone& zone, model::Time from, model::Time until) {
  Roster out;
  CLARION_TRY(auto rows, store::roster_in(view, from - kMargin, until + kMargin));
  for (const store::RosterRow& row : rows) {
    // What was checked when it came in and can't be read is damage; the rest still counts, and a
    // slot that is missing shows as a gap.
    if (row.kind == "plan") {
      auto read = read_plan(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      read.value().id = row.id;
      read.value().version = row.version;
      out.plans.push_back(std::move(read.value()));
    } else if (row.kind == "schedule") {
      auto read = read_schedule(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      read.value().id = row.id;
      out.schedules.push_back(std::move(read.value()));
    } else if (row.kind == "shift") {
      auto read = read_shift(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      read.value().id = row.id;
      read.value().version = row.version;
      out.shifts.push_back(std::move(read.value()));
    } else if (row.kind == "override") {
      auto read = read_override(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      read.value().id = row.id;
      out.overrides.push_back(std::move(read.value()));
    } else if (row.kind == "absence") {
      auto read = read_absence(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      out.absences.push_back(std::move(read.value()));
    } else if (row.kind == "settings") {
      auto read = read_settings(row.record);
      if (!read) return within(row.id, {Errc::corrupt, read.error().text, "corrupt"});
      out.needs = read.value().needs;
      out.holidays = std::move(read.value().holidays);
      out.alarm_hours = read.value().alarm_hours;
    }
  }
  for (const std::string_view duty : {kDesk, kExpert, kApprover}) {
    CLARION_TRY(auto first, store::first_of_duty(view, duty));
    if (first) out.first.emplace(duty, *first);
  }
  if (out.empty()) return out;
  CLARION_TRY(auto accounts, store::list_accounts(view));
  for (const store::Account& account : accounts) {
    if (account.disabled) out.gone.insert(account.name);
  }
  CLARION_TRY(auto experts, store::list_experts(view));
  for (const store::ExpertRow& expert : experts) {
    const json::value* list = expert.record.if_contains("absences");
    if (!expert.account || list == nullptr || !list->is_array()) continue;
    for (const json::value& item : list->get_array()) {
      if (!item.is_object()) continue;
      const auto begin = model::parse_time(string_or(item.get_object(), "from"));
      const auto end = model::parse_time(string_or(item.get_object(), "until"));
      if (begin && end)
        out.absences.push_back(
            {*expert.account, zone.resolve(begin.value()), zone.resolve(end.value())});
    }
  }
  return out;
}

}  // namespace clarion::roster
