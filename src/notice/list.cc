#include "notice/list.h"

#include "base/bytes.h"
#include "http/status.h"
#include "model/position.h"
#include "model/region.h"
#include "model/topic.h"
#include "notice/answers.h"
#include "notice/notice_view.h"
#include "store/meta.h"
#include "text/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace clarion::notice {
namespace {

using identity::Actor;

constexpr std::int64_t kMostWait = 25;  // contract section 3
/// Log entries that one answer along the log looks through; what then is not found yet comes with
/// the next one.
constexpr std::size_t kMostScanned = 2000;

void add_to(std::optional<std::vector<std::string>>& list, const std::string& value) {
  if (!list) list.emplace();
  list->push_back(value);
}

/// POS of the contract: EPOCH:OFFSET, or OFFSET alone. No time reads like that: those hold dashes,
/// epochs don't.
std::optional<ListQuery::Place> parse_place(std::string_view text) {
  ListQuery::Place place;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    place.epoch = std::string(text.substr(0, colon));
    text.remove_prefix(colon + 1);
    if (place.epoch->empty() || place.epoch->find('-') != std::string::npos) return std::nullopt;
  }
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), place.offset);
  if (text.empty() || failed != std::errc() || end != text.data() + text.size())
    return std::nullopt;
  return place;
}

std::string text_of(const model::Position& position) {
  return fmt::format("{}:{}", position.epoch, position.offset);
}

Result<model::Position> head_of_log(store::View& view, std::string_view channel) {
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  CLARION_TRY(auto head, store::channel_head(view, channel));
  return model::Position{epoch.value_or(""), head};
}

bool is_in_force(const store::RevisionRow& row, model::Time now) {
  return row.action != "withdraw" && (!row.expires_at || *row.expires_at > now);
}

Listed page(json::array items, const std::optional<std::string>& next) {
  Listed listed{{}, !items.empty() || next};
  listed.body["items"] = std::move(items);
  listed.body["next"] = next ? json::value(to_base64url(*next)) : json::value(nullptr);
  return listed;
}

/// Newest first. A page reads on until it is full, so a narrow filter costs the log it passes.
Result<Listed> newest_first(store::View& view, const ListQuery& query, bool live, model::Time now) {
  constexpr std::int64_t kStep = 200;
  std::uint64_t before = UINT64_MAX;
  if (!query.cursor.empty()) {
    CLARION_TRY(auto offset, number_in("cursor", query.cursor));
    before = static_cast<std::uint64_t>(offset);
  }
  json::array items;
  while (true) {
    CLARION_TRY(auto rows, store::newest_revisions(view, query.channel, before, kStep));
    for (const store::RevisionRow& row : rows) {
      if (query.since && row.published_at < *query.since) return page(std::move(items), {});
      if (static_cast<std::int64_t>(items.size()) == query.limit)
        return page(std::move(items), std::to_string(before));
      before = row.offset;
      if (live && !is_in_force(row, now)) continue;
      if (!model::passes(store::facets_of(json::parse(row.facets).as_object()), query.filter))
        continue;
      items.push_back(public_view(row, row.revision, now));
    }
    if (rows.size() < static_cast<std::size_t>(kStep)) return page(std::move(items), {});
  }
}

/// What came after a place of this log, in its order.
Result<Listed> along_log(store::View& view, const ListQuery& query, const model::Position& head,
                         model::Time now) {
  constexpr std::int64_t kStep = 200;
  constexpr std::size_t kStepBytes = 1U << 20U;
  if (!query.cursor.empty()) return http::bad_query("cursor", "field_invalid");
  json::array items;
  model::Position at{head.epoch, query.after->offset};
  std::size_t scanned = 0;
  bool more = false;
  while (at.offset < head.offset && !more) {
    CLARION_TRY(auto entries, store::log_after(view, query.channel, at.offset, kStepBytes, kStep));
    if (entries.empty()) break;
    for (const store::LogEntry& entry : entries) {
      more = static_cast<std::int64_t>(items.size()) == query.limit || scanned == kMostScanned;
      if (more) break;
      ++scanned;
      at.offset = entry.offset;
      const bool passes = std::any_of(
          entry.facets.begin(), entry.facets.end(),
          [&](const model::Facets& facets) { return model::passes(facets, query.filter); });
      if (!passes) continue;
      CLARION_TRY(auto row, store::find_revision(view, entry.notice_id, entry.revision));
      CLARION_TRY(auto notice, store::find_notice(view, entry.notice_id));
      if (!row || !notice) continue;
      if (query.live && (row->revision != notice->revision || !is_in_force(*row, now))) continue;
      items.push_back(public_view(*row, notice->revision, now));
    }
  }
  if (!more) at.offset = head.offset;
  Listed listed =
      page(std::move(items), more ? std::optional<std::string>(text_of(at)) : std::nullopt);
  listed.body["position"] = text_of(at);
  listed.body["recovered"] = true;
  return listed;
}

}  // namespace

Result<ListQuery> read_list_query(const http::Request& request, bool staff, const ops::Zone& zone) {
  constexpr std::array<std::string_view, 4> kKinds = {"debunk", "science", "advisory", "holding"};
  constexpr std::array<std::string_view, 7> kStates = {
      "draft", "submitted", "approved", "scheduled", "published", "expired", "withdrawn"};
  ListQuery out;
  std::optional<ListQuery::Place> from_cursor;
  for (const auto& [name, value] : request.query) {
    if (name == "topic") {
      if (model::find_topic(value) == nullptr) return http::bad_query(name, "topic_unknown");
      add_to(out.filter.topics, value);
    } else if (name == "region") {
      if (model::find_region(value) == nullptr) return http::bad_query(name, "region_unknown");
      add_to(out.filter.regions, value);
    } else if (name == "kind") {
      if (std::find(kKinds.begin(), kKinds.end(), value) == kKinds.end())
        return http::bad_query(name, "field_invalid");
      add_to(out.filter.kinds, value);
    } else if (name == "lang") {
      add_to(out.filter.langs, value);
    } else if (name == "since") {
      out.after = parse_place(value);
      out.since.reset();
      if (out.after) continue;
      const auto time = model::parse_time(value);
      if (!time) return http::bad_query(name, "time_invalid");
      out.since = zone.resolve(time.value());
    } else if (name == "wait") {
      std::int64_t seconds = 0;
      if (value != "0") {
        CLARION_TRY(seconds, number_in(name, value));
      }
      if (seconds > kMostWait)
        return http::bad_query(name, "field_out_of_range",
                               {{"min", "0"}, {"max", std::to_string(kMostWait)}});
      out.wait = std::chrono::seconds(seconds);
    } else if (name == "live") {
      if (value != "true" && value != "false") return http::bad_query(name, "field_invalid");
      out.live = value == "true";
    } else if (name == "limit") {
      CLARION_TRY(out.limit, number_in(name, value));
      if (out.limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto cursor = from_base64url(value);
      if (!cursor || cursor.value().empty()) return http::bad_query(name, "field_invalid");
      out.cursor = cursor.value();
      if (out.cursor.find(':') != std::string::npos) {
        from_cursor = parse_place(out.cursor);
        if (!from_cursor) return http::bad_query(name, "field_invalid");
        out.cursor.clear();
      }
    } else if (name == "q" && staff) {
      constexpr std::size_t kMostBytes = 400;
      if (value.size() > kMostBytes)
        return http::bad_query(name, "field_too_long", {{"max", std::to_string(kMostBytes)}});
      out.words = value;
    } else if (name == "state" && staff) {
      std::string_view rest = value;
      while (!rest.empty()) {
        const std::string_view state = rest.substr(0, rest.find(','));
        if (std::find(kStates.begin(), kStates.end(), state) == kStates.end())
          return http::bad_query(name, "field_invalid");
        out.states.emplace_back(state);
        rest.remove_prefix(std::min(rest.size(), state.size() + 1));
      }
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  if (from_cursor) out.after = std::move(from_cursor);
  // The desk's list has an order of its own, which no place in the log belongs to.
  if (!out.words.empty() && out.states.empty()) return http::bad_query("q", "field_unknown");
  if (!out.states.empty() && (out.after || out.wait.count() > 0))
    return http::bad_query(out.after ? "since" : "wait", "field_invalid");
  return out;
}

Result<Listed> list_published(store::View& view, const ListQuery& query, model::Time now) {
  CLARION_TRY(const model::Position head, head_of_log(view, query.channel));
  if (!query.after) {
    CLARION_TRY(Listed listed, newest_first(view, query, query.live, now));
    listed.body["position"] = text_of(head);
    return listed;
  }
  const bool other = query.after->epoch && *query.after->epoch != head.epoch;
  if (!other && query.after->offset <= head.offset) return along_log(view, query, head, now);
  CLARION_TRY(Listed listed, newest_first(view, query, true, now));
  listed.settled = true;
  listed.body["position"] = text_of(head);
  listed.body["recovered"] = false;
  listed.body["reason"] = other ? "epoch" : "ahead";
  return listed;
}

/// True when id, claim, or a title or summary holds the folded words.
static bool says(const json::object& item, const std::string& words) {
  const auto holds = [&words](std::string_view text) {
    return text::fold(text).bytes.find(words) != std::string::npos;
  };
  if (holds(string_or(item, "id"))) return true;
  const json::value* claim = item.if_contains("claim");
  if (claim != nullptr && claim->is_object() && holds(string_or(claim->get_object(), "text")))
    return true;
  const json::value* content = item.if_contains("content");
  if (content == nullptr || !content->is_object()) return false;
  return std::any_of(
      content->get_object().begin(), content->get_object().end(), [&](const auto& each) {
        const json::object* language = each.value().if_object();
        return language != nullptr &&
               (holds(string_or(*language, "title")) || holds(string_or(*language, "summary")));
      });
}

Result<Listed> list_for_desk(store::View& view, const ListQuery& query, const Actor& actor,
                             const identity::RightsPolicy& policy, const NoticeOptions& options,
                             model::Time now) {
  constexpr std::int64_t kStep = 100;
  std::string before = query.cursor;
  const auto asked = [&query](std::string_view state) {
    return std::find(query.states.begin(), query.states.end(), state) != query.states.end();
  };
  const bool drafts_alone = !asked("published") && !asked("expired") && !asked("withdrawn");
  const std::string words = text::fold(query.words).bytes;
  json::array items;
  while (true) {
    CLARION_TRY(auto rows, store::list_notices(view, drafts_alone, before, kStep));
    for (const store::NoticeRow& row : rows) {
      if (static_cast<std::int64_t>(items.size()) == query.limit)
        return page(std::move(items), before);
      before = row.id;
      // An open draft is told from its row, without the cost of its view.
      const bool waits = row.draft_details.contains("publish_at");
      if (row.draft && !asked(waits ? "scheduled" : row.draft_state) && !asked(row.draft_state))
        continue;
      CLARION_TRY(auto visible, may_see_inside(view, row, actor, policy));
      if (!visible) continue;
      CLARION_TRY(auto item, desk_view(view, row, options, now));
      if (!row.draft && !asked(string_or(item, "state"))) continue;
      if (!model::passes(facets_of_form(item), query.filter)) continue;
      if (!words.empty() && !says(item, words)) continue;
      items.push_back(std::move(item));
    }
    if (rows.size() < static_cast<std::size_t>(kStep)) return page(std::move(items), {});
  }
}

http::Response list_answer(const http::Request& request, const Listed& listed) {
  http::Response response = public_answer(request, listed.body);
  if (const json::string* next = find_string(listed.body, "next")) {
    std::string target = request.path + "?";
    for (const auto& [name, value] : request.query) {
      if (name != "cursor" && name != "wait") target += fmt::format("{}={}&", name, value);
    }
    response.headers.emplace_back(
        "Link", fmt::format("<{}cursor={}>; rel=\"next\"", target, std::string_view(*next)));
  }
  return response;
}

}  // namespace clarion::notice
