#include "app/rule_routes.h"

#include "base/bytes.h"
#include "http/paging.h"
#include "http/status.h"
#include "report/rollup.h"
#include "rules/scanner.h"
#include "store/cases.h"
#include "store/rule_figures.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace clarion::app {
namespace {

using http::Request;
using http::Response;
using identity::Actor;

constexpr std::size_t kMostListed = 500, kMostOverlaps = 5, kMostExamples = 10, kMostExample = 400;
/// So many posts are tried within some tens of milliseconds.
constexpr std::int64_t kMostTried = 2000;

struct Query {
  std::string day, after, words;
  model::Time from, to;  // of the day
  std::optional<bool> shadow;
  std::size_t limit = 200;
};

Result<Query> read_query(const Request& request, const RuleSources& sources, model::Time now,
                         bool one) {
  Query query;
  const ops::Civil today = sources.zone.civil(now);
  query.from = sources.zone.midnight(today.year, today.month, today.day - 1);
  for (const auto& [name, value] : request.query) {
    if (name == "day") {
      const auto time = model::parse_time(value);
      if (!time || !time.value().date_only) return http::bad_query(name, "time_invalid");
      query.from = sources.zone.resolve(time.value());
    } else if (!one && name == "shadow" && (value == "true" || value == "false")) {
      query.shadow = value == "true";
    } else if (!one && name == "q" && value.size() <= 200) {
      query.words = value;
    } else if (!one && name == "cursor") {
      const auto text = from_base64url(value);
      if (!text) return http::bad_query(name, "field_invalid");
      query.after = text.value();
    } else if (!one && name == "limit") {
      const auto read = std::from_chars(value.data(), value.data() + value.size(), query.limit);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size() || query.limit < 1 ||
          query.limit > kMostListed)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "500"}});
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  const ops::Civil day = sources.zone.civil(query.from);
  query.from = sources.zone.midnight(day.year, day.month, day.day);
  query.to = sources.zone.midnight(day.year, day.month, day.day + 1);
  query.day = report::day_of(query.from, sources.zone);
  return query;
}

json::value date_json(const std::optional<std::chrono::year_month_day>& date) {
  if (!date) return nullptr;
  return json::string(fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date->year()),
                                  static_cast<unsigned>(date->month()),
                                  static_cast<unsigned>(date->day())));
}

/// `since`: when its name was first loaded; a day that ended before it is not known.
json::object rule_json(const rules::Rule& rule, const std::optional<model::Time>& since,
                       const Query& query,
                       const std::map<std::string, store::RuleDay, std::less<>>& figures) {
  json::array regions;
  for (const std::string& region : rule.regions) regions.push_back(json::string(region));
  json::object out{{"id", rule.id},
                   {"pack", rule.pack},
                   {"version", rule.version},
                   {"title", json::object{{"zh", rule.title_zh}, {"en", rule.title_en}}},
                   {"topic", rule.topic},
                   {"severity", model::name_of(rule.severity)},
                   {"weight", rule.weight},
                   {"shadow", rule.shadow},
                   {"owner", rule.owner},
                   {"regions", std::move(regions)},
                   {"valid", json::object{{"from", date_json(rule.valid_from)},
                                          {"to", date_json(rule.valid_to)}}},
                   {"file", rule.file},
                   {"line", rule.line},
                   {"since", since ? json::value(model::to_text(*since)) : json::value(nullptr)},
                   {"figures", nullptr}};
  if (!since || *since >= query.to) return out;
  const auto found = figures.find(rule.id);
  const store::RuleDay none;
  const store::RuleDay& day = found == figures.end() ? none : found->second;
  std::vector<std::pair<std::string, std::int64_t>> others(day.overlap.begin(), day.overlap.end());
  std::stable_sort(others.begin(), others.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  if (others.size() > kMostOverlaps) others.resize(kMostOverlaps);
  json::array overlap;
  for (const auto& [other, posts] : others) overlap.push_back({{"rule", other}, {"posts", posts}});
  out["figures"] = json::object{{"posts", day.posts},
                                {"flagged", day.flagged},
                                {"alone", day.alone},
                                {"would", rule.shadow ? json::value(day.would) : nullptr},
                                {"overlap", std::move(overlap)},
                                // It was first loaded in the course of this day.
                                {"partial", *since > query.from}};
  return out;
}

/// When each name was first loaded.
Result<std::map<std::string, model::Time, std::less<>>> first_loaded(store::View& view) {
  CLARION_TRY(const auto rows, store::rules_first_loaded(view));
  std::map<std::string, model::Time, std::less<>> out;
  for (const store::RuleVersion& row : rows) out[row.rule] = row.at;
  return out;
}

std::optional<model::Time> find_time(const std::map<std::string, model::Time, std::less<>>& times,
                                     std::string_view id) {
  const auto found = times.find(id);
  return found == times.end() ? std::nullopt : std::optional(found->second);
}

bool asked(const rules::Rule& rule, const Query& query) {
  if (query.shadow && *query.shadow != rule.shadow) return false;
  const std::string_view words = query.words;
  return words.empty() || rule.id.find(words) != std::string::npos ||
         rule.title_zh.find(words) != std::string::npos ||
         rule.title_en.find(words) != std::string::npos;
}

json::object head_of(const rules::RuleSet& rules, const RuleSources& sources, const Query& query) {
  return {{"day", query.day},
          {"timezone", sources.zone.name()},
          {"set", json::object{{"version", rules.version()},
                               {"rules", rules.statistics().rules},
                               {"shadow", rules.statistics().shadow_rules},
                               {"packs", rules.statistics().packs},
                               {"folder", sources.folder.empty() ? json::value(nullptr)
                                                                 : json::value(sources.folder)}}}};
}

Result<Response> list(store::View& view, const Actor& actor, const Request& request,
                      const RuleSources& sources, model::Time now) {
  CLARION_TRY(const auto query, read_query(request, sources, now, false));
  const auto rules = sources.rules();
  CLARION_TRY(const auto figures, store::rule_day(view, query.day, identity::mode_of(actor)));
  CLARION_TRY(const auto since, first_loaded(view));
  // In shadow first, then by name: the order of the cursor.
  const auto key = [](const rules::Rule& rule) { return (rule.shadow ? "0" : "1") + rule.id; };
  std::vector<const rules::Rule*> found;
  for (const rules::Rule& rule : rules->rules()) {
    if (asked(rule, query) && (query.after.empty() || key(rule) > query.after))
      found.push_back(&rule);
  }
  std::sort(found.begin(), found.end(),
            [&key](const auto* a, const auto* b) { return key(*a) < key(*b); });
  const bool more = found.size() > query.limit;
  if (more) found.resize(query.limit);
  json::array items;
  for (const rules::Rule* rule : found)
    items.push_back(rule_json(*rule, find_time(since, rule->id), query, figures));
  json::object body = head_of(*rules, sources, query);
  body["items"] = std::move(items);
  body["next"] = nullptr;
  if (!more) return http::json_response(200, body);
  const std::string cursor = to_base64url(key(*found.back()));
  body["next"] = cursor;
  Response response = http::json_response(200, body);
  response.headers.emplace_back("Link", http::next_link(request, cursor));
  return response;
}

/// The text cut to a length that a list shows, whole characters.
std::string shortened(std::string_view text) {
  if (text.size() <= kMostExample) return std::string(text);
  std::size_t end = kMostExample;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return std::string(text.substr(0, end));
}

/// A rule held against the posts of a day that were kept: counts, and examples from cases that the
/// actor may see.
Result<json::object> tried(store::View& view, const Actor& actor,
                           const std::shared_ptr<const rules::RuleSet>& rules, std::string_view id,
                           const Query& query) {
  CLARION_TRY(const auto posts,
              store::kept_texts(view, identity::mode_of(actor), query.from, query.to, kMostTried));
  rules::Scanner scanner(rules);
  std::int64_t hit_posts = 0, alone = 0;
  std::map<std::string, std::int64_t> overlap;
  json::array examples;
  for (const store::KeptText& post : posts) {
    const auto record = parse_json(post.record);
    if (!record || !record.value().is_object()) continue;
    const std::string text(string_or(record.value().get_object(), "text"));
    const model::ScanResult& scan = scanner.scan({.text = text});
    std::set<std::string_view> others;
    json::array spans;
    for (const model::Hit& hit : scan.hits) {
      if (hit.rule == id) {
        if (hit.to <= kMostExample) spans.push_back(json::array{hit.from, hit.to});
      } else if (!hit.shadow) {
        others.insert(hit.rule);
      }
    }
    if (std::none_of(scan.hits.begin(), scan.hits.end(),
                     [&](const model::Hit& hit) { return hit.rule == id; }))
      continue;
    ++hit_posts;
    if (others.empty()) ++alone;
    for (const std::string_view other : others) ++overlap[std::string(other)];
    if (examples.size() >= kMostExamples) continue;
    CLARION_TRY(const auto row, store::find_case(view, post.case_id));
    if (!row || !identity::may_see_in(actor, row->regions)) continue;
    json::array names;
    for (const std::string_view other : others) names.push_back(json::string(other));
    examples.push_back({{"source", post.source},
                        {"id", post.id},
                        {"case", post.case_id},
                        {"received_at", model::to_text(post.received_at)},
                        {"text", shortened(text)},
                        {"cut", text.size() > kMostExample},
                        {"spans", std::move(spans)},
                        {"others", std::move(names)}});
  }
  json::array both;
  for (const auto& [other, n] : overlap) both.push_back({{"rule", other}, {"posts", n}});
  return json::object{
      {"tried", posts.size()},      {"all", posts.size() < static_cast<std::size_t>(kMostTried)},
      {"posts", hit_posts},         {"alone", alone},
      {"overlap", std::move(both)}, {"examples", std::move(examples)}};
}

Result<Response> one(store::View& view, const Actor& actor, const Request& request,
                     const RuleSources& sources, model::Time now) {
  CLARION_TRY(const auto query, read_query(request, sources, now, true));
  const std::string& id = request.params.at("id");
  const auto rules = sources.rules();
  CLARION_TRY(const auto versions, store::rule_history(view, id));
  const rules::Rule* rule = rules->find(id);
  if (rule == nullptr && versions.empty())
    return Error{Errc::not_found, "there is no rule of that name", "not_found"};
  json::object body = head_of(*rules, sources, query);
  body["rule"] = nullptr;
  body["kept"] = nullptr;
  if (rule != nullptr) {
    CLARION_TRY(const auto figures, store::rule_day(view, query.day, identity::mode_of(actor)));
    CLARION_TRY(const auto since, first_loaded(view));
    body["rule"] = rule_json(*rule, find_time(since, id), query, figures);
    CLARION_TRY(body["kept"], tried(view, actor, rules, id, query));
  }
  json::array history;
  for (const store::RuleVersion& each : versions) {
    history.push_back({{"at", model::to_text(each.at)},
                       {"pack", each.pack},
                       {"version", each.version},
                       {"weight", each.weight},
                       {"shadow", each.shadow},
                       {"present", each.present}});
  }
  body["history"] = std::move(history);
  return http::json_response(200, body);
}

}  // namespace

void add_rule_routes(http::Router& router, identity::Requests& requests,
                     const RuleSources& sources) {
  const auto add = [&](const char* pattern, auto answer) {
    // Rules stand in one row with the sources: an expert, who sees own cases alone, sees neither.
    router.add({.method = "GET",
                .pattern = pattern,
                .guard = requests.needs(identity::Act::see_outlets),
                .handler = [&requests, &sources, answer](Request& request) {
                  return requests.look(request, [&](store::View& view, const Actor* actor) {
                    return answer(view, *actor, request, sources, requests.clock().now());
                  });
                }});
  };
  add("/v1/rules", list);
  add("/v1/rules/{id}", one);
}

}  // namespace clarion::app
