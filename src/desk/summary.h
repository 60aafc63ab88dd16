#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "model/audience.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace clarion::desk {

/// What a person's credential may see at the desk; none for one that sees nothing there.
[[nodiscard]] std::optional<model::Viewer> viewer_of(const identity::Actor& actor,
                                                     const identity::RightsPolicy& policy);

/// Posts of a mode that came in the last whole minute; none when that is not known.
using PostsAMinute =
    std::function<std::optional<std::uint64_t>(std::string_view mode, model::Time now)>;

/// Adds GET /v1/desk/summary: the desk at a glance. `requests` outlives the router.
/// `program`: the version that answers.
void add_summary_route(http::Router& router, identity::Requests& requests,
                       PostsAMinute posts_a_minute, std::string_view program);

}  // namespace clarion::desk
