#pragma once

#include "base/json.h"
#include "pages/options.h"
#include "pages/shown.h"

#include <optional>

namespace clarion::pages {

/// schema.org ClaimReview of a debunk with a verdict that was not withdrawn; nullopt for every
/// other notice. `first_published` is that of its first revision. The number stands beside the word
/// only where the verdict lies on the scale from false (1) to true (5).
[[nodiscard]] std::optional<json::object> claim_review(const Shown& notice,
                                                       const PageOptions& options, ops::Lang lang,
                                                       model::Time first_published);

}  // namespace clarion::pages
