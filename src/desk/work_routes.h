#pragma once

#include "desk/options.h"
#include "desk/presence.h"
#include "desk/search.h"
#include "http/router.h"
#include "identity/requests.h"

namespace clarion::desk {

/// What these calls work with; all outlive the router.
struct WorkParts {
  library::Library& library;
  Presence& presence;
  std::string folder;  ///< the data folder, for evidence files
  ResourceSearch resources;
};

/// Adds what people at a case need beside its actions: watch and unwatch, presence, who may be
/// mentioned, own drafts, evidence files, search, and GET /v1/library/judgements. `requests`
/// outlives the router.
void add_work_routes(http::Router& router, identity::Requests& requests, const WorkParts& parts);

}  // namespace clarion::desk
