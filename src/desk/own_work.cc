#include "desk/own_work.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "desk/case_view.h"
#include "desk/evidence.h"
#include "desk/votes.h"
#include "http/paging.h"
#include "http/status.h"
#include "ops/catalogue.h"
#include "store/accounts.h"
#include "store/asks.h"
#include "store/audit.h"
#include "store/own_work.h"

#include <fmt/format.h>

#include <charconv>

namespace clarion::desk {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

/// What the person said or was asked at this case, beside the case itself.
Status add_own(store::View& view, const store::CaseRow& row, const std::string& me,
               json::object& out) {
  CLARION_TRY(const auto asks, store::asks_of_case(view, row.id));
  json::array own;
  for (const store::AskRow& ask : asks) {
    if (ask.account != me && ask.asked_by != me) continue;
    own.push_back({{"id", ask.id},
                   {"kind", ask.kind},
                   {"user", ask.account},
                   {"by", ask.asked_by},
                   {"at", model::to_text(ask.asked_at)},
                   {"state", ask.state},
                   {"question", ask.question}});
  }
  out["asks"] = std::move(own);
  CLARION_TRY(const auto verdicts, store::verdicts_of_case(view, row.id));
  out["verdict"] = nullptr;
  for (const store::VerdictRow& each : verdicts) {
    if (each.actor != me) continue;
    out["verdict"] =
        json::object{{"verdict", string_or(json::parse(each.record).as_object(), "verdict")},
                     {"at", model::to_text(each.at)}};
  }
  return ok();
}

Result<Response> mine(store::View& view, const Request& request, const Actor& actor,
                      const identity::RightsPolicy& policy, model::Time now) {
  std::optional<store::Part> part;
  std::string before;
  std::int64_t limit = 50;
  for (const auto& [name, value] : request.query) {
    if (name == "part") {
      part = store::parse_part(value);
      if (!part) return http::bad_query(name, "field_not_one_of");
    } else if (name == "limit") {
      const auto [end, failed] = std::from_chars(value.data(), value.data() + value.size(), limit);
      if (failed != std::errc() || end != value.data() + value.size() || limit < 1 || limit > 100)
        return http::bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto bytes = from_base64url(value);
      if (!bytes || bytes.value().empty() || bytes.value().size() > 64)
        return http::bad_query(name, "field_invalid");
      before = bytes.value();
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  if (!part) return http::bad_query("part", "field_required");
  CLARION_TRY(auto ids, store::cases_of_part(view, *part, actor.account, before, limit + 1));
  const bool more = static_cast<std::int64_t>(ids.size()) > limit;
  if (more) ids.pop_back();
  json::array items;
  for (const std::string& id : ids) {
    CLARION_TRY(auto row, store::find_case(view, id));
    // A case that was theirs and is no longer is not shown: the rights of now count.
    if (!row || !may_see(*row, actor, policy)) continue;
    CLARION_TRY(auto item, case_summary(view, *row, request.lang, now));
    CLARION_TRY(add_own(view, *row, actor.account, item));
    items.push_back(std::move(item));
  }
  json::object body{{"items", std::move(items)}, {"next", nullptr}};
  if (more) body["next"] = to_base64url(ids.back());
  return http::json_response(200, body);
}

// --- The feed.

constexpr std::int64_t kMostEntries = 50;
constexpr std::size_t kTitleCharacters = 120;

struct Entry {
  std::string id, link, title, words;
  model::Time changed_at;
};

std::string cut(std::string_view text) {
  std::size_t characters = 0, end = 0;
  while (end < text.size() && characters < kTitleCharacters) {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
    ++characters;
  }
  return std::string(text.substr(0, end)) + (end < text.size() ? "…" : "");
}

/// Judged cases without a notice yet, the most urgent first: what `second_look` of the summary
/// counts.
Result<std::vector<Entry>> entries(store::View& view, const Actor& actor,
                                   const identity::RightsPolicy& policy, const std::string& url,
                                   ops::Lang lang) {
  store::CaseQuery query;
  query.states = {"judged"};
  query.limit = kMostEntries;
  if (identity::grant(Act::see_cases, actor, policy) == identity::Grant::own)
    query.only_account = actor.account;
  query.in_regions = actor.regions;
  if (actor.door != identity::Door::any) query.actual = actor.door == identity::Door::live;
  CLARION_TRY(const auto page, store::list_cases(view, query));
  std::vector<Entry> out;
  for (const store::CaseRow& row : page.rows) {
    if (!may_see(row, actor, policy)) continue;
    CLARION_TRY(const auto verdict, deciding_verdict(view, row));
    const std::string word =
        verdict ? std::string(string_or(json::parse(verdict->record).as_object(), "verdict")) : "";
    const std::string said = ops::words("page_verdict_" + word, lang);
    const std::string shown = said.starts_with("page_verdict_") || said.empty() ? word : said;
    out.push_back(
        {"urn:clarion:case:" + row.id, url + "/cases/" + row.id,
         ops::words("second_look_title", lang, {{"verdict", shown}, {"claim", cut(row.claim)}}),
         ops::words("second_look_words", lang,
                    {{"by", verdict ? verdict->actor : ""}, {"verdict", shown}}),
         row.changed_at});
  }
  return out;
}

std::string xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\t') continue;  // not allowed in XML at all
    if (c == '&') {
      out += "&amp;";
    } else if (c == '<') {
      out += "&lt;";
    } else if (c == '>') {
      out += "&gt;";
    } else if (c == '"') {
      out += "&quot;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string atom(const std::vector<Entry>& entries, std::string_view title, std::string_view self,
                 std::string_view home, model::Time updated, ops::Lang lang) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" "
      "xml:lang=\"{}\">\n<id>urn:clarion:second-look</id>\n<title>{}</title>\n"
      "<updated>{}</updated>\n<author><name>{}</name></author>\n<link rel=\"self\" "
      "href=\"{}\"/>\n<link href=\"{}\"/>\n",
      lang == ops::Lang::en ? "en" : "zh-CN", xml(title), model::to_text(updated), xml(title),
      xml(self), xml(home));
  for (const Entry& each : entries) {
    out += fmt::format(
        "<entry>\n<id>{}</id>\n<title>{}</title>\n<updated>{}</updated>\n<link href=\"{}\"/>\n"
        "<summary>{}</summary>\n</entry>\n",
        xml(each.id), xml(each.title), model::to_text(each.changed_at), xml(each.link),
        xml(each.words));
  }
  return out + "</feed>\n";
}

json::object json_feed(const std::vector<Entry>& entries, std::string_view title,
                       std::string_view self, std::string_view home, ops::Lang lang) {
  json::array items;
  for (const Entry& each : entries) {
    items.push_back({{"id", each.id},
                     {"url", each.link},
                     {"title", each.title},
                     {"content_text", each.words},
                     {"date_modified", model::to_text(each.changed_at)}});
  }
  return {{"version", "https://jsonfeed.org/version/1.1"},
          {"title", title},
          {"home_page_url", home},
          {"feed_url", self},
          {"language", lang == ops::Lang::en ? "en" : "zh-CN"},
          {"items", std::move(items)}};
}

/// The feed in the form that the path's end names.
Result<Response> feed(store::View& view, const Request& request, const Actor& actor,
                      const identity::RightsPolicy& policy, const OwnWorkParts& parts, bool as_json,
                      const std::string& path, model::Time now) {
  const std::string url = parts.public_url();
  CLARION_TRY(const auto list, entries(view, actor, policy, url, request.lang));
  model::Time updated = list.empty() ? now : list.front().changed_at;
  for (const Entry& each : list) updated = std::max(updated, each.changed_at);
  const std::string title =
      ops::words("second_look_feed", request.lang, {{"desk", parts.desk_name}});
  const std::string home = url + "/desk?tab=again", self = url + path;
  Response out{200,
               {{"Content-Type", as_json ? "application/feed+json; charset=utf-8"
                                         : "application/atom+xml; charset=utf-8"},
                {"Cache-Control", "private, no-store"},
                {"X-Content-Type-Options", "nosniff"}},
               {}};
  out.body = as_json ? json::serialize(json_feed(list, title, self, home, request.lang))
                     : atom(list, title, self, home, updated, request.lang);
  return out;
}

/// GET /v1/desk/feed/SECRET.{atom,json}
Result<Response> by_link(store::View& view, const Request& request,
                         const identity::RightsPolicy& policy, const OwnWorkParts& parts,
                         model::Time now) {
  const Error unknown{Errc::not_found, "there is no such feed", "not_found"};
  const std::string& file = request.params.at("file");
  const std::size_t dot = file.rfind('.');
  if (dot == std::string::npos || dot > 128) return unknown;
  const std::string form = file.substr(dot);
  if (form != ".atom" && form != ".json") return unknown;
  CLARION_TRY(const auto account, store::account_of_feed(view, sha256_hex(file.substr(0, dot))));
  if (!account) return unknown;
  CLARION_TRY(const auto person, store::find_account(view, *account));
  const auto role = person ? identity::parse_role(person->role) : std::nullopt;
  if (!person || person->disabled || !role) return unknown;
  Actor actor;
  actor.account = person->name;
  actor.role = *role;
  actor.regions = person->regions;
  actor.scope = identity::Scope::desk;
  actor.door = identity::Door::live;
  if (identity::grant(Act::see_cases, actor, policy) == identity::Grant::no) return unknown;
  return feed(view, request, actor, policy, parts, form == ".json", "/v1/desk/feed/" + file, now);
}

void add_links(http::Router& router, identity::Requests& requests, const OwnWorkParts& parts) {
  router.add({.method = "GET",
              .pattern = "/v1/desk/feed",
              .guard = requests.needs(Act::see_cases),
              .handler = [&requests](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                      CLARION_TRY(const auto since, store::find_feed_link(view, actor->account));
                      return http::json_response(
                          200, json::object{{"since", since ? json::value(model::to_text(*since))
                                                            : json::value(nullptr)}});
                    });
              }});
  const auto own = [&](std::string method, auto act) {
    router.add({.method = std::move(method),
                .pattern = "/v1/desk/feed",
                .guard = requests.needs(Act::see_cases),
                .handler = [&requests, act](Request& request) {
                  // The answer holds a secret: it is not kept to be given again.
                  request.headers.erase("idempotency-key");
                  return requests.change(request, act);
                }});
  };
  own("POST", [random = &parts.random](store::Tx& tx, const Actor& actor) -> Result<Response> {
    constexpr std::size_t kSecretBytes = 32;
    const std::string secret = to_base64url(random->bytes(kSecretBytes));
    CLARION_TRY(store::put_feed_link(tx, actor.account, sha256_hex(secret)));
    CLARION_TRY(store::append_audit(tx, actor.name(), "desk.feed.link", actor.account, {}));
    return http::json_response(201, json::object{{"path", fmt::format("/v1/desk/feed/{}", secret)},
                                                 {"since", model::to_text(tx.now())}});
  });
  own("DELETE", [](store::Tx& tx, const Actor& actor) -> Result<Response> {
    CLARION_TRY(const auto was, store::drop_feed_link(tx, actor.account));
    if (was) {
      CLARION_TRY(store::append_audit(tx, actor.name(), "desk.feed.revoke", actor.account, {}));
    }
    return http::json_response(200, json::object{{"since", nullptr}});
  });
}

}  // namespace

void add_own_work_routes(http::Router& router, identity::Requests& requests, OwnWorkParts parts) {
  const auto* clock = &requests.clock();
  router.add({.method = "GET",
              .pattern = "/v1/desk/mine",
              .guard = requests.needs(Act::see_cases),
              .handler = [&requests, clock](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor* actor) {
                  return mine(view, request, *actor, requests.policy(), clock->now());
                });
              }});
  for (const bool as_json : {false, true}) {
    const std::string path = as_json ? "/v1/desk/second-look.json" : "/v1/desk/second-look.atom";
    router.add({.method = "GET",
                .pattern = path,
                .guard = requests.needs(Act::see_cases),
                .handler = [&requests, parts, as_json, path, clock](Request& request) {
                  return requests.look(request, [&](store::View& view, const Actor* actor) {
                    return feed(view, request, *actor, requests.policy(), parts, as_json, path,
                                clock->now());
                  });
                }});
  }
  add_links(router, requests, parts);
  router.add({.method = "GET",
              .pattern = "/v1/desk/feed/{file}",
              .guard = {},
              .handler = [&requests, parts, clock](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor*) {
                  return by_link(view, request, requests.policy(), parts, clock->now());
                });
              }});
}

}  // namespace clarion::desk
