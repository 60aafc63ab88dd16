#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "notice/lifecycle.h"
#include "notice/poll_room.h"

namespace clarion::notice {

/// Adds /v1/notices and what hangs below it, and /.well-known/jwks.json. All outlive the router;
/// whoever fills `options.published` tells `polls` of what comes in the channel notices, too.
void add_routes(http::Router& router, identity::Requests& requests, const NoticeOptions& options,
                PollRoom& polls);

}  // namespace clarion::notice
