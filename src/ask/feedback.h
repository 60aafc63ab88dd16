#pragma once

#include "http/router.h"
#include "identity/requests.h"

namespace clarion::ask {

/// How often an address may say so in a minute, beside http.requests_per_address.
inline constexpr std::size_t kFeedbackAMinute = 10;

/// Adds POST /v1/notices/{id}/feedback, open to all: whether a published notice helped its reader.
/// Only the count by revision is kept. `requests` outlives the router.
void add_feedback_route(http::Router& router, identity::Requests& requests);

}  // namespace clarion::ask
