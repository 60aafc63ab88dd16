#pragma once

#include "model/position.h"
#include "pages/shell.h"
#include "pages/shown.h"

#include <string>
#include <vector>

namespace clarion::pages {

/// A notice as a page, made at a position of the log. `all` are its published revisions in order,
/// never empty; `shown` is the number of the one to show. A withdrawn one has a banner and no
/// ClaimReview; an older revision says which one replaced it.
[[nodiscard]] std::string render_notice(const Site& site, const Reader& reader,
                                        const std::vector<Shown>& all, std::int64_t shown,
                                        const model::Position& at, model::Time now);
/// The page for an address behind which nothing stands.
[[nodiscard]] std::string render_missing(const Site& site, const Reader& reader);
/// Who checks, how to verify a signature, how to follow.
[[nodiscard]] std::string render_about(const Site& site, const Reader& reader);

}  // namespace clarion::pages
