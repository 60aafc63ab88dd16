#pragma once

#include "base/json.h"
#include "notice/lifecycle.h"
#include "store/notices.h"

#include <string_view>

namespace clarion::notice {

/// What the public is told of a published revision: the signed form, `state` (published,
/// superseded, expired, withdrawn) and `jws`. `newest` is the notice's newest revision number.
[[nodiscard]] json::object public_view(const store::RevisionRow& row, std::int64_t newest,
                                       model::Time now);
/// What the desk sees of a notice: the open draft when there is one, else the newest revision;
/// around it state, version, content_hash, authors, approvals, approvals_required, publish_at, jws,
/// and the number of the newest published revision.
[[nodiscard]] Result<json::object> desk_view(store::View& view, const store::NoticeRow& row,
                                             const NoticeOptions& options, model::Time now);
/// The same for one published revision.
[[nodiscard]] json::object desk_view_of(const store::NoticeRow& row,
                                        const store::RevisionRow& revision, model::Time now);

}  // namespace clarion::notice
