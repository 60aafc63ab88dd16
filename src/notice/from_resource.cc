#include "notice/from_resource.h"

#include "store/resources.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::notice {
namespace {

constexpr int kLeastDays = 7, kOutOfSeasonDays = 30, kNoSeasonDays = 90;

struct Season {
  std::string_view topic;
  int first, last;  ///< months, both in it; first > last goes over the new year
};
constexpr std::array<Season, 7> kSeasons = {{{"typhoon", 5, 11},
                                             {"rainstorm", 4, 10},
                                             {"flood", 4, 10},
                                             {"heat", 5, 10},
                                             {"drought", 10, 3},
                                             {"wildfire", 10, 4},
                                             {"convective", 4, 9}}};

/// "《title》（publisher，date）；…" or its English twin.
std::string sources_line(const json::array& sources, std::string_view lang) {
  const bool zh = lang == "zh";
  std::string out;
  for (const json::value& value : sources) {
    const json::object& source = value.get_object();
    const std::string date(string_or(source, "date"));
    out += out.empty() ? "" : zh ? "；" : "; ";
    out += fmt::format(fmt::runtime(zh ? "{}（{}{}{}）" : "{} ({}{}{})"),
                       string_or(source, "title"), string_or(source, "publisher"),
                       date.empty() ? ""
                       : zh         ? "，"
                                    : ", ",
                       date);
  }
  return fmt::format("{}{}", zh ? "**来源** " : "**Sources** ", out);
}

json::object content_of(const json::object& record, const json::array& sources) {
  json::object out;
  for (const char* lang : {"zh", "en"}) {
    json::object text;
    for (const char* name : {"title", "summary", "body", "advice"}) {
      const json::value* member = record.if_contains(name);
      const json::value* value = member != nullptr && member->is_object()
                                     ? member->get_object().if_contains(lang)
                                     : nullptr;
      if (value != nullptr) text[name] = *value;
    }
    if (!text.contains("title")) continue;
    text["body"] = fmt::format("{}\n\n{}", string_or(text, "body"), sources_line(sources, lang));
    out[lang] = std::move(text);
  }
  return out;
}

json::array evidence_of(const json::array& sources) {
  json::array out;
  for (const json::value& value : sources) {
    const json::object& source = value.get_object();
    if (string_or(source, "url").empty()) continue;
    out.push_back({{"title", source.at("title")},
                   {"url", source.at("url")},
                   {"publisher", source.at("publisher")}});
  }
  return out;
}

}  // namespace

model::Time default_end(std::string_view topic, model::Time now, const ops::Zone& zone) {
  const ops::Civil today = zone.civil(now);
  const auto after = [&](int days) {
    return zone.midnight(today.year, today.month, today.day + days);
  };
  const auto* season = std::find_if(kSeasons.begin(), kSeasons.end(),
                                    [topic](const Season& each) { return each.topic == topic; });
  if (season == kSeasons.end()) return after(kNoSeasonDays);
  const bool over_year = season->first > season->last;
  const bool inside = over_year ? today.month >= season->first || today.month <= season->last
                                : today.month >= season->first && today.month <= season->last;
  if (!inside) return after(kOutOfSeasonDays);
  const int year = today.year + (over_year && today.month >= season->first ? 1 : 0);
  const model::Time end =
      season->last == 12 ? zone.midnight(year + 1, 1, 1) : zone.midnight(year, season->last + 1, 1);
  return std::max(end, after(kLeastDays));
}

Status take_over_resource(const NoticeAction& action, std::string_view id, json::object& draft,
                          store::NoticeRow& row) {
  CLARION_TRY(auto resource, store::find_resource(action.tx, id));
  if (!resource) return Error{Errc::not_found, "there is no such resource", "not_found"};
  if (resource->state != "current")
    return Error{Errc::conflict,
                 "the resource is retired: restore it first, or take another",
                 "resource_state",
                 {{"state", resource->state}}};
  const json::object& record = resource->record;
  const auto put = [&draft](std::string_view name, json::value value) {
    if (!draft.contains(name)) draft[name] = std::move(value);
  };
  const json::array none;
  const json::value* listed = record.if_contains("sources");
  const json::array& sources = listed != nullptr && listed->is_array() ? listed->get_array() : none;
  const std::string topic(string_or(record, "topic"));
  put("kind", json::string("science"));
  put("severity", json::string("moderate"));
  put("topics", json::array{json::string(topic)});
  if (const json::value* regions = record.if_contains("regions")) put("regions", *regions);
  put("content", content_of(record, sources));
  put("evidence", evidence_of(sources));
  put("expires_at",
      json::string(model::to_text(default_end(topic, action.tx.now(), action.options.zone))));
  for (const std::string& author : resource->authors) {
    if (std::find(row.authors.begin(), row.authors.end(), author) == row.authors.end())
      row.authors.push_back(author);
  }
  return ok();
}

}  // namespace clarion::notice
