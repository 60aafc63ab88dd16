#pragma once

#include "identity/requests.h"
#include "identity/sign_in.h"

namespace clarion::identity {

/// Adds /v1/sessions, /v1/tokens, /v1/people and /v1/admin/users. All outlive the router.
void add_people_routes(http::Router& router, Requests& requests, SignIn& sign_in,
                       ops::Random& random);
/// Adds GET /v1/audit.
void add_audit_routes(http::Router& router, Requests& requests);

}  // namespace clarion::identity
