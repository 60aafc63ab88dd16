#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "model/audience.h"

#include <optional>

namespace clarion::desk {

/// What a person's credential may see at the desk; none for one that sees nothing there.
[[nodiscard]] std::optional<model::Viewer> viewer_of(const identity::Actor& actor,
                                                     const identity::RightsPolicy& policy);

/// Adds GET /v1/desk/summary: the desk at a glance. `requests` outlives the router.
void add_summary_route(http::Router& router, identity::Requests& requests);

}  // namespace clarion::desk
