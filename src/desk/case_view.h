#pragma once

#include "base/json.h"
#include "desk/options.h"
#include "ops/catalogue.h"
#include "store/cases.h"

#include <string_view>

namespace clarion::desk {

/// A case as lists show it (contract section 2), without what only a single one shows.
[[nodiscard]] Result<json::object> case_summary(store::View& view, const store::CaseRow& row,
                                                ops::Lang lang, model::Time now);
/// The whole case: the summary with a page of posts, hits, verdicts, notices and history.
/// `posts_after`: seq of the last post of the page before; `posts_next` in the answer goes on from
/// there. `viewer`: the account it is shown to, since votes of a panel are hidden from some.
[[nodiscard]] Result<json::object> case_detail(store::View& view, const store::CaseRow& row,
                                               ops::Lang lang, std::int64_t posts_after,
                                               model::Time now, std::string_view viewer = {});
/// Who might take the case now and who not, and why (GET /v1/cases/{id}/routing).
[[nodiscard]] Result<json::object> routing_view(store::View& view, const DeskOptions& options,
                                                const store::CaseRow& row, ops::Lang lang,
                                                model::Time now);

/// Adds `text` to each of {code, params, points}.
[[nodiscard]] json::array reasons_in_words(const json::value* reasons, ops::Lang lang);

}  // namespace clarion::desk
