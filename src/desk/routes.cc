#include "desk/routes.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "desk/bulk.h"
#include "desk/case_view.h"
#include "http/fields.h"
#include "http/paging.h"
#include "http/status.h"
#include "model/region.h"
#include "model/topic.h"
#include "store/experts.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <optional>

namespace clarion::desk {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::array<std::string_view, 7> kStates = {"open",   "assigned",  "in_review", "judged",
                                                     "closed", "dismissed", "merged"};

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// A cursor is the place of a page's end: "p RANK ID" or "i ID".
std::string cursor_of(const store::CaseKey& key, bool by_id) {
  return to_base64url(by_id ? "i " + key.id : fmt::format("p {} {}", key.rank, key.id));
}

Status read_cursor(std::string_view cursor, store::CaseQuery& query) {
  const auto bytes = from_base64url(cursor);
  if (!bytes) return http::bad_query("cursor", "field_invalid");
  std::string_view text = bytes.value();
  if (text.starts_with(query.by_id ? "i " : "p ")) {
    text.remove_prefix(2);
    if (query.by_id) {
      query.after = store::CaseKey{0, std::string(text)};
      return ok();
    }
    const std::size_t space = text.find(' ');
    const auto priority = whole_number(text.substr(0, space));
    if (space != std::string_view::npos && priority) {
      query.after = store::CaseKey{*priority, std::string(text.substr(space + 1))};
      return ok();
    }
  }
  return http::bad_query("cursor", "field_invalid");
}

Result<store::CaseQuery> read_query(const Request& request, const Actor& actor,
                                    const identity::RightsPolicy& policy) {
  store::CaseQuery query;
  std::optional<std::string_view> cursor;
  for (const auto& [name, value] : request.query) {
    if (name == "state") {
      std::string_view rest = value;
      while (true) {
        const std::string_view state = rest.substr(0, rest.find(','));
        if (std::find(kStates.begin(), kStates.end(), state) == kStates.end())
          return http::bad_query(name, "field_invalid");
        query.states.emplace_back(state);
        if (state.size() == rest.size()) break;
        rest.remove_prefix(state.size() + 1);
      }
    } else if (name == "topic") {
      if (model::find_topic(value) == nullptr) return http::bad_query(name, "topic_unknown");
      query.topic = value;
    } else if (name == "region") {
      if (model::find_region(value) == nullptr) return http::bad_query(name, "region_unknown");
      query.region = value;
    } else if (name == "assignee") {
      query.assignee = value;
    } else if (name == "mine") {
      if (value != "true" && value != "false") return http::bad_query(name, "field_invalid");
      if (value == "true") query.assignee = actor.account;
    } else if (name == "q") {
      if (value.empty() || http::characters(value) > 200)
        return http::bad_query(name, "field_invalid");
      query.text = value;
    } else if (name == "min_priority" || name == "limit") {
      const auto number = whole_number(value);
      const std::int64_t least = name == "limit" ? 1 : 0;
      if (!number || *number < least || *number > 100) {
        return http::bad_query(name, "field_out_of_range",
                               {{"min", std::to_string(least)}, {"max", "100"}});
      }
      (name == "limit" ? query.limit : query.min_priority) = *number;
    } else if (name == "sort") {
      if (value != "priority" && value != "id") return http::bad_query(name, "field_invalid");
      query.by_id = value == "id";
    } else if (name == "cursor") {
      cursor = value;
    } else {
      return http::bad_query(name, "field_unknown");
    }
  }
  if (cursor) {
    CLARION_TRY(read_cursor(*cursor, query));
  }
  if (identity::grant(Act::see_cases, actor, policy) == identity::Grant::own)
    query.only_account = actor.account;
  query.in_regions = actor.regions;
  if (actor.door != identity::Door::any) query.actual = actor.door == identity::Door::live;
  return query;
}

Response with_version(const json::object& body, int status = 200) {
  Response response = http::json_response(status, body);
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", body.at("version").as_int64()));
  return response;
}

Result<Response> list(store::View& view, const Request& request, const Actor& actor,
                      const identity::RightsPolicy& policy, model::Time now) {
  CLARION_TRY(auto query, read_query(request, actor, policy));
  CLARION_TRY(const auto page, store::list_cases(view, query));
  json::array items;
  for (const store::CaseRow& row : page.rows) {
    CLARION_TRY(auto item, case_summary(view, row, request.lang, now));
    items.push_back(std::move(item));
  }
  json::object body;
  body["items"] = std::move(items);
  const std::string next = page.next ? cursor_of(*page.next, query.by_id) : std::string();
  body["next"] = page.next ? json::value(next) : json::value(nullptr);
  Response response = http::json_response(200, body);
  if (page.next) response.headers.emplace_back("Link", http::next_link(request, next));
  return response;
}

Result<Response> show(store::View& view, const Request& request, const Actor& actor,
                      const identity::RightsPolicy& policy, model::Time now) {
  std::int64_t after = 0;
  if (const auto given = request.query_value("posts_after")) {
    const auto number = whole_number(*given);
    if (!number || *number < 0) return http::bad_query("posts_after", "field_invalid");
    after = *number;
  }
  CLARION_TRY(auto row, store::find_case(view, request.params.at("id")));
  if (!row || !may_see(*row, actor, policy))
    return Error{Errc::not_found, "there is no such case", "not_found"};
  CLARION_TRY(auto body, case_detail(view, *row, request.lang, after, now, actor.account));
  body["may"] = actions_for(*row, actor, policy);
  body["limits"] = limits_json();
  CLARION_TRY(auto watchers, store::watchers_of(view, row->id));
  body["watching"] = std::find(watchers.begin(), watchers.end(), actor.account) != watchers.end();
  return with_version(body);
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, DeskOptions options) {
  const auto look = [&requests](Result<Response> (*act)(store::View&, const Request&, const Actor&,
                                                        const identity::RightsPolicy&,
                                                        model::Time)) {
    return [&requests, act](Request& request) {
      return requests.look(request, [&](store::View& view, const Actor* actor) {
        return act(view, request, *actor, requests.policy(), requests.clock().now());
      });
    };
  };
  router.add({.method = "GET",
              .pattern = "/v1/cases",
              .guard = requests.needs(Act::see_cases),
              .handler = look(list)});
  router.add({.method = "GET",
              .pattern = "/v1/cases/{id}",
              .guard = requests.needs(Act::see_cases),
              .handler = look(show)});
  router.add({.method = "GET",
              .pattern = "/v1/cases/{id}/routing",
              .guard = requests.needs(Act::see_cases),
              .handler = [&requests, options](Request& request) {
                return requests.look(
                    request, [&](store::View& view, const Actor* actor) -> Result<Response> {
                      CLARION_TRY(auto row, store::find_case(view, request.params.at("id")));
                      if (!row || !may_see(*row, *actor, requests.policy()))
                        return Error{Errc::not_found, "there is no such case", "not_found"};
                      CLARION_TRY(auto body, routing_view(view, options, *row, request.lang,
                                                          requests.clock().now()));
                      return http::json_response(200, body);
                    });
              }});
  const auto act = [&requests, options](Request& request, std::string_view name) {
    return requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
      std::optional<std::int64_t> version;
      if (!request.header("if-match").empty()) {
        CLARION_TRY(version, identity::if_match(request));
      }
      CLARION_TRY(auto body, http::json_body(request));
      CLARION_TRY(auto row, act_on_case({tx, actor, requests.policy(), options,
                                         request.params.at("id"), version},
                                        name, body));
      CLARION_TRY(auto shown, case_detail(tx, row, request.lang, 0, tx.now(), actor.account));
      shown["may"] = actions_for(row, actor, requests.policy());
      shown["limits"] = limits_json();
      return with_version(shown);
    });
  };
  router.add({.method = "PATCH",
              .pattern = "/v1/cases/{id}",
              .guard = requests.needs_scope({identity::Scope::desk}),
              .handler = [act](Request& request) { return act(request, "edit"); }});
  router.add(
      {.method = "POST",
       .pattern = "/v1/cases/bulk",
       .guard = requests.needs(Act::manage_cases),
       .handler = [&requests, options](Request& request) {
         std::optional<json::object> tried;
         Response response =
             requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
               CLARION_TRY(auto body, http::json_body(request));
               CLARION_TRY(auto done, act_on_cases({tx, actor, requests.policy(), options, {}, {}},
                                                   body, request.lang));
               if (!done.at("dry_run").as_bool()) return http::json_response(200, done);
               tried = std::move(done);
               return Error{Errc::cancelled, "a dry run is undone"};
             });
         return tried ? http::json_response(200, *tried) : response;
       }});
  // Which right an action needs depends on the action, so the guard asks for a person alone.
  router.add({.method = "POST",
              .pattern = "/v1/cases/{id}/{action}",
              .guard = requests.needs_scope({identity::Scope::desk}),
              .handler = [act](Request& request) {
                const std::string name = request.params.at("action");
                return act(request, name == "edit" ? "" : name);  // which is PATCH
              }});
}

}  // namespace clarion::desk
