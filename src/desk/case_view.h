#pragma once

#include "base/json.h"
#include "ops/catalogue.h"
#include "store/cases.h"

namespace clarion::desk {

/// A case as lists show it (contract section 2), without what only a single one shows.
[[nodiscard]] Result<json::object> case_summary(store::View& view, const store::CaseRow& row,
                                                ops::Lang lang, model::Time now);
/// The whole case: the summary with a page of posts, hits, verdicts, notices and history.
/// `posts_after`: seq of the last post of the page before; `posts_next` in the answer goes on from
/// there.
[[nodiscard]] Result<json::object> case_detail(store::View& view, const store::CaseRow& row,
                                               ops::Lang lang, std::int64_t posts_after,
                                               model::Time now);

/// Adds `text` to each of {code, params, points}.
[[nodiscard]] json::array reasons_in_words(const json::value* reasons, ops::Lang lang);

}  // namespace clarion::desk
