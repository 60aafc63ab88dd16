#include "desk/work_routes.h"

#include "base/bytes.h"
#include "desk/actions.h"
#include "http/status.h"
#include "store/regroup.h"

namespace clarion::desk {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;

/// What people said of candidates, by case and debunk, for who tunes the matcher. A cursor is
/// "CASE DEBUNK".
Result<Response> judgements(store::View& view, const Request& request, const Actor& actor,
                            const identity::RightsPolicy& policy) {
  constexpr std::int64_t kPage = 100;
  std::string after_case, after_debunk;
  for (const auto& [name, value] : request.query) {
    if (name != "cursor") return http::bad_query(name, "field_unknown");
    const auto cursor = from_base64url(value);
    const std::size_t space = cursor ? cursor.value().find(' ') : std::string::npos;
    if (space == std::string::npos) return http::bad_query(name, "field_invalid");
    after_case = cursor.value().substr(0, space);
    after_debunk = cursor.value().substr(space + 1);
  }
  CLARION_TRY(auto rows, store::list_judgements(view, after_case, after_debunk, kPage + 1));
  const bool more = rows.size() > static_cast<std::size_t>(kPage);
  if (more) rows.pop_back();
  json::array items;
  for (const store::Judgement& row : rows) {
    CLARION_TRY(auto of, store::find_case(view, row.case_id));
    if (!of || !may_see(*of, actor, policy)) continue;
    items.push_back({{"case", row.case_id},
                     {"mode", of->mode},
                     {"claim", of->claim},
                     {"debunk", row.debunk},
                     {"judgement", row.judgement},
                     {"by", row.actor},
                     {"at", model::to_text(row.at)}});
  }
  json::value next = nullptr;
  if (more) next = to_base64url(rows.back().case_id + " " + rows.back().debunk);
  return http::json_response(200, json::object{{"items", std::move(items)}, {"next", next}});
}

}  // namespace

void add_work_routes(http::Router& router, identity::Requests& requests, const DeskOptions&) {
  router.add({.method = "GET",
              .pattern = "/v1/library/judgements",
              .guard = requests.needs(Act::see_library),
              .handler = [&requests](Request& request) {
                return requests.look(request, [&](store::View& view, const Actor* actor) {
                  return judgements(view, request, *actor, requests.policy());
                });
              }});
}

}  // namespace clarion::desk
