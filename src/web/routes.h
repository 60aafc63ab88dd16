#pragma once

#include "http/router.h"
#include "web/pack.h"

namespace clarion::web {

/// The page that this program was built with; without one (CLARION_WEB=OFF) a pack without files.
[[nodiscard]] const Pack& built_in();

/// The desk's page at every address it has (/desk, /cases/{id}, …, and the same under /drill/) and
/// its files at /assets/app/. A program without the page says so at /desk and answers 404
/// elsewhere. The page itself holds no data, so everyone gets it: what it asks for is guarded. The
/// pack outlives the router.
void add_routes(http::Router& router, const Pack& pack = built_in());

}  // namespace clarion::web
