#include "http/fields.h"
#include "http/status.h"
#include "roster/handover.h"
#include "roster/handover_notes.h"
#include "roster/routes.h"
#include "roster/view.h"

#include <functional>
#include <utility>

namespace clarion::roster {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

constexpr std::size_t kMostBody = 64U << 10U;
constexpr std::size_t kMostListed = 100;

Status check_sees_all(const Actor& actor, const identity::RightsPolicy& policy) {
  if (identity::grant(Act::see_cases, actor, policy) == identity::Grant::yes) return ok();
  return Error{Errc::denied, "the hand-over tells of all cases", "denied"};
}

json::array notes_json(const std::vector<store::RosterRow>& rows, const Actor& actor) {
  json::array out;
  for (const store::RosterRow& row : rows) out.push_back(part_json(row, actor));
  return out;
}

Result<Response> handover(store::View& view, const Request& request, const Actor& actor,
                          const RosterOptions& options, const identity::RightsPolicy& policy,
                          model::Time now) {
  CLARION_TRY(check_query(request, {"since", "format"}));
  CLARION_TRY(check_sees_all(actor, policy));
  CLARION_TRY(auto since, query_time(request, "since", options.zone));
  const std::string_view format = request.query_value("format").value_or("json");
  if (format != "json" && format != "text") return http::bad_query("format", "field_invalid");
  CLARION_TRY(auto made, make_handover(view, options.zone, actor, now, since));
  if (format == "text") {
    return Response{200,
                    {{"Content-Type", text_type("plain")}},
                    handover_text(made, options.zone, request.lang)};
  }
  json::object body = handover_json(made);
  body["notes"] = notes_json(std::exchange(made.notes, {}), actor);
  body["text"] = handover_text(made, options.zone, request.lang);
  return http::json_response(200, body);
}

}  // namespace

void add_handover_routes(http::Router& router, identity::Requests& requests,
                         const RosterOptions& options) {
  const auto* clock = &requests.clock();
  const auto* policy = &requests.policy();
  const auto look =
      [&](std::string pattern,
          std::function<Result<Response>(store::View&, const Request&, const Actor&)> act) {
        router.add({.method = "GET",
                    .pattern = std::move(pattern),
                    .guard = requests.needs(Act::see_experts),
                    .handler = [&requests, act = std::move(act)](Request& request) {
                      return requests.look(request, [&](store::View& view, const Actor* actor) {
                        return act(view, request, *actor);
                      });
                    }});
      };
  const auto change = [&](std::string method, std::string pattern,
                          std::function<Result<store::RosterRow>(const Change&, Request&)> act,
                          int status) {
    router.add(
        {.method = std::move(method),
         .pattern = std::move(pattern),
         .guard = requests.needs(Act::change_roster),
         .handler =
             [&requests, zone = options.zone, act = std::move(act), status](Request& request) {
               return requests.change(
                   request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                     CLARION_TRY(check_live_door(actor));
                     CLARION_TRY(auto row, act({tx, actor, requests.policy(), zone}, request));
                     return with_version(part_json(row, actor), status);
                   });
             },
         .max_body_bytes = kMostBody});
  };

  look("/v1/roster/handover",
       [options, clock, policy](store::View& view, const Request& request, const Actor& actor) {
         return handover(view, request, actor, options, *policy, clock->now());
       });
  look("/v1/roster/handovers",
       [policy](store::View& view, const Request& request, const Actor& actor) -> Result<Response> {
         CLARION_TRY(check_query(request, {}));
         CLARION_TRY(check_sees_all(actor, *policy));
         std::vector<store::RosterRow> rows;
         // Words of the live desk, as its cases are.
         if (actor.door != identity::Door::drill) {
           CLARION_TRY(rows, store::roster_of_kind(view, "handover"));
         }
         if (rows.size() > kMostListed)
           rows.erase(rows.begin(), rows.end() - static_cast<std::ptrdiff_t>(kMostListed));
         return http::json_response(
             200, json::object{{"items", notes_json(rows, actor)}, {"next", nullptr}});
       });
  change(
      "POST", "/v1/roster/handovers",
      [](const Change& made, Request& request) -> Result<store::RosterRow> {
        CLARION_TRY(auto body, http::json_body(request));
        return add_handover_note(made, body);
      },
      201);
  change(
      "PATCH", "/v1/roster/handovers/{id}",
      [](const Change& made, Request& request) -> Result<store::RosterRow> {
        CLARION_TRY(auto version, identity::if_match(request));
        CLARION_TRY(auto patch, http::json_body(request));
        return patch_handover_note(made, request.params.at("id"), version, patch);
      },
      200);
  change(
      "POST", "/v1/roster/handovers/{id}/read",
      [](const Change& made, Request& request) {
        return read_handover_note(made, request.params.at("id"));
      },
      200);
}

}  // namespace clarion::roster
