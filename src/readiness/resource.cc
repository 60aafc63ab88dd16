#include "readiness/resource.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "model/region.h"
#include "model/topic.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::readiness {
namespace {

using http::Fields;

constexpr std::array<std::string_view, 2> kLangs = {"zh", "en"};

/// Calls `read` for each language of a member {zh, en}.
template <class Read>
void each_lang(Fields& fields, json::object& out, std::string_view name, bool needed, Read read) {
  const json::value* value = fields.take(name);
  if (value == nullptr) {
    if (needed) fields.problem(name, "field_required");
    return;
  }
  const json::object* object = value->if_object();
  if (object == nullptr) return fields.problem(name, "field_type", {{"type", "object"}});
  Fields inner(*object, fmt::format("{}/{}", fields.place(), name));
  json::object made;
  for (const std::string_view lang : kLangs) read(inner, lang, made);
  static_cast<void>(inner.finish());
  fields.join(inner);
  out[name] = std::move(made);
}

void texts(Fields& fields, json::object& out, std::string_view name, std::size_t most) {
  each_lang(fields, out, name, true, [most](Fields& inner, std::string_view lang, auto& made) {
    if (lang == "zh") {
      made[lang] = inner.required_text(lang, most);
    } else if (const auto text = inner.optional_text(lang, most); text && !text->empty()) {
      made[lang] = *text;
    }
  });
}

/// English is whole or not at all: half a text would go out as half a notice.
void check_english(Fields& fields, const json::object& out) {
  const auto has = [&out](std::string_view name) {
    const json::value* value = out.if_contains(name);
    return value != nullptr && value->get_object().contains("en");
  };
  if (!has("title") && !has("summary") && !has("body")) return;
  for (const char* name : {"title", "summary", "body"}) {
    if (!has(name)) fields.problem(fmt::format("{}/en", name), "field_required");
  }
}

void words(Fields& fields, json::object& out, std::string_view name, std::size_t most,
           bool (*known)(std::string_view), std::string_view code) {
  auto list = fields.optional_texts(name, most, 32).value_or(std::vector<std::string>{});
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!known(list[i])) fields.problem(fmt::format("{}/{}", name, i), code);
  }
  out[name] = json_of(list);
}

std::string day(Fields& fields, std::string_view name, const ops::Zone& zone) {
  const auto text = fields.optional_text(name, 40);
  if (!text || text->empty()) return "";
  const auto time = model::parse_time(*text);
  if (time) return day_of(zone.resolve(time.value()), zone);
  fields.problem(name, "time_invalid");
  return "";
}

void read_sources(Fields& fields, json::object& out, const ops::Zone& zone) {
  const json::value* value = fields.take("sources");
  const json::array* items = value != nullptr ? value->if_array() : nullptr;
  if (items == nullptr || items->empty())
    return fields.problem("sources",
                          value == nullptr || items != nullptr ? "field_required" : "field_type",
                          {{"type", "array"}});
  if (items->size() > ResourceLimits::kSources)
    return fields.problem("sources", "field_too_many",
                          {{"max", std::to_string(ResourceLimits::kSources)}});
  json::array made;
  for (std::size_t i = 0; i < items->size(); ++i) {
    const json::object* object = (*items)[i].if_object();
    if (object == nullptr) {
      fields.problem(fmt::format("sources/{}", i), "field_type", {{"type", "object"}});
      continue;
    }
    Fields inner(*object, fmt::format("{}/sources/{}", fields.place(), i));
    json::object item;
    item["title"] = inner.required_text("title", ResourceLimits::kSourceText);
    item["publisher"] = inner.required_text("publisher", ResourceLimits::kSourceText);
    if (const auto url = inner.optional_text("url", ResourceLimits::kUrl); url && !url->empty()) {
      if (!url->starts_with("https://") && !url->starts_with("http://"))
        inner.problem("url", "field_url");
      item["url"] = *url;
    }
    if (const std::string date = day(inner, "date", zone); !date.empty()) item["date"] = date;
    static_cast<void>(inner.finish());
    fields.join(inner);
    made.push_back(std::move(item));
  }
  out["sources"] = std::move(made);
}

}  // namespace

std::string day_of(model::Time time, const ops::Zone& zone) {
  const ops::Civil civil = zone.civil(time);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

bool is_resource_id(std::string_view id) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !id.empty() && id.size() <= ResourceLimits::kId && letter(id.front()) &&
         std::all_of(id.begin(), id.end(),
                     [&letter](char c) { return letter(c) || c == '.' || c == '_' || c == '-'; });
}

Result<json::object> read_resource(const json::object& members, const ops::Zone& zone,
                                   std::string_view today) {
  Fields fields(members);
  json::object out;
  const std::string topic = fields.required_text("topic", 32);
  if (!topic.empty() && model::find_topic(topic) == nullptr)
    fields.problem("topic", "topic_unknown");
  out["topic"] = topic;
  out["phase"] = members.if_contains("phase") != nullptr
                     ? fields.required_word("phase", {kPhases.begin(), kPhases.end()})
                     : "any";
  words(
      fields, out, "audience", kAudiences.size(),
      [](std::string_view word) {
        return std::find(kAudiences.begin(), kAudiences.end(), word) != kAudiences.end();
      },
      "audience_unknown");
  words(
      fields, out, "regions", ResourceLimits::kRegions,
      [](std::string_view code) { return model::find_region(code) != nullptr; }, "region_unknown");
  texts(fields, out, "title", ResourceLimits::kTitle);
  texts(fields, out, "summary", ResourceLimits::kSummary);
  texts(fields, out, "body", ResourceLimits::kBody);
  each_lang(fields, out, "advice", false, [](Fields& inner, std::string_view lang, auto& made) {
    if (const auto lines =
            inner.optional_texts(lang, ResourceLimits::kAdvice, ResourceLimits::kAdviceText))
      made[lang] = json_of(*lines);
  });
  check_english(fields, out);
  read_sources(fields, out, zone);
  const std::string reviewed = day(fields, "reviewed_at", zone);
  out["reviewed_at"] = reviewed.empty() ? std::string(today) : reviewed;
  const std::string review_by = day(fields, "review_by", zone);
  if (review_by.empty()) fields.problem("review_by", "field_required");
  out["review_by"] = review_by;
  out["owner"] = fields.optional_text("owner", ResourceLimits::kOwner).value_or("");
  CLARION_TRY(fields.finish());
  return out;
}

std::string hash_of_record(const json::object& record) {
  const auto bytes = canonical_json(record);
  return bytes ? sha256_hex(bytes.value()) : std::string();
}

std::vector<std::string> langs_of(const json::object& record) {
  std::vector<std::string> out;
  const json::value* title = record.if_contains("title");
  if (title == nullptr || !title->is_object()) return out;
  for (const std::string_view lang : kLangs) {
    if (title->get_object().contains(lang)) out.emplace_back(lang);
  }
  return out;
}

bool is_stale(const store::ResourceRow& row, std::string_view today) {
  return row.state == "current" && string_or(row.record, "review_by") < today;
}

json::object resource_view(const store::ResourceRow& row, std::string_view today, bool whole) {
  json::object out{{"id", row.id}, {"version", row.version}, {"state", row.state}};
  for (const json::key_value_pair& member : row.record) {
    if (whole || member.key() != "body") out[member.key()] = member.value();
  }
  out["langs"] = json_of(langs_of(row.record));
  out["stale"] = is_stale(row, today);
  out["origin"] = row.origin;
  out["edited"] = row.origin == "shipped" && hash_of_record(row.record) != row.base;
  if (whole) {
    out["newer"] = row.newer ? json::value(*row.newer) : json::value(nullptr);
    out["authors"] = json_of(row.authors);
  } else {
    out["newer"] = row.newer.has_value();
  }
  out["changed_at"] = model::to_text(row.changed_at);
  out["changed_by"] = row.changed_by;
  return out;
}

std::string export_line(const store::ResourceRow& row) {
  json::object line{{"id", row.id}};
  for (const json::key_value_pair& member : row.record) line[member.key()] = member.value();
  return json::serialize(line);
}

}  // namespace clarion::readiness
