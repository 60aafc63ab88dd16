#include "notice/routes.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "http/fields.h"
#include "model/region.h"
#include "model/topic.h"
#include "notice/notice_view.h"
#include "store/cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace clarion::notice {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;
using identity::Grant;

constexpr std::size_t kMostBody = 256U << 10U;

Error no_notice() { return {Errc::not_found, "there is no such notice", "not_found"}; }
Error bad_query(std::string_view name, std::string_view code,
                std::vector<std::pair<std::string, std::string>> params = {}) {
  return {Errc::invalid,
          fmt::format("the query parameter '{}' is wrong ({})", name, code),
          "query_invalid",
          {{"name", std::string(name)}},
          {{std::string(name), std::string(code), std::move(params)}}};
}

bool is_staff(const Actor* actor, const identity::RightsPolicy& policy) {
  return actor != nullptr && identity::grant(Act::see_cases, *actor, policy) != Grant::no;
}
/// Exercise and Test are for staff and for the drill scope alone (contract section 5, promise 4).
bool may_see_mode(std::string_view mode, const Actor* actor, const identity::RightsPolicy& policy) {
  return mode == "Actual" || is_staff(actor, policy) ||
         (actor != nullptr && actor->scope == identity::Scope::drill);
}

/// Whether a person at the desk sees drafts, authors and approvals of a notice: of the own cases
/// for an expert, else of what their regions match. What is published, anyone sees.
Result<bool> may_see_inside(store::View& view, const store::NoticeRow& row, const Actor& actor,
                            const identity::RightsPolicy& policy) {
  if (row.draft) {
    const json::value* regions = row.draft->if_contains("regions");
    const std::vector<std::string> places =
        regions != nullptr ? strings_of(*regions) : std::vector<std::string>{};
    if (!identity::may_see_in(actor, places)) return false;
  }
  const Grant granted = identity::grant(Act::see_cases, actor, policy);
  if (granted != Grant::own) return granted == Grant::yes;
  if (!row.case_id) return false;
  CLARION_TRY(auto from, store::find_case(view, *row.case_id));
  return from && desk::is_own(*from, actor);
}

Response with_version(const json::object& body, std::int64_t version, int status = 200) {
  Response response = http::json_response(status, body);
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", version));
  return response;
}

/// An answer with an ETag of its own bytes. Only what is answered without a credential may be kept
/// by caches between: drafts, Exercise and Test would reach the public through them.
Response public_answer(const Request& request, const json::value& body) {
  Response response = http::json_response(200, body);
  const std::string etag = fmt::format("\"{}\"", sha256_hex(response.body).substr(0, 32));
  response.headers.emplace_back("ETag", etag);
  response.headers.emplace_back("Vary", "Authorization");
  if (identity::actor_of(request) == nullptr)
    response.headers.emplace_back("Cache-Control", "public, max-age=1, must-revalidate");
  if (request.header("if-none-match") == etag) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

Result<std::int64_t> number_in(std::string_view name, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || value < 1)
    return bad_query(name, "field_invalid");
  return value;
}

Result<Response> show(store::View& view, const Request& request, const Actor* actor,
                      const identity::RightsPolicy& policy, const NoticeOptions& options,
                      model::Time now) {
  CLARION_TRY(auto row, store::find_notice(view, request.params.at("id")));
  if (!row || !may_see_mode(row->mode, actor, policy)) return no_notice();
  bool inside = false;
  if (actor != nullptr) {
    CLARION_TRY(inside, may_see_inside(view, *row, *actor, policy));
  }
  if (const auto asked = request.query_value("revision")) {
    CLARION_TRY(auto number, number_in("revision", *asked));
    CLARION_TRY(auto revision, store::find_revision(view, row->id, number));
    if (!revision) return no_notice();
    if (!inside) return public_answer(request, public_view(*revision, row->revision, now));
    return with_version(desk_view_of(*row, *revision, now), row->version);
  }
  if (inside) {
    CLARION_TRY(auto body, desk_view(view, *row, options, now));
    return with_version(body, row->version);
  }
  if (row->revision == 0) return no_notice();
  CLARION_TRY(auto revision, store::find_revision(view, row->id, row->revision));
  if (!revision) return no_notice();
  return public_answer(request, public_view(*revision, row->revision, now));
}

Result<Response> revisions(store::View& view, const Request& request, const Actor* actor,
                           const identity::RightsPolicy& policy, model::Time now) {
  CLARION_TRY(auto row, store::find_notice(view, request.params.at("id")));
  if (!row || row->revision == 0 || !may_see_mode(row->mode, actor, policy)) return no_notice();
  CLARION_TRY(auto all, store::revisions_of(view, row->id));
  json::array items;
  for (const store::RevisionRow& each : all) items.push_back(public_view(each, row->revision, now));
  return public_answer(request, json::object{{"items", std::move(items)}, {"next", nullptr}});
}

struct ListQuery {
  model::Filter filter;
  std::optional<model::Time> since;
  bool live = false;
  std::int64_t limit = 50;
  std::string cursor;
  std::vector<std::string> states;  ///< of drafts, for the desk
};

void add_to(std::optional<std::vector<std::string>>& list, const std::string& value) {
  if (!list) list.emplace();
  list->push_back(value);
}

Result<ListQuery> read_list_query(const Request& request, bool staff, const ops::Zone& zone) {
  constexpr std::array<std::string_view, 4> kKinds = {"debunk", "science", "advisory", "holding"};
  constexpr std::array<std::string_view, 4> kStates = {"draft", "submitted", "approved",
                                                       "published"};
  ListQuery out;
  for (const auto& [name, value] : request.query) {
    if (name == "topic") {
      if (model::find_topic(value) == nullptr) return bad_query(name, "topic_unknown");
      add_to(out.filter.topics, value);
    } else if (name == "region") {
      if (model::find_region(value) == nullptr) return bad_query(name, "region_unknown");
      add_to(out.filter.regions, value);
    } else if (name == "kind") {
      if (std::find(kKinds.begin(), kKinds.end(), value) == kKinds.end())
        return bad_query(name, "field_invalid");
      add_to(out.filter.kinds, value);
    } else if (name == "lang") {
      add_to(out.filter.langs, value);
    } else if (name == "since") {
      const auto time = model::parse_time(value);
      if (!time) return bad_query(name, "time_invalid");
      out.since = zone.resolve(time.value());
    } else if (name == "live") {
      if (value != "true" && value != "false") return bad_query(name, "field_invalid");
      out.live = value == "true";
    } else if (name == "limit") {
      CLARION_TRY(out.limit, number_in(name, value));
      if (out.limit > 100)
        return bad_query(name, "field_out_of_range", {{"min", "1"}, {"max", "100"}});
    } else if (name == "cursor") {
      const auto cursor = from_base64url(value);
      if (!cursor || cursor.value().empty()) return bad_query(name, "field_invalid");
      out.cursor = cursor.value();
    } else if (name == "state" && staff) {
      std::string_view rest = value;
      while (!rest.empty()) {
        const std::string_view state = rest.substr(0, rest.find(','));
        if (std::find(kStates.begin(), kStates.end(), state) == kStates.end())
          return bad_query(name, "field_invalid");
        out.states.emplace_back(state);
        rest.remove_prefix(std::min(rest.size(), state.size() + 1));
      }
    } else {
      return bad_query(name, "field_unknown");
    }
  }
  return out;
}

Response page(const Request& request, json::array items, const std::optional<std::string>& next) {
  json::object body;
  body["items"] = std::move(items);
  body["next"] = next ? json::value(*next) : json::value(nullptr);
  Response response = public_answer(request, body);
  if (next) {
    std::string target = request.path + "?";
    for (const auto& [name, value] : request.query) {
      if (name != "cursor") target += fmt::format("{}={}&", name, value);
    }
    response.headers.emplace_back("Link",
                                  fmt::format("<{}cursor={}>; rel=\"next\"", target, *next));
  }
  return response;
}

/// Newest first, along the log. A page reads on until it is full, so a narrow filter costs the log
/// it passes.
Result<Response> list_published(store::View& view, const Request& request, const ListQuery& query,
                                model::Time now) {
  constexpr std::int64_t kStep = 200;
  std::uint64_t before = UINT64_MAX;
  if (!query.cursor.empty()) {
    CLARION_TRY(auto offset, number_in("cursor", query.cursor));
    before = static_cast<std::uint64_t>(offset);
  }
  json::array items;
  while (true) {
    CLARION_TRY(auto rows, store::newest_revisions(view, "notices", before, kStep));
    for (const store::RevisionRow& row : rows) {
      if (query.since && row.published_at < *query.since)
        return page(request, std::move(items), std::nullopt);
      if (static_cast<std::int64_t>(items.size()) == query.limit) {
        return page(request, std::move(items), to_base64url(std::to_string(before)));
      }
      before = row.offset;
      const bool in_force = row.action != "withdraw" && (!row.expires_at || *row.expires_at > now);
      if (query.live && !in_force) continue;
      if (!model::passes(store::facets_of(json::parse(row.facets).as_object()), query.filter))
        continue;
      items.push_back(public_view(row, row.revision, now));
    }
    if (rows.size() < static_cast<std::size_t>(kStep))
      return page(request, std::move(items), std::nullopt);
  }
}

/// The desk's list: all notices by id, newest first, drafts as the actor may see them.
Result<Response> list_for_desk(store::View& view, const Request& request, const ListQuery& query,
                               const Actor& actor, const identity::RightsPolicy& policy,
                               const NoticeOptions& options, model::Time now) {
  constexpr std::int64_t kStep = 100;
  std::string before = query.cursor;
  const bool drafts_alone =
      std::find(query.states.begin(), query.states.end(), "published") == query.states.end();
  json::array items;
  while (true) {
    CLARION_TRY(auto rows, store::list_notices(view, drafts_alone, before, kStep));
    for (const store::NoticeRow& row : rows) {
      if (static_cast<std::int64_t>(items.size()) == query.limit)
        return page(request, std::move(items), to_base64url(before));
      before = row.id;
      const std::string state = row.draft ? row.draft_state : "published";
      if (std::find(query.states.begin(), query.states.end(), state) == query.states.end())
        continue;
      CLARION_TRY(auto visible, may_see_inside(view, row, actor, policy));
      if (!visible) continue;
      CLARION_TRY(auto item, desk_view(view, row, options, now));
      if (!model::passes(facets_of_form(item), query.filter)) continue;
      items.push_back(std::move(item));
    }
    if (rows.size() < static_cast<std::size_t>(kStep))
      return page(request, std::move(items), std::nullopt);
  }
}

Result<Version> version_of(const Request& request) {
  if (request.header("if-match").empty()) return Version{};
  CLARION_TRY(auto value, identity::if_match(request));
  return Version{true, value};
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, const NoticeOptions& options) {
  const auto look = [&](auto act) -> http::Handler {
    return [&requests, act](Request& request) {
      return requests.look(request, [&](store::View& view, const Actor* actor) -> Result<Response> {
        return act(view, request, actor);
      });
    };
  };
  const auto change = [&](int status, auto act) -> http::Handler {
    return [&requests, &options, status, act](Request& request) {
      return requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
        CLARION_TRY(auto row, act(NoticeAction{tx, actor, requests.policy(), options}, request));
        CLARION_TRY(auto body, desk_view(tx, row, options, tx.now()));
        Response response = with_version(body, row.version, status);
        if (status == 201)
          response.headers.emplace_back("Location", fmt::format("/v1/notices/{}", row.id));
        return response;
      });
    };
  };

  router.add({.method = "GET",
              .pattern = "/v1/notices",
              .guard = requests.optional(),
              .handler = look([&requests, &options](store::View& view, const Request& request,
                                                    const Actor* actor) -> Result<Response> {
                const bool staff = is_staff(actor, requests.policy());
                CLARION_TRY(auto query, read_list_query(request, staff, options.zone));
                const model::Time now = requests.clock().now();
                if (query.states.empty()) return list_published(view, request, query, now);
                return list_for_desk(view, request, query, *actor, requests.policy(), options, now);
              })});
  router.add({.method = "GET",
              .pattern = "/v1/notices/{id}",
              .guard = requests.optional(),
              .handler = look([&requests, &options](store::View& view, const Request& request,
                                                    const Actor* actor) {
                return show(view, request, actor, requests.policy(), options,
                            requests.clock().now());
              })});
  router.add(
      {.method = "GET",
       .pattern = "/v1/notices/{id}/revisions",
       .guard = requests.optional(),
       .handler = look([&requests](store::View& view, const Request& request, const Actor* actor) {
         return revisions(view, request, actor, requests.policy(), requests.clock().now());
       })});
  router.add({.method = "POST",
              .pattern = "/v1/notices",
              .guard = requests.needs(Act::draft_notice),
              .handler = change(201,
                                [](const NoticeAction& action,
                                   const Request& request) -> Result<store::NoticeRow> {
                                  CLARION_TRY(auto body, http::json_body(request));
                                  return create_notice(action, body);
                                }),
              .max_body_bytes = kMostBody});
  router.add(
      {.method = "PATCH",
       .pattern = "/v1/notices/{id}",
       .guard = requests.needs(Act::draft_notice),
       .handler = change(
           200,
           [](const NoticeAction& action, const Request& request) -> Result<store::NoticeRow> {
             CLARION_TRY(auto body, http::json_body(request));
             CLARION_TRY(auto version, version_of(request));
             return patch_notice(action, request.params.at("id"), version, body);
           }),
       .max_body_bytes = kMostBody});
  const http::Handler act = change(
      200, [](const NoticeAction& action, const Request& request) -> Result<store::NoticeRow> {
        CLARION_TRY(auto body, http::json_body(request));
        CLARION_TRY(auto version, version_of(request));
        return act_on_notice(action, request.params.at("id"), request.params.at("action"), version,
                             body);
      });
  const http::Handler preview = [&requests, &options](Request& request) {
    return requests.change(request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
      CLARION_TRY(auto version, version_of(request));
      CLARION_TRY(auto body, preview_publication({tx, actor, requests.policy(), options},
                                                 request.params.at("id"), version));
      return http::json_response(200, body);
    });
  };
  // Which right an action needs depends on the action and on who wrote the notice, so the guard
  // asks for a person alone.
  router.add({.method = "POST",
              .pattern = "/v1/notices/{id}/{action}",
              .guard = requests.needs_scope({identity::Scope::desk}),
              .handler =
                  [act, preview](Request& request) {
                    const auto dry = request.query_value("dry_run");
                    if (!dry || *dry == "false") return act(request);
                    // Never publish for who asked to see what would happen.
                    if (*dry != "true" || request.params.at("action") != "publish")
                      return http::problem(request, bad_query("dry_run", "field_invalid"));
                    return preview(request);
                  },
              .max_body_bytes = kMostBody});
  router.add({.method = "GET",
              .pattern = "/.well-known/jwks.json",
              .guard = {},
              .handler = look(
                  [](store::View& view, const Request& request, const Actor*) -> Result<Response> {
                    CLARION_TRY(auto body, jwks(view));
                    return public_answer(request, body);
                  })});
}

}  // namespace clarion::notice
