#include "roster/routes.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "http/status.h"
#include "roster/calendar.h"
#include "roster/changes.h"
#include "roster/handover.h"
#include "roster/table.h"
#include "roster/view.h"
#include "store/accounts.h"
#include "store/audit.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace clarion::roster {
namespace {

using http::Request;
using http::Response;
using identity::Act;
using identity::Actor;
using std::chrono::hours;

constexpr hours kLongestSpan{24 * 400};
constexpr std::size_t kMostTable = 1U << 20U;

struct Kind {
  std::string_view path, kind;
  bool listed;  ///< its parts are read one by one and changed
};
constexpr std::array kKinds = {
    Kind{"plans", "plan", true},        Kind{"schedules", "schedule", true},
    Kind{"shifts", "shift", true},      Kind{"overrides", "override", false},
    Kind{"absences", "absence", false}, Kind{"drills", "drill", false}};

struct Span {
  model::Time from, until;
};

/// ?from=&until=; from the beginning of today, a day long, when they are missing.
Result<Span> query_span(const Request& request, const ops::Zone& zone, model::Time now) {
  CLARION_TRY(auto from, query_time(request, "from", zone));
  CLARION_TRY(auto until, query_time(request, "until", zone));
  if (!from) from = moment_of(zone, day_of(zone.civil(now)), 0);
  if (!until) until = moment_of(zone, day_of(zone.civil(*from)) + std::chrono::days(1), 0);
  if (*until <= *from || *until - *from > kLongestSpan)
    return http::bad_query("until", "roster_span", {{"days", "400"}});
  return Span{*from, *until};
}

Response calendar(std::string text) {
  return {200,
          {{"Content-Type", text_type("calendar")},
           {"Content-Disposition", "inline; filename=\"clarion.ics\""},
           {"Cache-Control", "private, no-store"}},
          std::move(text)};
}

/// GET /v1/roster/calendar/SECRET.ics
Result<Response> personal_calendar(store::View& view, const Request& request,
                                   const RosterOptions& options, model::Time now) {
  const Error unknown{Errc::not_found, "there is no such calendar", "not_found"};
  std::string_view secret = request.params.at("file");
  if (!secret.ends_with(".ics")) return unknown;
  secret.remove_suffix(4);
  CLARION_TRY(auto account, store::account_of_calendar(view, sha256_hex(secret)));
  if (!account) return unknown;
  CLARION_TRY(auto person, store::find_account(view, *account));
  if (!person || person->disabled) return unknown;
  CLARION_TRY(auto events, shifts_of(view, options.zone, *account, now, request.lang));
  return calendar(calendar_text(
      events, ops::words("calendar_mine", request.lang, {{"desk", options.desk_name}}), now));
}

class Routes {
 public:
  Routes(http::Router& router, identity::Requests& requests, RosterOptions options)
      : router_(router), requests_(requests), options_(std::move(options)) {}

  void add() {
    looks();
    parts();
    swaps();
    calendars();
    tables();
  }

 private:
  using Look = std::function<Result<Response>(store::View&, const Request&, const Actor&)>;
  using Act_ = std::function<Result<Response>(const Change&, Request&)>;

  void look(std::string pattern, Look act) {
    router_.add({.method = "GET",
                 .pattern = std::move(pattern),
                 .guard = requests_.needs(Act::see_experts),
                 .handler = [this_requests = &requests_, act = std::move(act)](Request& request) {
                   return this_requests->look(request, [&](store::View& view, const Actor* actor) {
                     return act(view, request, *actor);
                   });
                 }});
  }
  void change(std::string method, std::string pattern, Act_ act, std::size_t most = 64U << 10U) {
    router_.add(
        {.method = std::move(method),
         .pattern = std::move(pattern),
         .guard = requests_.needs(Act::change_roster),
         .handler =
             [requests = &requests_, options = options_, act = std::move(act)](Request& request) {
               return requests->change(
                   request, [&](store::Tx& tx, const Actor& actor) -> Result<Response> {
                     CLARION_TRY(check_live_door(actor));
                     return act({tx, actor, requests->policy(), options.zone}, request);
                   });
             },
         .max_body_bytes = most});
  }
  static Result<Response> shown(const Change& change, const Result<store::RosterRow>& row,
                                int status = 200) {
    if (!row) return row.error();
    return with_version(part_json(row.value(), change.actor), status);
  }

  void looks() {
    const auto* clock = &requests_.clock();
    look("/v1/roster",
         [options = options_, clock](store::View& view, const Request& request,
                                     const Actor& actor) -> Result<Response> {
           CLARION_TRY(check_query(request, {"from", "until"}));
           CLARION_TRY(auto span, query_span(request, options.zone, clock->now()));
           CLARION_TRY(auto body,
                       span_json(view, options.zone, span.from, span.until, clock->now(), actor));
           return http::json_response(200, body);
         });
    look("/v1/roster/now",
         [options = options_, clock](store::View& view, const Request& request,
                                     const Actor& actor) -> Result<Response> {
           CLARION_TRY(check_query(request, {}));
           CLARION_TRY(auto body, now_json(view, options.zone, clock->now(), actor));
           return http::json_response(200, body);
         });
    look("/v1/roster/gaps",
         [options = options_, clock](store::View& view, const Request& request,
                                     const Actor&) -> Result<Response> {
           CLARION_TRY(check_query(request, {"from", "until"}));
           CLARION_TRY(auto span, query_span(request, options.zone, clock->now()));
           CLARION_TRY(auto found, gaps(view, options.zone, span.from, span.until));
           json::array items;
           for (const Gap& gap : found) items.push_back(gap_json(gap));
           return http::json_response(200,
                                      json::object{{"items", std::move(items)}, {"next", nullptr}});
         });
    look("/v1/roster/settings",
         [](store::View& view, const Request&, const Actor& actor) -> Result<Response> {
           CLARION_TRY(auto row, find_settings(view));
           return with_version(part_json(row, actor));
         });
  }

  void parts() {
    for (const Kind& kind : kKinds) {
      const std::string path = fmt::format("/v1/roster/{}", kind.path);
      const std::string name(kind.kind);
      look(path,
           [name](store::View& view, const Request& request,
                  const Actor& actor) -> Result<Response> {
             CLARION_TRY(check_query(request, {}));
             CLARION_TRY(auto rows, store::roster_of_kind(view, name));
             json::array items;
             for (const store::RosterRow& row : rows) items.push_back(part_json(row, actor));
             return http::json_response(
                 200, json::object{{"items", std::move(items)}, {"next", nullptr}});
           });
      look(path + "/{id}",
           [name](store::View& view, const Request& request,
                  const Actor& actor) -> Result<Response> {
             CLARION_TRY(auto row, store::find_roster(view, request.params.at("id")));
             if (!row || row->removed || row->kind != name)
               return Error{Errc::not_found, "there is no such part of the roster", "not_found"};
             return with_version(part_json(*row, actor));
           });
      change("POST", path, [name](const Change& change, Request& request) -> Result<Response> {
        CLARION_TRY(auto body, http::json_body(request));
        return shown(change, add_part(change, name, body), 201);
      });
      change("PATCH", path + "/{id}",
             [name](const Change& change, Request& request) -> Result<Response> {
               CLARION_TRY(auto version, identity::if_match(request));
               CLARION_TRY(auto patch, http::json_body(request));
               return shown(change,
                            patch_part(change, name, request.params.at("id"), version, patch));
             });
      change("DELETE", path + "/{id}",
             [name](const Change& change, Request& request) -> Result<Response> {
               CLARION_TRY(auto version, identity::if_match(request));
               return shown(change, remove_part(change, name, request.params.at("id"), version));
             });
    }
    change("PATCH", "/v1/roster/settings",
           [](const Change& change, Request& request) -> Result<Response> {
             CLARION_TRY(auto version, identity::if_match(request));
             CLARION_TRY(auto patch, http::json_body(request));
             return shown(change, patch_settings(change, version, patch));
           });
  }

  void swaps() {
    change("POST", "/v1/roster/take",
           [](const Change& change, Request& request) -> Result<Response> {
             CLARION_TRY(auto body, http::json_body(request));
             return shown(change, take_shift(change, body), 201);
           });
    change("POST", "/v1/roster/swaps",
           [](const Change& change, Request& request) -> Result<Response> {
             CLARION_TRY(auto body, http::json_body(request));
             return shown(change, offer_swap(change, body), 201);
           });
    for (const char* answer : {"take", "decline", "withdraw"}) {
      change("POST", fmt::format("/v1/roster/swaps/{{id}}/{}", answer),
             [answer](const Change& change, Request& request) -> Result<Response> {
               return shown(change, answer_swap(change, request.params.at("id"), answer));
             });
    }
  }

  void calendars() {
    const auto* clock = &requests_.clock();
    look("/v1/roster/calendar.ics",
         [options = options_, clock](store::View& view, const Request& request,
                                     const Actor&) -> Result<Response> {
           CLARION_TRY(auto events, shifts_of(view, options.zone, "", clock->now(), request.lang));
           return calendar(calendar_text(
               events, ops::words("calendar_all", request.lang, {{"desk", options.desk_name}}),
               clock->now()));
         });
    router_.add({.method = "GET",
                 .pattern = "/v1/roster/calendar/{file}",
                 .guard = {},
                 .handler =
                     [requests = &requests_, options = options_](Request& request) {
                       return requests->look(request, [&](store::View& view, const Actor*) {
                         return personal_calendar(view, request, options, requests->clock().now());
                       });
                     },
                 .requests_per_address = 60});
    look("/v1/roster/calendar",
         [](store::View& view, const Request&, const Actor& actor) -> Result<Response> {
           CLARION_TRY(auto since, store::find_calendar_link(view, actor.account));
           return http::json_response(
               200, json::object{{"since", since ? json::value(model::to_text(*since))
                                                 : json::value(nullptr)}});
         });
    // A link of one's own: whoever sees the roster may have one. The answer is a secret, so none is
    // kept for a repeat.
    const auto own = [this](std::string method,
                            std::function<Result<Response>(store::Tx&, const Actor&)> act) {
      router_.add({.method = std::move(method),
                   .pattern = "/v1/roster/calendar",
                   .guard = requests_.needs(Act::see_experts),
                   .handler = [requests = &requests_, act = std::move(act)](Request& request) {
                     request.headers.erase("idempotency-key");
                     return requests->change(request, act);
                   }});
    };
    own("POST", [random = &options_.random](store::Tx& tx, const Actor& actor) -> Result<Response> {
      const std::string secret = to_base64url(random->bytes(32));
      CLARION_TRY(store::put_calendar_link(tx, actor.account, sha256_hex(secret)));
      CLARION_TRY(store::append_audit(tx, actor.name(), "roster.calendar.link", actor.account, {}));
      return http::json_response(
          201, json::object{{"path", fmt::format("/v1/roster/calendar/{}.ics", secret)},
                            {"since", model::to_text(tx.now())}});
    });
    own("DELETE", [](store::Tx& tx, const Actor& actor) -> Result<Response> {
      CLARION_TRY(auto was, store::drop_calendar_link(tx, actor.account));
      if (was) {
        CLARION_TRY(
            store::append_audit(tx, actor.name(), "roster.calendar.revoke", actor.account, {}));
      }
      return http::json_response(200, json::object{{"since", nullptr}});
    });
  }

  void tables() {
    const auto* clock = &requests_.clock();
    look("/v1/roster/export",
         [options = options_, clock](store::View& view, const Request& request,
                                     const Actor&) -> Result<Response> {
           CLARION_TRY(check_query(request, {"from", "until"}));
           CLARION_TRY(auto span, query_span(request, options.zone, clock->now()));
           CLARION_TRY(auto roster, load(view, options.zone, span.from, span.until));
           return Response{
               200,
               {{"Content-Type", text_type("csv")},
                {"Content-Disposition", "attachment; filename=\"roster.csv\""}},
               shifts_csv(expand(roster, options.zone, span.from, span.until), options.zone)};
         });
    change(
        "POST", "/v1/roster/import",
        [](const Change& change, Request& request) -> Result<Response> {
          CLARION_TRY(auto type, table_type(request));
          if (type != "text/csv")
            return Error{Errc::unsupported, "text/csv was expected", "media_type_unsupported"};
          CLARION_TRY(auto count, import_shifts(change, request.body));
          return http::json_response(200, json::object{{"added", count}});
        },
        kMostTable);
  }

  http::Router& router_;
  identity::Requests& requests_;
  RosterOptions options_;
};

}  // namespace

Result<std::optional<model::Time>> query_time(const Request& request, std::string_view name,
                                              const ops::Zone& zone) {
  const auto text = request.query_value(name);
  if (!text) return std::optional<model::Time>();
  const auto time = model::parse_time(*text);
  if (!time) return http::bad_query(name, "time_invalid");
  const model::Time out = zone.resolve(time.value());
  // Beyond these a calendar has no use, and sums could overflow.
  if (out < model::Time{} || out > store::kRosterOpen) return http::bad_query(name, "time_invalid");
  return std::optional(out);
}

Status check_query(const Request& request, std::initializer_list<std::string_view> known) {
  for (const auto& [name, value] : request.query) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return http::bad_query(name, "field_unknown");
  }
  return ok();
}

Result<std::string> table_type(const Request& request) {
  std::string type = http::media_type(request.header("content-type"));
  if (type == "text/csv" || type == "application/x-ndjson") return type;
  return Error{Errc::unsupported, "text/csv or application/x-ndjson was expected",
               "media_type_unsupported"};
}

Response with_version(const json::object& body, int status) {
  Response response = http::json_response(status, body);
  response.headers.emplace_back("ETag", fmt::format("\"{}\"", body.at("version").as_int64()));
  return response;
}

std::string text_type(std::string_view subtype) {
  return fmt::format("text/{}; charset=utf-8", subtype);
}

Status check_live_door(const Actor& actor) {
  if (actor.door != identity::Door::drill) return ok();
  return Error{Errc::denied, "the roster is not changed at the drill desk", "drill_session"};
}

void add_roster_routes(http::Router& router, identity::Requests& requests, RosterOptions options) {
  add_handover_routes(router, requests, options);
  Routes(router, requests, std::move(options)).add();
}

}  // namespace clarion::roster
