#pragma once

#include "base/json.h"
#include "model/facets.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A notice over all its revisions; its life is notice's. `draft` is the open draft's form (members
/// a person writes).
struct NoticeRow {
  std::string id, org, mode;
  std::optional<std::string> case_id;
  std::int64_t version = 1;
  std::optional<json::object> draft;
  std::string draft_state;           ///< draft, submitted, approved; empty without a draft
  std::string draft_action;          ///< publish, correct, update; empty without a draft
  json::object draft_details;        ///< publish_at, publish_held …
  std::vector<std::string> authors;  ///< of the draft and of all earlier revisions
  model::Time created_at, changed_at;
  std::int64_t revision = 0;  ///< newest published one; 0: none
};

/// A published revision. Never changes.
struct RevisionRow {
  std::string notice_id;
  std::int64_t revision = 0;
  std::string action, mode, channel;
  std::uint64_t offset = 0;
  std::string form;  ///< signed form, canonical JSON
  std::string jws, content_hash;
  std::string facets;              ///< JSON of this revision's facets
  std::string authors, approvals;  ///< JSON
  model::Time published_at;
  std::optional<model::Time> expires_at;
};

struct ApprovalRow {
  std::string id, notice_id, actor;
  model::Time at;
  std::string content_hash, note;
  bool void_ = false;
};

Status add_notice(Tx& tx, const NoticeRow& row);
/// Writes all but id, org, mode, case and created_at; version as given.
Status update_notice(Tx& tx, const NoticeRow& row);
[[nodiscard]] Result<std::optional<NoticeRow>> find_notice(View& view, std::string_view id);
/// All notices, or those with an open draft alone; newest ids first, below `before_id` unless it is
/// empty.
[[nodiscard]] Result<std::vector<NoticeRow>> list_notices(View& view, bool with_draft,
                                                          std::string_view before_id,
                                                          std::int64_t limit);
[[nodiscard]] Result<std::vector<NoticeRow>> notices_of_case(View& view, std::string_view case_id);
/// Approved drafts with a publish_at.
[[nodiscard]] Result<std::vector<NoticeRow>> scheduled_notices(View& view);

Status add_revision(Tx& tx, const RevisionRow& row);
[[nodiscard]] Result<std::optional<RevisionRow>> find_revision(View& view,
                                                               std::string_view notice_id,
                                                               std::int64_t revision);
[[nodiscard]] Result<std::vector<RevisionRow>> revisions_of(View& view, std::string_view notice_id);
/// The newest revision of each notice of a channel, newest first, with offset below
/// `before_offset`.
[[nodiscard]] Result<std::vector<RevisionRow>> newest_revisions(View& view,
                                                                std::string_view channel,
                                                                std::uint64_t before_offset,
                                                                std::int64_t limit);
/// All revisions of a store, by notice and number, for `audit verify`.
Status each_revision(View& view, const std::function<bool(const RevisionRow&)>& each);

Status add_approval(Tx& tx, const ApprovalRow& row);
[[nodiscard]] Result<std::vector<ApprovalRow>> approvals_of(View& view, std::string_view notice_id);
[[nodiscard]] Result<std::vector<ApprovalRow>> all_approvals(View& view);
/// Makes all approvals of the open draft void.
Status void_approvals(Tx& tx, std::string_view notice_id);

/// One entry of a channel, with what a frame is made of.
struct LogEntry {
  std::uint64_t offset = 0;
  std::string notice_id;
  std::int64_t revision = 0;
  std::string form, jws;
  std::vector<model::Facets> facets;  ///< of this and all earlier revisions of the notice
  model::Time published_at = {};      ///< set for one that was published just now
};
[[nodiscard]] Result<std::uint64_t> channel_head(View& view, std::string_view channel);
Status append_log(Tx& tx, std::string_view channel, std::uint64_t offset,
                  std::string_view notice_id, std::int64_t revision,
                  const std::vector<model::Facets>& facets);
/// Entries after an offset, in order: at least one if there is one, then until the forms add up to
/// max_bytes.
[[nodiscard]] Result<std::vector<LogEntry>> log_after(View& view, std::string_view channel,
                                                      std::uint64_t after, std::size_t max_bytes,
                                                      std::int64_t most);
/// The newest revision of each notice in force at `now` (not withdrawn, not expired), rising
/// offsets; facets: its own alone.
[[nodiscard]] Result<std::vector<LogEntry>> live_entries(View& view, std::string_view channel,
                                                         model::Time now);

Status add_outbox(Tx& tx, std::string_view channel, std::uint64_t offset,
                  std::string_view notice_id, std::int64_t revision);
/// Forgets outbox rows older than `before`, at most 1,000 a call, oldest first; how many they were.
Result<std::int64_t> drop_old_outbox(Tx& tx, model::Time before);
Status keep_receipt(Tx& tx, std::string_view account, std::string_view channel,
                    std::string_view epoch, std::uint64_t offset);

/// Forgets receipts that were not renewed since `before`; how many they were.
Result<std::int64_t> drop_old_receipts(Tx& tx, model::Time before);

struct SigningKeyRow {
  std::string kid, public_key;  ///< base64url of 32 bytes
  model::Time created_at;
  std::optional<model::Time> retired_at, revoked_at;
};
Status add_signing_key(Tx& tx, const SigningKeyRow& row);
[[nodiscard]] Result<std::vector<SigningKeyRow>> list_signing_keys(View& view);
/// The key that signs: neither retired nor revoked; there is at most one.
[[nodiscard]] Result<std::optional<SigningKeyRow>> current_signing_key(View& view);
Status retire_signing_key(Tx& tx, std::string_view kid);
Status revoke_signing_key(Tx& tx, std::string_view kid);

/// What the audit chain says of a row: SHA-256 hex of its canonical JSON. `void` of an approval is
/// no part: it changes.
[[nodiscard]] std::string revision_hash(const RevisionRow& row);
[[nodiscard]] std::string approval_hash(const ApprovalRow& row);

/// Facets as JSON and back, for the log and the revisions.
[[nodiscard]] json::object to_json(const model::Facets& facets);
[[nodiscard]] model::Facets facets_of(const json::object& object);

}  // namespace clarion::store
