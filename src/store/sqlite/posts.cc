#include "store/posts.h"

#include "store/sqlite/post_rows.h"

#include <fmt/format.h>

namespace clarion::store {
Result<std::optional<PostRow>> find_post(View& view, std::string_view mode, std::string_view source,
                                         std::string_view id) {
  auto query = view.connection().prepare(
      fmt::format("SELECT {} FROM posts WHERE mode = ? AND source = ? AND id = ?", kPostColumns));
  query.bind_all(mode, source, id);
  return first(query, post_at);
}

Status add_post(Tx& tx, PostRow& post) {
  auto insert = tx.connection().prepare(
      "INSERT INTO posts(mode, source, id, rank, text_hash, record, hits, score, group_id, "
      "case_id, received_at, author) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11, CASE WHEN "
      "json_valid(?6) THEN coalesce(json_extract(?6, '$.author.id'), json_extract(?6, "
      "'$.author.name'), '') ELSE '' END)");
  CLARION_TRY(insert
                  .bind_all(post.mode, post.source, post.id, post.rank, post.text_hash, post.record,
                            post.hits, post.score, post.group, post.case_id, ms(post.received_at))
                  .run());
  post.seq = tx.connection().last_row_id();
  return ok();
}

Status update_post(Tx& tx, const PostRow& post) {
  auto update = tx.connection().prepare(
      "UPDATE posts SET rank = ?1, text_hash = ?2, record = ?3, hits = ?4, score = ?5, author = "
      "CASE WHEN json_valid(?3) THEN coalesce(json_extract(?3, '$.author.id'), json_extract(?3, "
      "'$.author.name'), '') ELSE '' END WHERE seq = ?6");
  return update.bind_all(post.rank, post.text_hash, post.record, post.hits, post.score, post.seq)
      .run();
}

Result<std::vector<PostRow>> posts_of_case(View& view, std::string_view case_id,
                                           std::int64_t after_seq, std::int64_t most) {
  auto query = view.connection().prepare(fmt::format(
      "SELECT {} FROM posts WHERE case_id = ? AND seq > ? ORDER BY seq LIMIT ?", kPostColumns));
  query.bind_all(case_id, after_seq, most);
  return collect(query, post_at);
}

Result<std::vector<PostRow>> posts_before(View& view, model::Time before, std::int64_t most) {
  auto query = view.connection().prepare(fmt::format(
      "SELECT {} FROM posts WHERE received_at < ? AND record <> '' ORDER BY received_at LIMIT ?",
      kPostColumns));
  query.bind_all(ms(before), most);
  return collect(query, post_at);
}

Status each_post_with_text(View& view, const std::function<Status(const PostRow&)>& each) {
  auto query = view.connection().prepare(
      fmt::format("SELECT {} FROM posts WHERE record <> '' ORDER BY seq", kPostColumns));
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return ok();
    CLARION_TRY(each(post_at(query)));
  }
}

Result<std::optional<std::string>> find_tombstone(View& view, std::string_view mode,
                                                  std::string_view source, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT rank FROM tombstones WHERE mode = ? AND source = ? AND id = ?");
  CLARION_TRY(auto row, query.bind_all(mode, source, id).step());
  return row ? std::optional(query.text(0)) : std::nullopt;
}

Status keep_tombstone(Tx& tx, std::string_view mode, std::string_view source, std::string_view id,
                      std::string_view rank, model::Time until) {
  auto insert = tx.connection().prepare(
      "INSERT INTO tombstones(mode, source, id, rank, until) VALUES(?,?,?,?,?) "
      "ON CONFLICT DO UPDATE SET rank = excluded.rank, until = max(until, excluded.until)");
  return insert.bind_all(mode, source, id, rank, ms(until)).run();
}

Status drop_tombstone(Tx& tx, std::string_view mode, std::string_view source, std::string_view id) {
  auto drop =
      tx.connection().prepare("DELETE FROM tombstones WHERE mode = ? AND source = ? AND id = ?");
  return drop.bind_all(mode, source, id).run();
}

Result<std::int64_t> drop_old_tombstones(Tx& tx) {
  auto drop = tx.connection().prepare(
      "DELETE FROM tombstones WHERE (mode, source, id) IN (SELECT mode, source, id FROM tombstones "
      "WHERE until < ? LIMIT 1000)");
  CLARION_TRY(drop.bind(ms(tx.now())).run());
  return tx.connection().changes();
}

Status each_tombstone(View& view, const std::function<Status(const Tombstone&)>& each) {
  auto query = view.connection().prepare("SELECT mode, source, id, rank, until FROM tombstones");
  while (true) {
    CLARION_TRY(auto row, query.step());
    if (!row) return ok();
    CLARION_TRY(each(
        {query.text(0), query.text(1), query.text(2), query.text(3), time_of(query.integer(4))}));
  }
}

Result<std::optional<GroupRow>> find_group(View& view, std::int64_t id) {
  auto query =
      view.connection().prepare(fmt::format("SELECT {} FROM groups WHERE id = ?", kGroupColumns));
  query.bind(id);
  return first(query, group_at);
}

Status add_group(Tx& tx, GroupRow& group) {
  auto insert = tx.connection().prepare(
      "INSERT INTO groups(mode, sketch, size, first_seen, last_seen, rate, figures, case_id) "
      "VALUES(?,?,?,?,?,?,?,?)");
  insert.bind(group.mode).bind_blob(group.sketch);
  CLARION_TRY(insert
                  .bind_all(group.size, ms(group.first_seen), ms(group.last_seen), group.rate,
                            group.figures, group.case_id)
                  .run());
  group.id = tx.connection().last_row_id();
  return ok();
}

Status update_group(Tx& tx, const GroupRow& group) {
  auto update = tx.connection().prepare(
      "UPDATE groups SET size = ?, first_seen = ?, last_seen = ?, rate = ?, figures = ?, case_id = "
      "? WHERE id = ?");
  return update
      .bind_all(group.size, ms(group.first_seen), ms(group.last_seen), group.rate, group.figures,
                group.case_id, group.id)
      .run();
}

Result<std::vector<GroupRow>> newest_groups(View& view, std::int64_t most) {
  auto query = view.connection().prepare(
      fmt::format("SELECT {} FROM groups ORDER BY last_seen DESC LIMIT ?", kGroupColumns));
  query.bind(most);
  return collect(query, group_at);
}

}  // namespace clarion::store
