#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "ops/random.h"

#include <functional>
#include <string>

namespace clarion::desk {

/// What the feed is made with; all outlive the router.
struct OwnWorkParts {
  ops::Random& random;
  std::string desk_name;
  std::function<std::string()> public_url;  ///< without a slash at its end
};

/// Adds GET /v1/desk/mine (what a person judged, answered, may still answer, asked, did, watches)
/// and the feed of cases that need a second look: GET /v1/desk/second-look.{atom,json} for who is
/// signed in, and by a personal link for feed readers, which send no credential: GET, POST, DELETE
/// /v1/desk/feed, GET /v1/desk/feed/SECRET.{atom,json}. The link shows what its person may see at
/// that moment, of mode Actual, and nothing once the account is disabled. `requests` outlives the
/// router.
void add_own_work_routes(http::Router& router, identity::Requests& requests, OwnWorkParts parts);

}  // namespace clarion::desk
