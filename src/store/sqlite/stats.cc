#include "store/stats.h"

#include "store/sqlite/values.h"

namespace clarion::store {

Status add_stat(Tx& tx, std::string_view day, std::string_view mode, std::string_view what,
                std::string_view key, std::int64_t n) {
  auto insert = tx.connection().prepare(
      "INSERT INTO stats(day, mode, what, key, n) VALUES(?,?,?,?,?) ON CONFLICT(day, mode, what, "
      "key) DO UPDATE SET n = n + excluded.n");
  return insert.bind_all(day, mode, what, key, n).run();
}

Status set_stat(Tx& tx, std::string_view day, std::string_view mode, std::string_view what,
                std::string_view key, std::int64_t n) {
  auto insert = tx.connection().prepare(
      "INSERT INTO stats(day, mode, what, key, n) VALUES(?,?,?,?,?) ON CONFLICT(day, mode, what, "
      "key) DO UPDATE SET n = excluded.n");
  return insert.bind_all(day, mode, what, key, n).run();
}

Result<std::vector<StatRow>> list_stats(View& view, std::string_view mode, std::string_view first,
                                        std::string_view last) {
  auto query = view.connection().prepare(
      "SELECT day, what, key, n FROM stats WHERE day BETWEEN ? AND ? AND mode = ? ORDER BY day, "
      "what, key");
  query.bind_all(first, last, mode);
  return collect<StatRow>(query, [](const sqlite::Statement& row) {
    return StatRow{row.text(0), row.text(1), row.text(2), row.integer(3)};
  });
}

Result<bool> first_time(Tx& tx, std::string_view subject, std::string_view what) {
  auto insert = tx.connection().prepare(
      "INSERT INTO stats_once(subject, what) VALUES(?,?) ON CONFLICT DO NOTHING");
  CLARION_TRY(insert.bind_all(subject, what).run());
  return tx.connection().changes() > 0;
}

Result<std::vector<NewCase>> cases_after(View& view, std::string_view id, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT id, mode, topics, regions, created_at FROM cases WHERE id > ? ORDER BY id LIMIT ?");
  query.bind_all(id, most);
  return collect<NewCase>(query, [](const sqlite::Statement& row) {
    return NewCase{row.text(0), row.text(1), strings_of_text(row.text(2)),
                   strings_of_text(row.text(3)), time_of(row.integer(4))};
  });
}

Result<std::vector<PublishedForCase>> published_for_cases(View& view, std::string_view mode,
                                                          model::Time from, model::Time to,
                                                          std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT r.notice_id, n.case_id, r.published_at, r.form FROM revisions r JOIN notices n ON "
      "n.id = "
      "r.notice_id WHERE r.mode = ? AND r.published_at >= ? AND r.published_at < ? AND r.revision "
      "= 1 AND n.case_id IS NOT NULL ORDER BY r.published_at DESC LIMIT ?");
  query.bind_all(mode, ms(from), ms(to), most);
  return collect<PublishedForCase>(query, [](const sqlite::Statement& row) {
    return PublishedForCase{row.text(0), row.text(1), time_of(row.integer(2)), row.text(3)};
  });
}

Result<std::vector<PublishedRevision>> published_between(View& view, std::string_view mode,
                                                         model::Time from, model::Time to,
                                                         std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT notice_id, form, revision, published_at FROM revisions WHERE mode = ? AND "
      "published_at >= ? AND published_at < ? ORDER BY published_at, notice_id LIMIT ?");
  query.bind_all(mode, ms(from), ms(to), most);
  return collect<PublishedRevision>(query, [](const sqlite::Statement& row) {
    return PublishedRevision{row.text(0), row.text(1), row.integer(2), time_of(row.integer(3))};
  });
}

}  // namespace clarion::store
