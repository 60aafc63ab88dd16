#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "ops/civil.h"
#include "ops/random.h"

namespace clarion::roster {

struct RosterOptions {
  ops::Zone zone;       ///< desk.timezone
  ops::Random& random;  ///< for the secrets of calendar links
  std::string desk_name;
};

/// Adds /v1/experts and what lies below. `requests` and `options.random` outlive the router.
void add_expert_routes(http::Router& router, identity::Requests& requests, RosterOptions options);
/// Adds /v1/roster/handover and handovers; a part of add_roster_routes().
void add_handover_routes(http::Router& router, identity::Requests& requests,
                         const RosterOptions& options);
/// Adds /v1/roster and what lies below, the calendars included.
void add_roster_routes(http::Router& router, identity::Requests& requests, RosterOptions options);

/// A moment from a query: RFC 3339 or a bare date, which is its first moment in the zone; none when
/// absent. Errors: 400, naming the parameter.
[[nodiscard]] Result<std::optional<model::Time>> query_time(const http::Request& request,
                                                            std::string_view name,
                                                            const ops::Zone& zone);
/// Refuses query parameters that are none of these.
Status check_query(const http::Request& request, std::initializer_list<std::string_view> known);
/// The body with its `version` as ETag.
[[nodiscard]] http::Response with_version(const json::object& body, int status = 200);
/// "text/plain; charset=utf-8" of "plain".
[[nodiscard]] std::string text_type(std::string_view subtype);
/// One roster for all doors: an exercise must not send real people home. `denied` at the drill
/// desk.
Status check_live_door(const identity::Actor& actor);
/// A body of text/csv or application/x-ndjson: its media type. Errors: `unsupported`.
[[nodiscard]] Result<std::string> table_type(const http::Request& request);

}  // namespace clarion::roster
