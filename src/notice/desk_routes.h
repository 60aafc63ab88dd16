#pragma once

#include "http/router.h"
#include "identity/requests.h"
#include "notice/lifecycle.h"

namespace clarion::notice {

/// What the editor's page asks beside the notices themselves: GET /v1/templates, POST
/// /v1/templates/{id}/fill; GET /v1/notices/{id}/checks, POST /v1/notices/checks; GET
/// /v1/notices/{id}/prepared; GET /v1/outlets, POST /v1/outlets/{outlet}/pause and resume,
/// GET /v1/notices/{id}/deliveries, POST /v1/notices/{id}/deliveries/{delivery}/retry. All outlive
/// the router.
void add_desk_routes(http::Router& router, identity::Requests& requests,
                     const NoticeOptions& options);

/// Facts and draft that a preview or check of unsaved content is about: `{notice?, draft{…}}`.
struct Unsaved {
  std::optional<store::NoticeRow> row;  ///< of the notice that is named; as the actor may see it
  json::object draft;                   ///< as it would be saved
  std::string mode, action;
};
/// Errors: `invalid` with pointers into the body; `not_found` for a notice the actor does not see.
[[nodiscard]] Result<Unsaved> read_unsaved(store::View& view, const json::object& body,
                                           const identity::Actor& actor,
                                           const identity::RightsPolicy& policy,
                                           const NoticeOptions& options);

}  // namespace clarion::notice
