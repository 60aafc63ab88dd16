#include "store/notices.h"

#include "store/desk_log.h"
#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_NOTICE_COLUMNS                                                                  \
  "id, org, mode, case_id, version, draft, draft_state, draft_action, draft_details, authors, " \
  "created_at, changed_at, revision"
#define CLARION_REVISION_COLUMNS                                                              \
  "notice_id, revision, action, mode, channel, log_offset, form, jws, content_hash, facets, " \
  "authors, approvals, published_at, expires_at"

NoticeRow notice_at(const sqlite::Statement& row) {
  NoticeRow out;
  out.id = row.text(0);
  out.org = row.text(1);
  out.mode = row.text(2);
  out.case_id = text_at(row, 3);
  out.version = row.integer(4);
  if (!row.is_null(5)) out.draft = json_at(row, 5).as_object();
  out.draft_state = row.text(6);
  out.draft_action = row.text(7);
  out.draft_details = json_at(row, 8).as_object();
  out.authors = strings_of_text(row.text(9));
  out.created_at = time_of(row.integer(10));
  out.changed_at = time_of(row.integer(11));
  out.revision = row.integer(12);
  return out;
}

RevisionRow revision_at(const sqlite::Statement& row) {
  return {row.text(0),
          row.integer(1),
          row.text(2),
          row.text(3),
          row.text(4),
          static_cast<std::uint64_t>(row.integer(5)),
          row.text(6),
          row.text(7),
          row.text(8),
          row.text(9),
          row.text(10),
          row.text(11),
          time_of(row.integer(12)),
          time_at(row, 13)};
}

ApprovalRow approval_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2),        time_of(row.integer(3)),
          row.text(4), row.text(5), row.integer(6) != 0};
}

std::optional<std::string> draft_text(const NoticeRow& row) {
  return row.draft ? std::optional(json::serialize(*row.draft)) : std::nullopt;
}

std::vector<model::Facets> all_facets(const std::string& text) {
  std::vector<model::Facets> out;
  const json::value list = json::parse(text);
  for (const json::value& item : list.as_array()) out.push_back(facets_of(item.as_object()));
  return out;
}

}  // namespace

Status add_notice(Tx& tx, const NoticeRow& row) {
  CLARION_TRY(log_notice(tx, row));
  auto insert = tx.connection().prepare("INSERT INTO notices(" CLARION_NOTICE_COLUMNS
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)");
  return insert
      .bind_all(row.id, row.org, row.mode, row.case_id, row.version, draft_text(row),
                row.draft_state, row.draft_action, json::serialize(row.draft_details),
                text_of(row.authors), ms(tx.now()), ms(tx.now()), row.revision)
      .run();
}

Status update_notice(Tx& tx, const NoticeRow& row) {
  CLARION_TRY(log_notice(tx, row));
  auto update = tx.connection().prepare(
      "UPDATE notices SET version=?, draft=?, draft_state=?, draft_action=?, draft_details=?, "
      "authors=?, changed_at=?, revision=? "
      "WHERE id=?");
  return update
      .bind_all(row.version, draft_text(row), row.draft_state, row.draft_action,
                json::serialize(row.draft_details), text_of(row.authors), ms(tx.now()),
                row.revision, row.id)
      .run();
}

Result<std::optional<NoticeRow>> find_notice(View& view, std::string_view id) {
  auto query =
      view.connection().prepare("SELECT " CLARION_NOTICE_COLUMNS " FROM notices WHERE id = ?");
  query.bind(id);
  return first(query, notice_at);
}

Result<std::vector<NoticeRow>> list_notices(View& view, bool with_draft, std::string_view before_id,
                                            std::int64_t limit) {
  auto query = view.connection().prepare(
      with_draft
          ? std::string_view("SELECT " CLARION_NOTICE_COLUMNS
                             " FROM notices WHERE draft_state <> '' AND (?1 = '' OR id < ?1) ORDER "
                             "BY id DESC LIMIT ?2")
          : std::string_view("SELECT " CLARION_NOTICE_COLUMNS
                             " FROM notices WHERE (?1 = '' OR id < ?1) ORDER BY id DESC LIMIT ?2"));
  query.bind_all(before_id, limit);
  return collect(query, notice_at);
}

Result<std::vector<NoticeRow>> notices_of_case(View& view, std::string_view case_id) {
  auto query = view.connection().prepare("SELECT " CLARION_NOTICE_COLUMNS
                                         " FROM notices WHERE case_id = ? ORDER BY id");
  query.bind(case_id);
  return collect(query, notice_at);
}

Result<std::vector<NoticeRow>> scheduled_notices(View& view) {
  auto query = view.connection().prepare(
      "SELECT " CLARION_NOTICE_COLUMNS
      " FROM notices WHERE draft_state = 'approved' AND "
      "json_extract(draft_details, '$.publish_at') IS NOT NULL ORDER BY id");
  return collect(query, notice_at);
}

Status add_revision(Tx& tx, const RevisionRow& row) {
  auto insert = tx.connection().prepare("INSERT INTO revisions(" CLARION_REVISION_COLUMNS
                                        ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  CLARION_TRY(insert
                  .bind_all(row.notice_id, row.revision, row.action, row.mode, row.channel,
                            row.offset, row.form, row.jws, row.content_hash, row.facets,
                            row.authors, row.approvals, ms(row.published_at), ms(row.expires_at))
                  .run());
  const bool holding = facets_of(json::parse(row.facets).as_object()).kind == "holding";
  if (!holding || row.action == "withdraw" || !row.expires_at) return ok();
  auto promise = tx.connection().prepare(
      "INSERT INTO holdings(notice_id, revision, ends_at) VALUES(?,?,?)");  // see notice_alarms.h
  return promise.bind_all(row.notice_id, row.revision, ms(row.expires_at)).run();
}

Result<std::optional<RevisionRow>> find_revision(View& view, std::string_view notice_id,
                                                 std::int64_t revision) {
  auto query = view.connection().prepare("SELECT " CLARION_REVISION_COLUMNS
                                         " FROM revisions WHERE notice_id = ? AND revision = ?");
  query.bind_all(notice_id, revision);
  return first(query, revision_at);
}

Result<std::vector<RevisionRow>> revisions_of(View& view, std::string_view notice_id) {
  auto query = view.connection().prepare("SELECT " CLARION_REVISION_COLUMNS
                                         " FROM revisions WHERE notice_id = ? ORDER BY revision");
  query.bind(notice_id);
  return collect(query, revision_at);
}

Result<std::vector<RevisionRow>> newest_revisions(View& view, std::string_view channel,
                                                  std::uint64_t before_offset, std::int64_t limit) {
  // Along the log backwards, so that a page costs its own length.
  auto query = view.connection().prepare(
      "SELECT r.notice_id, r.revision, r.action, r.mode, r.channel, r.log_offset, r.form, r.jws, "
      "r.content_hash, r.facets, r.authors, "
      "r.approvals, r.published_at, r.expires_at FROM channel_log l "
      "JOIN notices n ON n.id = l.notice_id AND n.revision = l.revision "
      "JOIN revisions r ON r.notice_id = l.notice_id AND r.revision = l.revision "
      "WHERE l.channel = ? AND l.log_offset < ? ORDER BY l.log_offset DESC LIMIT ?");
  query.bind(channel)
      .bind(static_cast<std::int64_t>(std::min<std::uint64_t>(before_offset, INT64_MAX)))
      .bind(limit);
  return collect(query, revision_at);
}

Status each_revision(View& view, const std::function<bool(const RevisionRow&)>& each) {
  auto query = view.connection().prepare("SELECT " CLARION_REVISION_COLUMNS
                                         " FROM revisions ORDER BY notice_id, revision");
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row || !each(revision_at(query))) return ok();
  }
}

Status add_approval(Tx& tx, const ApprovalRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO approvals(id, notice_id, actor, at, content_hash, note, void) "
      "VALUES(?,?,?,?,?,?,0)");
  return insert.bind_all(row.id, row.notice_id, row.actor, ms(row.at), row.content_hash, row.note)
      .run();
}

Result<std::vector<ApprovalRow>> approvals_of(View& view, std::string_view notice_id) {
  auto query = view.connection().prepare(
      "SELECT id, notice_id, actor, at, content_hash, note, void FROM approvals WHERE notice_id = "
      "? ORDER BY at, id");
  query.bind(notice_id);
  return collect(query, approval_at);
}

Result<std::vector<ApprovalRow>> all_approvals(View& view) {
  auto query = view.connection().prepare(
      "SELECT id, notice_id, actor, at, content_hash, note, void FROM approvals ORDER BY id");
  return collect(query, approval_at);
}

Status void_approvals(Tx& tx, std::string_view notice_id) {
  auto update =
      tx.connection().prepare("UPDATE approvals SET void = 1 WHERE notice_id = ? AND void = 0");
  return update.bind(notice_id).run();
}

Result<std::uint64_t> channel_head(View& view, std::string_view channel) {
  auto query =
      view.connection().prepare("SELECT max(log_offset) FROM channel_log WHERE channel = ?");
  CLARION_TRY(auto row, query.bind(channel).step());
  return row ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

Status append_log(Tx& tx, std::string_view channel, std::uint64_t offset,
                  std::string_view notice_id, std::int64_t revision,
                  const std::vector<model::Facets>& facets) {
  json::array list;
  for (const model::Facets& each : facets) list.push_back(to_json(each));
  auto insert = tx.connection().prepare(
      "INSERT INTO channel_log(channel, log_offset, notice_id, revision, facets) "
      "VALUES(?,?,?,?,?)");
  return insert.bind_all(channel, offset, notice_id, revision, json::serialize(list)).run();
}

Result<std::vector<LogEntry>> log_after(View& view, std::string_view channel, std::uint64_t after,
                                        std::size_t max_bytes, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT l.log_offset, l.notice_id, l.revision, r.form, r.jws, l.facets FROM channel_log l "
      "JOIN revisions r ON r.notice_id = l.notice_id AND r.revision = l.revision "
      "WHERE l.channel = ? AND l.log_offset > ? ORDER BY l.log_offset LIMIT ?");
  query.bind(channel)
      .bind(static_cast<std::int64_t>(std::min<std::uint64_t>(after, INT64_MAX)))
      .bind(most);
  std::vector<LogEntry> out;
  std::size_t bytes = 0;
  while (out.empty() || bytes < max_bytes) {
    CLARION_TRY(auto row, query.step());
    if (!row) break;
    out.push_back({static_cast<std::uint64_t>(query.integer(0)), query.text(1), query.integer(2),
                   query.text(3), query.text(4), all_facets(query.text(5))});
    bytes += out.back().form.size() + out.back().jws.size();
  }
  return out;
}

Result<std::vector<LogEntry>> live_entries(View& view, std::string_view channel, model::Time now) {
  auto query = view.connection().prepare(
      "SELECT r.log_offset, r.notice_id, r.revision, r.form, r.jws, r.facets FROM revisions r "
      "INDEXED BY revisions_in_force "
      "CROSS JOIN notices n ON n.id = r.notice_id AND n.revision = r.revision "
      "WHERE r.channel = ? AND r.expires_at > ? AND r.action <> 'withdraw' ORDER BY r.log_offset");
  query.bind_all(channel, ms(now));
  std::vector<LogEntry> out;
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return out;
    out.push_back({static_cast<std::uint64_t>(query.integer(0)),
                   query.text(1),
                   query.integer(2),
                   query.text(3),
                   query.text(4),
                   {facets_of(json_at(query, 5).as_object())}});
  }
}

Status add_outbox(Tx& tx, std::string_view channel, std::uint64_t offset,
                  std::string_view notice_id, std::int64_t revision) {
  auto insert = tx.connection().prepare(
      "INSERT INTO outbox(channel, log_offset, notice_id, revision, created_at) VALUES(?,?,?,?,?)");
  return insert.bind_all(channel, offset, notice_id, revision, ms(tx.now())).run();
}

Status keep_receipt(Tx& tx, std::string_view account, std::string_view channel,
                    std::string_view epoch, std::uint64_t offset) {
  auto insert = tx.connection().prepare(
      "INSERT INTO receipts(account, channel, epoch, log_offset, at) VALUES(?,?,?,?,?) ON CONFLICT "
      "DO UPDATE SET "
      "log_offset = CASE WHEN epoch = excluded.epoch THEN max(log_offset, excluded.log_offset) "
      "ELSE excluded.log_offset END, "
      "epoch = excluded.epoch, at = excluded.at");
  return insert.bind_all(account, channel, epoch, offset, ms(tx.now())).run();
}

Result<std::int64_t> drop_old_outbox(Tx& tx, model::Time before) {
  auto drop = tx.connection().prepare(
      "DELETE FROM outbox WHERE id IN (SELECT id FROM (SELECT id, created_at FROM outbox ORDER BY "
      "id LIMIT 1000) WHERE created_at < ?)");
  CLARION_TRY(drop.bind(ms(before)).run());
  return tx.connection().changes();
}

Result<std::int64_t> drop_old_receipts(Tx& tx, model::Time before) {
  auto drop = tx.connection().prepare("DELETE FROM receipts WHERE at < ?");
  CLARION_TRY(drop.bind(ms(before)).run());
  return tx.connection().changes();
}

std::string revision_hash(const RevisionRow& row) {
  return hash_of({{"notice", row.notice_id},
                  {"revision", row.revision},
                  {"action", row.action},
                  {"mode", row.mode},
                  {"channel", row.channel},
                  {"offset", std::to_string(row.offset)},
                  {"form", row.form},
                  {"jws", row.jws},
                  {"content_hash", row.content_hash},
                  {"facets", row.facets},
                  {"authors", row.authors},
                  {"approvals", row.approvals},
                  {"published_at", model::to_text(row.published_at)},
                  {"expires_at", row.expires_at ? model::to_text(*row.expires_at) : ""}});
}

std::string approval_hash(const ApprovalRow& row) {
  return hash_of({{"id", row.id},
                  {"notice", row.notice_id},
                  {"actor", row.actor},
                  {"at", model::to_text(row.at)},
                  {"content_hash", row.content_hash},
                  {"note", row.note}});
}

json::object to_json(const model::Facets& facets) {
  json::object out;
  out["topics"] = json_of(facets.topics);
  out["regions"] = json_of(facets.regions);
  out["severity"] = name_of(facets.severity);
  out["kind"] = facets.kind;
  out["langs"] = json_of(facets.langs);
  return out;
}

model::Facets facets_of(const json::object& object) {
  const auto list = [&object](std::string_view name) {
    const json::value* value = object.if_contains(name);
    return value != nullptr ? strings_of(*value) : std::vector<std::string>{};
  };
  return {list("topics"), list("regions"),
          model::parse_severity(string_or(object, "severity")).value_or(model::Severity::minor),
          std::string(string_or(object, "kind")), list("langs")};
}

}  // namespace clarion::store
