#pragma once

#include "notice/lifecycle.h"

namespace clarion::notice {

/// Errors: `too_large` (code "form_too_large") when the signed form would pass kMostFormBytes with
/// what publication adds.
[[nodiscard]] Status check_size(const json::object& form);
/// `links` of what this notice publishes: forms that this build serves.
[[nodiscard]] json::object links_of(const store::NoticeRow& row, const NoticeOptions& options);
/// What must hold at the moment of publication: approved by enough others on the exact text (409
/// not_approved), not expired at `when` (422).
[[nodiscard]] Status check_publishable(store::View& view, const store::NoticeRow& row,
                                       const NoticeOptions& options, model::Time when);
/// Makes the open draft the next revision: signs it, gives it the next offset of its channel,
/// writes revision, log, outbox and audit, and closes its case. The row is written too; its version
/// is the caller's.
Status publish_draft(store::Tx& tx, store::NoticeRow& row, const NoticeOptions& options,
                     const std::string& actor);
/// The same for a withdrawal of `revision`, with the prepared words of the catalogue; an open draft
/// stays, its approvals void.
Status publish_withdrawal(store::Tx& tx, store::NoticeRow& row, const NoticeOptions& options,
                          const std::string& actor, const store::RevisionRow& revision,
                          const std::string& reason_code, const std::string& reason);
/// Draft members that the next revision starts from: those of the newest revision, or of the one
/// before when that was a withdrawal.
[[nodiscard]] Result<json::object> draft_after(store::View& view, const std::string& id,
                                               const store::RevisionRow& newest);

}  // namespace clarion::notice
