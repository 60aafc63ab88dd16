#include "store/regroup.h"

#include "store/sqlite/post_rows.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

Judgement judgement_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1), row.text(2), row.text(3), time_of(row.integer(4))};
}

std::string first_text(const sqlite::Statement& row) { return row.text(0); }

}  // namespace

Result<std::vector<GroupRow>> groups_of_case(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      fmt::format("SELECT {} FROM groups WHERE case_id = ? ORDER BY id", kGroupColumns));
  query.bind(case_id);
  return collect(query, group_at);
}

Status move_group(Tx& tx, std::int64_t group, std::string_view case_id) {
  auto groups = tx.connection().prepare("UPDATE groups SET case_id = ? WHERE id = ?");
  CLARION_TRY(groups.bind_all(case_id, group).run());
  auto posts = tx.connection().prepare("UPDATE posts SET case_id = ? WHERE group_id = ?");
  return posts.bind_all(case_id, group).run();
}

Status move_post(Tx& tx, std::int64_t seq, std::int64_t group, std::string_view case_id) {
  auto update = tx.connection().prepare("UPDATE posts SET group_id = ?, case_id = ? WHERE seq = ?");
  return update.bind_all(group, case_id, seq).run();
}

Status move_posts(Tx& tx, std::int64_t from_group, std::int64_t to_group,
                  std::string_view case_id) {
  auto update =
      tx.connection().prepare("UPDATE posts SET group_id = ?, case_id = ? WHERE group_id = ?");
  return update.bind_all(to_group, case_id, from_group).run();
}

Status remove_group(Tx& tx, std::int64_t group) {
  auto drop = tx.connection().prepare("DELETE FROM groups WHERE id = ?");
  return drop.bind(group).run();
}

Result<std::optional<PostRow>> find_post(View& view, std::int64_t seq) {
  auto query =
      view.connection().prepare(fmt::format("SELECT {} FROM posts WHERE seq = ?", kPostColumns));
  query.bind(seq);
  return first(query, post_at);
}

Status each_arrival(View& view, std::int64_t group,
                    const std::function<void(std::string_view, model::Time)>& each) {
  auto query = view.connection().prepare(
      "SELECT source, received_at FROM posts WHERE group_id = ? ORDER BY seq");
  query.bind(group);
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return ok();
    each(query.text(0), time_of(query.integer(1)));
  }
}

Result<CasePosts> count_posts(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT count(*), ifnull(max(score), 0.0) FROM posts WHERE case_id = ?");
  CLARION_TRY(auto row, query.bind(case_id).step());
  return row ? CasePosts{query.integer(0), query.real(1)} : CasePosts{};
}

Result<std::vector<std::string>> cases_with_claim_of(View& view, std::int64_t seq) {
  auto query = view.connection().prepare("SELECT id FROM cases WHERE claim_post = ?");
  query.bind(seq);
  return collect(query, first_text);
}

Result<std::int64_t> last_event(View& view, std::string_view case_id) {
  auto query =
      view.connection().prepare("SELECT ifnull(max(seq), 0) FROM case_history WHERE case_id = ?");
  CLARION_TRY(auto row, query.bind(case_id).step());
  return row ? query.integer(0) : 0;
}

Status add_post_keys(Tx& tx, std::string_view mode, std::int64_t seq,
                     const std::vector<std::int64_t>& keys) {
  for (const std::int64_t key : keys) {
    auto insert =
        tx.connection().prepare("INSERT OR IGNORE INTO post_keys(mode, key, seq) VALUES(?,?,?)");
    CLARION_TRY(insert.bind_all(mode, key, seq).run());
  }
  return ok();
}

Status drop_post_keys(Tx& tx, std::int64_t seq) {
  auto drop = tx.connection().prepare("DELETE FROM post_keys WHERE seq = ?");
  return drop.bind(seq).run();
}

Result<std::optional<std::int64_t>> group_of_keys(View& view, std::string_view mode,
                                                  const std::vector<std::int64_t>& keys,
                                                  model::Time since) {
  for (const std::int64_t key : keys) {
    auto query = view.connection().prepare(
        "SELECT p.group_id, p.received_at FROM post_keys k JOIN posts p ON p.seq = k.seq WHERE "
        "k.mode = ? AND k.key = ? ORDER BY k.seq DESC LIMIT 1");
    CLARION_TRY(auto row, query.bind_all(mode, key).step());
    if (row && query.integer(1) >= ms(since)) return std::optional(query.integer(0));
  }
  return std::nullopt;
}

Result<std::vector<PostRow>> posts_with_key(View& view, std::int64_t key, std::int64_t most) {
  std::vector<PostRow> out;
  for (const char* mode : {"Actual", "Exercise"}) {
    auto query = view.connection().prepare(
        "SELECT p.seq, p.mode, p.source, p.id, p.rank, p.text_hash, p.record, p.hits, p.score, "
        "p.group_id, p.case_id, p.received_at FROM post_keys k JOIN posts p ON p.seq = k.seq WHERE "
        "k.mode = ? AND k.key = ? ORDER BY k.seq DESC LIMIT ?");
    query.bind_all(mode, key, most);
    CLARION_TRY(auto some, collect(query, post_at));
    std::move(some.begin(), some.end(), std::back_inserter(out));
  }
  return out;
}

Status add_bulk(Tx& tx, const BulkRow& row) {
  json::array events;
  for (const auto& [id, event] : row.events) events.push_back(json::array{id, event});
  auto insert = tx.connection().prepare(
      "INSERT INTO case_bulks(id, actor, action, at, events) VALUES(?,?,?,?,?)");
  return insert.bind_all(row.id, row.actor, row.action, ms(row.at), text_of(json::value(events)))
      .run();
}

Result<std::optional<BulkRow>> find_bulk(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT id, actor, action, at, events FROM case_bulks WHERE id = ?");
  query.bind(id);
  return first(
      query, +[](const sqlite::Statement& row) {
        BulkRow out{row.text(0), row.text(1), row.text(2), time_of(row.integer(3)), {}};
        const json::value events = json_at(row, 4);
        for (const json::value& each : events.as_array()) {
          out.events.emplace_back(std::string(each.as_array().at(0).as_string()),
                                  each.as_array().at(1).as_int64());
        }
        return out;
      });
}

Status keep_judgement(Tx& tx, const Judgement& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO candidate_judgements(case_id, debunk, judgement, actor, at) VALUES(?,?,?,?,?) "
      "ON CONFLICT DO UPDATE SET judgement = excluded.judgement, actor = excluded.actor, at = "
      "excluded.at");
  return insert.bind_all(row.case_id, row.debunk, row.judgement, row.actor, ms(row.at)).run();
}

Status drop_judgement(Tx& tx, std::string_view case_id, std::string_view debunk) {
  auto drop =
      tx.connection().prepare("DELETE FROM candidate_judgements WHERE case_id = ? AND debunk = ?");
  return drop.bind_all(case_id, debunk).run();
}

Result<std::vector<Judgement>> judgements_of(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT case_id, debunk, judgement, actor, at FROM candidate_judgements WHERE case_id = ? "
      "ORDER BY debunk");
  query.bind(case_id);
  return collect(query, judgement_at);
}

Result<std::vector<Judgement>> list_judgements(View& view, std::string_view after_case,
                                               std::string_view after_debunk, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT case_id, debunk, judgement, actor, at FROM candidate_judgements WHERE (case_id, "
      "debunk) > (?, ?) ORDER BY case_id, debunk LIMIT ?");
  query.bind_all(after_case, after_debunk, most);
  return collect(query, judgement_at);
}

Status watch_case(Tx& tx, std::string_view case_id, std::string_view account) {
  auto insert = tx.connection().prepare(
      "INSERT OR IGNORE INTO case_watches(case_id, account, at) VALUES(?,?,?)");
  return insert.bind_all(case_id, account, ms(tx.now())).run();
}

Result<bool> unwatch_case(Tx& tx, std::string_view case_id, std::string_view account) {
  auto drop = tx.connection().prepare("DELETE FROM case_watches WHERE case_id = ? AND account = ?");
  CLARION_TRY(drop.bind_all(case_id, account).run());
  return tx.connection().changes() > 0;
}

Result<std::vector<std::string>> watchers_of(View& view, std::string_view case_id) {
  auto query = view.connection().prepare(
      "SELECT account FROM case_watches WHERE case_id = ? ORDER BY account");
  query.bind(case_id);
  return collect(query, first_text);
}

}  // namespace clarion::store
