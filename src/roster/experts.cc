#include "roster/experts.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "model/region.h"
#include "model/time.h"
#include "model/topic.h"
#include "roster/records.h"
#include "store/accounts.h"
#include "store/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::roster {
namespace {

constexpr std::int64_t kDefaultCapacity = 5;

void check_topics(http::Fields& fields, const json::value* topics) {
  if (topics == nullptr) {
    fields.problem("topics", "field_required");
    return;
  }
  const json::object* grades = topics->if_object();
  if (grades == nullptr || grades->size() > 64) {
    fields.problem("topics", "field_type", {{"type", "object"}});
    return;
  }
  for (const json::key_value_pair& grade : *grades) {
    const std::string place = fmt::format("topics/{}", std::string_view(grade.key()));
    if (model::find_topic(grade.key()) == nullptr) fields.problem(place, "topic_unknown");
    const std::int64_t* value = grade.value().if_int64();
    if (value == nullptr || *value < 1 || *value > 3)
      fields.problem(place, "field_out_of_range", {{"min", "1"}, {"max", "3"}});
  }
}

void check_quiet_hours(http::Fields& fields) {
  const json::value* value = fields.take("quiet_hours");
  if (value == nullptr) return;
  if (!value->is_object()) {
    fields.problem("quiet_hours", "field_type", {{"type", "object"}});
    return;
  }
  http::Fields nested(value->get_object(), fields.place() + "/quiet_hours");
  for (const std::string_view name : {"from", "until"}) {
    const std::string text = nested.required_text(name, 16);
    if (!text.empty() && !parse_minute(text)) nested.problem(name, "clock_invalid");
  }
  static_cast<void>(nested.finish());
  fields.join(nested);
}

void check_absences(http::Fields& fields) {
  const json::value* value = fields.take("absences");
  if (value == nullptr) return;
  if (!value->is_array() || value->get_array().size() > 100) {
    fields.problem("absences", "field_type", {{"type", "array"}});
    return;
  }
  std::size_t place = 0;
  for (const json::value& item : value->get_array()) {
    const std::string name = fmt::format("absences/{}", place++);
    if (!item.is_object()) {
      fields.problem(name, "field_type", {{"type", "object"}});
      continue;
    }
    http::Fields nested(item.get_object(), fields.place() + "/" + name);
    const auto from = model::parse_time(nested.required_text("from", 64));
    const auto until = model::parse_time(nested.required_text("until", 64));
    if (!from) nested.problem("from", "time_invalid");
    if (!until) nested.problem("until", "time_invalid");
    if (from && until && until.value().time <= from.value().time)
      nested.problem("until", "roster_span_days");
    static_cast<void>(nested.optional_text("note", 500));
    static_cast<void>(nested.finish());
    fields.join(nested);
  }
}

void check_consent_shape(http::Fields& fields) {
  const json::value* value = fields.take("consent");
  if (value == nullptr) return;
  if (!value->is_object()) {
    fields.problem("consent", "field_type", {{"type", "object"}});
    return;
  }
  http::Fields nested(value->get_object(), fields.place() + "/consent");
  const std::string on = nested.required_text("on", 16);
  if (!on.empty() && !parse_day(on)) nested.problem("on", "day_invalid");
  static_cast<void>(nested.optional_text("by", 64));
  static_cast<void>(nested.finish());
  fields.join(nested);
}

constexpr std::array<std::string_view, 15> kColumns = {
    "id",       "user",       "name",        "title",       "affiliation",
    "topics",   "regions",    "langs",       "capacity",    "conflicts",
    "contacts", "quiet_from", "quiet_until", "public_name", "consent_on"};
constexpr std::size_t kMostExperts = 5000;

/// A line of a table as the record that NDJSON would hold.
json::object record_of(const CsvRow& row, FieldError* bad) {
  json::object out;
  const auto text = [&](std::string_view column) {
    if (!row[column].empty()) out[column] = row[column];
  };
  for (const std::string_view column :
       {"id", "user", "name", "title", "affiliation", "public_name"})
    text(column);
  json::object topics;
  for (const std::string& word : cell_words(row["topics"])) {
    const std::size_t colon = word.find(':');
    const std::string grade = colon == std::string::npos ? "2" : word.substr(colon + 1);
    if (grade.size() != 1 || grade[0] < '1' || grade[0] > '3') {
      *bad = {"topics", "field_out_of_range", {{"min", "1"}, {"max", "3"}}};
    } else {
      topics[word.substr(0, colon)] = grade[0] - '0';
    }
  }
  out["topics"] = std::move(topics);
  for (const std::string_view column : {"regions", "langs", "conflicts"}) {
    const auto words = cell_words(row[column]);
    if (!words.empty()) out[column] = json_of(words);
  }
  if (const auto parts = cell_parts(row["contacts"]); !parts.empty())
    out["contacts"] = json_of(parts);
  if (const std::string_view cell = row["capacity"]; !cell.empty()) {
    std::int64_t value = 0;
    const bool digits =
        cell.size() <= 4 && cell.find_first_not_of("0123456789") == std::string_view::npos;
    for (const char c : digits ? cell : std::string_view()) value = value * 10 + (c - '0');
    if (digits) {
      out["capacity"] = value;
    } else {
      *bad = {"capacity", "field_out_of_range", {{"min", "0"}, {"max", "1000"}}};
    }
  }
  if (!row["quiet_from"].empty() || !row["quiet_until"].empty())
    out["quiet_hours"] = {{"from", row["quiet_from"]}, {"until", row["quiet_until"]}};
  if (!row["consent_on"].empty()) out["consent"] = {{"on", row["consent_on"]}};
  return out;
}

/// What the table has no column for stays as it was.
Status keep_uncovered(store::View& view, const CsvRow& row, json::object& record) {
  CLARION_TRY(auto before, store::find_expert(view, row["id"]));
  if (!before) return ok();
  const auto has = [&row](std::string_view column) {
    return std::any_of(row.cells.begin(), row.cells.end(),
                       [&](const auto& cell) { return cell.first == column; });
  };
  for (const json::key_value_pair& member : before->record) {
    const std::string_view name = member.key();
    const std::string_view column = name == "quiet_hours" ? "quiet_from"
                                    : name == "consent"   ? "consent_on"
                                                          : name;
    if (!has(column)) record[name] = member.value();
  }
  return ok();
}

/// Puts one expert of an import into the store.
Status import_one(store::Tx& tx, store::ExpertRow row, std::string_view actor, ImportCount& count) {
  if (row.account) {
    CLARION_TRY(auto account, store::find_account(tx, *row.account));
    if (!account) {
      return Error{
          Errc::not_found,
          fmt::format("there is no account '{}': add it with 'clarion user add'", *row.account),
          "account_unknown",
          {{"account", *row.account}}};
    }
  }
  CLARION_TRY(auto before, store::find_expert(tx, row.id));
  if (find_string(row.record, "public_name") != nullptr &&
      row.record.if_contains("consent") == nullptr) {
    const json::value* kept = before ? before->record.if_contains("consent") : nullptr;
    if (kept != nullptr) {
      row.record["consent"] = *kept;
    } else {
      row.record["consent"] = {{"on", model::to_text(tx.now()).substr(0, 10)}, {"by", actor}};
    }
  }
  if (before && before->active && before->record == row.record) {
    ++count.unchanged;
    return ok();
  }
  CLARION_TRY(store::put_expert(tx, row));
  CLARION_TRY(store::append_audit(tx, actor, "expert.import", row.id,
                                  {{"hash", sha256_hex(json::serialize(row.record))}}));
  ++(before ? count.changed : count.added);
  return ok();
}

}  // namespace

Result<store::ExpertRow> read_expert(const json::value& record) {
  const json::object* object = record.if_object();
  if (object == nullptr) return Error{Errc::invalid, "an expert is a JSON object", "field_type"};
  http::Fields fields(*object);
  store::ExpertRow row;
  row.id = fields.required_text("id", 64);
  row.account = fields.optional_text("user", 64);
  static_cast<void>(fields.required_text("name", 100));
  for (const char* name : {"title", "affiliation", "public_name"})
    static_cast<void>(fields.optional_text(name, 200));
  check_topics(fields, fields.take("topics"));
  if (const auto regions = fields.optional_texts("regions", 256, 12)) {
    for (std::size_t i = 0; i < regions->size(); ++i) {
      if (model::find_region((*regions)[i]) == nullptr)
        fields.problem(fmt::format("regions/{}", i), "region_unknown");
    }
  }
  static_cast<void>(fields.optional_texts("langs", 16, 16));
  static_cast<void>(fields.optional_texts("conflicts", 64, 200));
  static_cast<void>(fields.optional_texts("contacts", 16, 200));
  static_cast<void>(fields.optional_integer("capacity", 0, 1000));
  check_quiet_hours(fields);
  check_absences(fields);
  check_consent_shape(fields);
  CLARION_TRY(fields.finish());
  row.record = *object;
  return row;
}

Expert expert_of(const store::ExpertRow& row) {
  Expert out;
  out.id = row.id;
  out.account = row.account.value_or("");
  out.name = string_or(row.record, "name");
  if (const json::value* topics = row.record.if_contains("topics");
      topics != nullptr && topics->is_object()) {
    for (const json::key_value_pair& grade : topics->get_object())
      out.topics[grade.key()] = static_cast<int>(grade.value().to_number<int>());
  }
  const auto list = [&row](std::string_view name) {
    const json::value* value = row.record.if_contains(name);
    return value != nullptr ? strings_of(*value) : std::vector<std::string>{};
  };
  out.regions = list("regions");
  out.langs = list("langs");
  out.conflicts = list("conflicts");
  const json::value* capacity = row.record.if_contains("capacity");
  out.capacity =
      capacity != nullptr && capacity->is_int64() ? capacity->get_int64() : kDefaultCapacity;
  return out;
}

Status check_consent(const json::object& record) {
  if (find_string(record, "public_name") == nullptr) return ok();
  const json::value* consent = record.if_contains("consent");
  if (consent != nullptr && consent->is_object()) return ok();
  return Error{Errc::invalid,
               "a public name needs the date of the consent to it",
               "field_invalid",
               {},
               {{"/consent", "expert_consent", {}}}};
}

bool is_own_member(std::string_view name) {
  constexpr std::array<std::string_view, 10> kOwn = {
      "title",    "affiliation", "langs",    "conflicts",   "contacts",
      "capacity", "quiet_hours", "absences", "public_name", "consent"};
  return std::find(kOwn.begin(), kOwn.end(), name) != kOwn.end();
}

bool is_quiet(const json::object& record, const ops::Zone& zone, model::Time at) {
  const json::value* hours = record.if_contains("quiet_hours");
  if (hours == nullptr || !hours->is_object()) return false;
  const auto from = parse_minute(string_or(hours->get_object(), "from"));
  const auto until = parse_minute(string_or(hours->get_object(), "until"));
  if (!from || !until) return false;
  const ops::Civil civil = zone.civil(at);
  const int minute = civil.hour * 60 + civil.minute;
  return *from < *until ? minute >= *from && minute < *until : minute >= *from || minute < *until;
}

bool is_away(const json::object& record, const ops::Zone& zone, model::Time at) {
  const json::value* list = record.if_contains("absences");
  if (list == nullptr || !list->is_array()) return false;
  return std::any_of(list->get_array().begin(), list->get_array().end(),
                     [&](const json::value& item) {
                       if (!item.is_object()) return false;
                       const auto from = model::parse_time(string_or(item.get_object(), "from"));
                       const auto until = model::parse_time(string_or(item.get_object(), "until"));
                       return from && until && zone.resolve(from.value()) <= at &&
                              at < zone.resolve(until.value());
                     });
}

Result<ImportCount> import_experts(store::Tx& tx, std::string_view ndjson, std::string_view actor) {
  std::size_t line = 0;
  ImportCount count;
  while (!ndjson.empty()) {
    ++line;
    const std::size_t end = ndjson.find('\n');
    const std::string_view text = ndjson.substr(0, end);
    ndjson = end == std::string_view::npos ? std::string_view{} : ndjson.substr(end + 1);
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    const std::string place = fmt::format("line {}", line);
    const auto value = parse_json(text);
    if (!value) return within(place, value.error());
    const auto row = read_expert(value.value());
    if (!row) return within(place, row.error());
    const Status put = import_one(tx, row.value(), actor, count);
    if (!put) return within(place, put.error());
  }
  return count;
}

Result<ImportCount> import_experts_csv(store::Tx& tx, std::string_view csv,
                                       std::string_view actor) {
  CLARION_TRY(auto rows, read_csv(csv, kMostExperts));
  ImportCount count;
  std::vector<FieldError> bad;
  const auto note = [&bad](std::size_t line, const Error& error) {
    const std::string place = fmt::format("line {}", line);
    if (error.fields.empty()) bad.push_back({place, error.code, error.params});
    for (const FieldError& field : error.fields)
      bad.push_back({place + field.pointer, field.code, field.params});
  };
  for (const CsvRow& row : rows) {
    for (const auto& [column, cell] : row.cells) {
      if (std::find(kColumns.begin(), kColumns.end(), column) == kColumns.end())
        return Error{Errc::invalid,
                     fmt::format("line 1: there is no column '{}'", column),
                     "csv_invalid",
                     {{"text", fmt::format("line 1: {}", column)}}};
    }
    FieldError wrong;
    json::object record = record_of(row, &wrong);
    CLARION_TRY(keep_uncovered(tx, row, record));
    if (!wrong.code.empty()) {
      bad.push_back({fmt::format("line {}/{}", row.line, wrong.pointer), wrong.code, wrong.params});
      continue;
    }
    const auto read = read_expert(record);
    if (!read) {
      note(row.line, read.error());
      continue;
    }
    const Status put = import_one(tx, read.value(), actor, count);
    if (!put) note(row.line, put.error());
  }
  if (bad.empty()) return count;
  return Error{Errc::invalid,
               fmt::format("{} lines or cells are wrong; nothing was taken", bad.size()),
               "import_lines",
               {},
               std::move(bad)};
}

std::string experts_csv(const std::vector<store::ExpertRow>& rows) {
  std::string out = csv_line({kColumns.begin(), kColumns.end()});
  for (const store::ExpertRow& row : rows) {
    std::vector<std::string> cells;
    const auto joined = [&row](std::string_view name, std::string_view between) {
      const json::value* list = row.record.if_contains(name);
      return list == nullptr ? std::string()
                             : fmt::format("{}", fmt::join(strings_of(*list), between));
    };
    const auto nested = [&row](std::string_view name, std::string_view member) {
      const json::value* value = row.record.if_contains(name);
      if (value != nullptr && value->is_array() && !value->get_array().empty())
        value = &value->get_array().front();
      return value != nullptr && value->is_object()
                 ? std::string(string_or(value->get_object(), member))
                 : std::string();
    };
    const Expert expert = expert_of(row);
    std::vector<std::string> topics;
    topics.reserve(expert.topics.size());
    for (const auto& [topic, grade] : expert.topics)
      topics.push_back(fmt::format("{}:{}", topic, grade));
    out += csv_line(
        {row.id, row.account.value_or(""), expert.name, std::string(string_or(row.record, "title")),
         std::string(string_or(row.record, "affiliation")),
         fmt::format("{}", fmt::join(topics, " ")), joined("regions", " "), joined("langs", " "),
         std::to_string(expert.capacity), joined("conflicts", " "), joined("contacts", "; "),
         nested("quiet_hours", "from"), nested("quiet_hours", "until"),
         std::string(string_or(row.record, "public_name")), nested("consent", "on")});
  }
  return out;
}

}  // namespace clarion::roster
