#include "notice/notice_view.h"

namespace clarion::notice {
namespace {

std::string_view state_of(const store::RevisionRow& row, std::int64_t newest, model::Time now) {
  if (row.revision < newest) return "superseded";
  if (row.action == "withdraw") return "withdrawn";
  if (row.expires_at && *row.expires_at <= now) return "expired";
  return "published";
}

}  // namespace

json::object public_view(const store::RevisionRow& row, std::int64_t newest, model::Time now) {
  json::object out = json::parse(row.form).as_object();
  out["state"] = state_of(row, newest, now);
  out["jws"] = row.jws;
  return out;
}

json::object desk_view_of(const store::NoticeRow& row, const store::RevisionRow& revision,
                          model::Time now) {
  json::object out = public_view(revision, row.revision, now);
  out["version"] = row.version;
  out["content_hash"] = revision.content_hash;
  out["authors"] = json::parse(revision.authors);
  out["approvals"] = json::parse(revision.approvals);
  out["approvals_required"] = approvals_required(out);
  out["published_revision"] = row.revision;
  if (const json::value* owner = row.draft_details.if_contains("owner")) out["owner"] = *owner;
  if (row.case_id) out["case"] = *row.case_id;
  return out;
}

Result<json::object> desk_view(store::View& view, const store::NoticeRow& row,
                               const NoticeOptions& options, model::Time now) {
  if (!row.draft) {
    CLARION_TRY(auto revision, store::find_revision(view, row.id, row.revision));
    if (!revision) return Error{Errc::corrupt, "a notice without its newest revision"};
    return desk_view_of(row, *revision, now);
  }
  json::object out = draft_form(row, options);
  CLARION_TRY(auto hash, content_hash(out));
  CLARION_TRY(auto approvals, valid_approvals(view, row, options));
  json::array given;
  for (const store::ApprovalRow& each : approvals) {
    given.push_back({{"by", each.actor},
                     {"at", model::to_text(each.at)},
                     {"content_hash", each.content_hash},
                     {"note", each.note}});
  }
  out["state"] = row.draft_state;
  out["version"] = row.version;
  out["content_hash"] = hash;
  out["authors"] = json_of(row.authors);
  out["approvals"] = std::move(given);
  out["approvals_required"] = approvals_required(*row.draft);
  out["published_revision"] = row.revision;
  for (const char* name :
       {"publish_at", "publish_held", "rejected", "submitted", "edited", "voided", "changed"}) {
    if (const json::value* value = row.draft_details.if_contains(name)) out[name] = *value;
  }
  if (const json::value* owner = row.draft->if_contains("owner")) out["owner"] = *owner;
  if (row.case_id) out["case"] = *row.case_id;
  return out;
}

}  // namespace clarion::notice
