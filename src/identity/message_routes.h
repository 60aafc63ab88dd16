#pragma once

#include "http/router.h"
#include "identity/requests.h"

namespace clarion::identity {

/// Adds GET /v1/messages and POST /v1/messages/read: what the person who asks was told
/// (store/messages.h). `requests` outlives the router.
void add_message_routes(http::Router& router, Requests& requests);

}  // namespace clarion::identity
