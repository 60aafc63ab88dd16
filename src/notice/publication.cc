#include "notice/publication.h"

#include "base/bytes.h"
#include "desk/watch.h"
#include "notice/prepared.h"
#include "store/audit.h"
#include "store/cases.h"
#include "store/meta.h"

#include <fmt/format.h>

namespace clarion::notice {
namespace {

using store::NoticeRow;

/// published_at, position, audit and links never take more.
constexpr std::size_t kSealBytes = 1024;

Status check_bytes(std::size_t bytes) {
  if (bytes <= kMostFormBytes) return ok();
  return Error{Errc::too_large,
               fmt::format("the signed form has {} bytes, {} are allowed", bytes, kMostFormBytes),
               "form_too_large",
               {{"bytes", std::to_string(bytes)}, {"most", std::to_string(kMostFormBytes)}}};
}

json::array approvals_json(const std::vector<store::ApprovalRow>& approvals) {
  json::array out;
  for (const store::ApprovalRow& each : approvals) {
    out.push_back({{"by", each.actor},
                   {"at", model::to_text(each.at)},
                   {"content_hash", each.content_hash},
                   {"note", each.note}});
  }
  return out;
}

/// What one revision is made of beside the notice's row.
struct Publication {
  std::string action;
  json::object content;  ///< draft members
  std::optional<std::string> reason_code;
  json::array approvals;
  json::object audit;  ///< more for the audit record
};

Status write_revision(store::Tx& tx, NoticeRow& row, const NoticeOptions& options,
                      const std::string& actor, Publication publication) {
  const std::string channel(channel_of(row.mode));
  CLARION_TRY(auto epoch, store::find_meta(tx, "epoch"));
  if (!epoch) return Error{Errc::corrupt, "the store has no epoch"};
  CLARION_TRY(auto head, store::channel_head(tx, channel));
  CLARION_TRY(auto chain, store::audit_head(tx));
  const Seal seal{tx.now(), *epoch, head + 1, chain.seq, chain.hash, links_of(row, options)};
  Frame frame{row.id,       publication.action,     row.mode, options.issuer, row.revision + 1,
              std::nullopt, publication.reason_code};
  if (row.revision > 0) frame.supersedes = row.revision;
  const json::object form = signed_form(publication.content, frame, &seal);

  store::RevisionRow revision;
  revision.notice_id = row.id;
  revision.revision = frame.revision;
  revision.action = frame.action;
  revision.mode = row.mode;
  revision.channel = channel;
  revision.offset = seal.offset;
  CLARION_TRY(revision.form, canonical_json(form));
  CLARION_TRY(check_bytes(revision.form.size()));
  CLARION_TRY(revision.jws, options.keys->sign(tx, revision.form));
  CLARION_TRY(revision.content_hash, content_hash(form));
  const model::Facets facets = facets_of_form(form);
  revision.facets = json::serialize(store::to_json(facets));
  revision.authors = json::serialize(json_of(row.authors));
  revision.approvals = json::serialize(publication.approvals);
  revision.published_at = seal.published_at;
  const auto expires = model::parse_time(string_or(form, "expires_at"));
  if (expires) revision.expires_at = expires.value().time;

  std::vector<model::Facets> all{facets};
  CLARION_TRY(auto earlier, store::revisions_of(tx, row.id));
  for (const store::RevisionRow& each : earlier) {
    const model::Facets old = store::facets_of(json::parse(each.facets).as_object());
    if (std::find(all.begin(), all.end(), old) == all.end()) all.push_back(old);
  }
  CLARION_TRY(store::add_revision(tx, revision));
  CLARION_TRY(store::append_log(tx, channel, seal.offset, row.id, revision.revision, all));
  CLARION_TRY(store::add_outbox(tx, channel, seal.offset, row.id, revision.revision));

  row.revision = revision.revision;
  json::object detail = std::move(publication.audit);
  detail["revision"] = revision.revision;
  detail["hash"] = store::revision_hash(revision);
  detail["content_hash"] = revision.content_hash;
  detail["channel"] = channel;
  detail["offset"] = std::to_string(seal.offset);
  detail["version"] = row.version;
  CLARION_TRY(store::append_audit(tx, actor,
                                  frame.action == "withdraw" ? "notice.withdraw" : "notice.publish",
                                  row.id, std::move(detail)));

  if (options.published) {
    tx.after_commit([published = options.published, channel, epoch = *epoch,
                     entry = store::LogEntry{seal.offset, row.id, revision.revision, revision.form,
                                             revision.jws, all, seal.published_at}] {
      published(channel, epoch, entry);
    });
  }
  return ok();
}

}  // namespace

Status check_size(const json::object& form) {
  CLARION_TRY(auto bytes, canonical_json(form));
  return check_bytes(bytes.size() + kSealBytes);
}

json::object links_of(const NoticeRow& row, const NoticeOptions& options) {
  json::object links{{"json", fmt::format("{}/v1/notices/{}", options.public_url, row.id)}};
  // Exercise and Test have no public page.
  if (row.mode == "Actual") links["html"] = fmt::format("{}/n/{}", options.public_url, row.id);
  return links;
}

Status check_publishable(store::View& view, const NoticeRow& row, const NoticeOptions& options,
                         model::Time when) {
  if (!row.draft || row.draft_state != "approved")
    return Error{Errc::conflict, "the notice is not approved", "not_approved"};
  CLARION_TRY(auto approvals, valid_approvals(view, row, options));
  if (static_cast<std::int64_t>(approvals.size()) < approvals_required(*row.draft)) {
    return Error{Errc::conflict, "the approvals are not enough for this text", "not_approved"};
  }
  const auto expires = model::parse_time(string_or(*row.draft, "expires_at"));
  if (!expires || expires.value().time <= when) {
    return Error{Errc::invalid,
                 "the notice expires before it would go out",
                 "field_invalid",
                 {},
                 {{"/expires_at", "time_past", {}}}};
  }
  return ok();
}

Status publish_draft(store::Tx& tx, NoticeRow& row, const NoticeOptions& options,
                     const std::string& actor) {
  CLARION_TRY(check_publishable(tx, row, options, tx.now()));
  CLARION_TRY(auto approvals, valid_approvals(tx, row, options));
  CLARION_TRY(
      write_revision(tx, row, options, actor,
                     {row.draft_action, *row.draft, std::nullopt, approvals_json(approvals), {}}));
  // Who answers for a holding notice is not published, but has to be reminded of its end.
  const std::string owner(string_or(*row.draft, "owner"));
  row.draft.reset();
  row.draft_state.clear();
  row.draft_action.clear();
  row.draft_details = {};
  if (!owner.empty()) row.draft_details["owner"] = owner;
  CLARION_TRY(store::update_notice(tx, row));
  CLARION_TRY(store::void_approvals(tx, row.id));
  if (!row.case_id) return ok();
  CLARION_TRY(auto from, store::find_case(tx, *row.case_id));
  if (from) {
    CLARION_TRY(desk::tell_watchers(tx, *from, {}, actor, "published"));
  }
  if (!from || from->state != "judged") return ok();
  from->state = "closed";
  ++from->version;
  CLARION_TRY(store::update_case(tx, *from));
  return store::add_case_event(tx, from->id, actor, "published",
                               {{"notice", row.id}, {"revision", row.revision}});
}

Status publish_withdrawal(store::Tx& tx, NoticeRow& row, const NoticeOptions& options,
                          const std::string& actor, const store::RevisionRow& revision,
                          const std::string& reason_code, const std::string& reason) {
  const json::object before = json::parse(revision.form).as_object();
  json::object draft = draft_of_form(before);
  draft["content"] =
      withdrawal_content({before, options.issuer, options.zone, tx.now()}, reason_code);
  if (std::find(row.authors.begin(), row.authors.end(), actor) == row.authors.end())
    row.authors.push_back(actor);
  CLARION_TRY(write_revision(
      tx, row, options, actor,
      {"withdraw", std::move(draft), reason_code, {}, {{"reason_hash", sha256_hex(reason)}}}));
  row.draft_details["withdrawn"] = {{"by", actor}, {"reason", reason}};
  if (row.draft) {
    row.draft_state = "draft";
    row.draft_details.erase("publish_at");
  }
  CLARION_TRY(store::void_approvals(tx, row.id));
  return store::update_notice(tx, row);
}

Result<json::object> draft_after(store::View& view, const std::string& id,
                                 const store::RevisionRow& newest) {
  if (newest.action != "withdraw") return draft_of_form(json::parse(newest.form).as_object());
  CLARION_TRY(auto revisions, store::revisions_of(view, id));
  for (auto each = revisions.rbegin(); each != revisions.rend(); ++each) {
    if (each->action != "withdraw") return draft_of_form(json::parse(each->form).as_object());
  }
  return Error{Errc::corrupt, fmt::format("{} was withdrawn but never published", id)};
}

Result<Fired> publish_due(store::Tx& tx, const NoticeOptions& options, bool clock_jumped) {
  CLARION_TRY(auto scheduled, store::scheduled_notices(tx));
  Fired out;
  for (NoticeRow& row : scheduled) {
    if (row.draft_details.contains("publish_held")) continue;
    const auto when = model::parse_time(string_or(row.draft_details, "publish_at"));
    std::string held = clock_jumped ? "clock_jumped" : "";
    if (held.empty() && when && when.value().time > tx.now()) continue;
    ++row.version;
    if (held.empty()) {
      const Status ready = check_publishable(tx, row, options, tx.now());
      if (!ready) held = ready.error().code == "field_invalid" ? "expired" : ready.error().code;
    }
    if (held.empty()) {
      CLARION_TRY(publish_draft(tx, row, options, "system"));
      ++out.published;
      continue;
    }
    row.draft_details["publish_held"] = held;
    CLARION_TRY(store::update_notice(tx, row));
    CLARION_TRY(store::append_audit(tx, "system", "notice.held", row.id,
                                    {{"why", held}, {"version", row.version}}));
    ++out.held;
  }
  return out;
}

}  // namespace clarion::notice
