#include "notice/routes.h"

#include "http/status.h"
#include "notice/answers.h"
#include "notice/list.h"
#include "notice/notice_view.h"
#include "notice/signature.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace clarion::notice {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;
using identity::Grant;

constexpr std::size_t kMostBody = 256U << 10U;

Error no_notice() { return {Errc::not_found, "there is no such notice", "not_found"}; }
bool is_staff(const Actor* actor, const identity::RightsPolicy& policy) {
  return actor != nullptr && identity::grant(Act::see_cases, *actor, policy) != Grant::no;
}
/// Exercise and Test are for staff and for the drill scope alone (contract section 5, promise 4).
bool may_see_mode(std::string_view mode, const Actor* actor, const identity::RightsPolicy& policy) {
  if (actor != nullptr && !identity::sees_mode(*actor, mode)) return false;
  return mode == "Actual" || is_staff(actor, policy) ||
         (actor != nullptr && actor->scope == identity::Scope::drill);
}

Response with_version(const json::object& body, std::int64_t version, int status = 200) {
  Response response = http::json_response(status, body);
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", version));
  return response;
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

Result<Version> version_of(const Request& request) {
  if (request.header("if-match").empty()) return Version{};
  CLARION_TRY(auto value, identity::if_match(request));
  return Version{true, value};
}

/// Answers the list at once when it has something to tell, else when a publication gives it some or
/// the wait is over.
void answer_list(Request request, const http::Answer& answer, identity::Requests& requests,
                 const NoticeOptions& options, PollRoom& polls) {
  const bool staff = is_staff(identity::actor_of(request), requests.policy());
  auto query = read_list_query(request, staff, options.zone);
  if (!query) return answer(http::problem(request, query.error()));
  if (staff && identity::actor_of(request)->door == identity::Door::drill)
    query.value().channel = "drill";
  struct Held {
    Request request;
    ListQuery query;
  };
  const auto held = std::make_shared<Held>(Held{std::move(request), query.value()});
  const auto look = [held, &requests, &options](bool last) -> std::optional<Response> {
    bool settled = true;
    Response response = requests.look(
        held->request, [&](store::View& view, const Actor* actor) -> Result<Response> {
          const model::Time now = requests.clock().now();
          CLARION_TRY(const Listed listed, held->query.states.empty()
                                               ? list_published(view, held->query, now)
                                               : list_for_desk(view, held->query, *actor,
                                                               requests.policy(), options, now));
          settled = listed.settled;
          return list_answer(held->request, listed);
        });
    if (settled || last) return response;
    return std::nullopt;
  };
  const auto wait = query.value().wait;
  const std::uint64_t publications = polls.publications();
  if (auto response = look(wait.count() == 0)) return answer(std::move(*response));
  const Status waits = polls.wait(
      publications, {.address = held->request.remote,
                     .until = requests.clock().steady() + wait,
                     .concerns =
                         [held](const store::LogEntry& entry) {
                           return std::any_of(entry.facets.begin(), entry.facets.end(),
                                              [&](const model::Facets& facets) {
                                                return model::passes(facets, held->query.filter);
                                              });
                         },
                     .look = look,
                     .answer = answer});
  if (!waits) answer(http::problem(held->request, waits.error()));
}

}  // namespace

void add_routes(http::Router& router, identity::Requests& requests, const NoticeOptions& options,
                PollRoom& polls) {
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

  router.add(
      {.method = "GET",
       .pattern = "/v1/notices",
       .guard = requests.optional(),
       .deferred = [&requests, &options, &polls](Request request, const http::Answer& answer) {
         answer_list(std::move(request), answer, requests, options, polls);
       }});
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
                      return http::problem(request, http::bad_query("dry_run", "field_invalid"));
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
