#include "store/resources.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

#define CLARION_RESOURCE_COLUMNS \
  "id, version, state, origin, record, base, newer, authors, changed_at, changed_by, change"

ResourceRow resource_at(const sqlite::Statement& row) {
  ResourceRow out;
  out.id = row.text(0);
  out.version = row.integer(1);
  out.state = row.text(2);
  out.origin = row.text(3);
  out.record = json_at(row, 4).as_object();
  out.base = row.text(5);
  if (!row.text(6).empty()) out.newer = json_at(row, 6).as_object();
  out.authors = strings_of_text(row.text(7));
  out.changed_at = time_of(row.integer(8));
  out.changed_by = row.text(9);
  out.change = row.integer(10);
  return out;
}

}  // namespace

Result<std::optional<ResourceRow>> find_resource(View& view, std::string_view id) {
  auto query =
      view.connection().prepare("SELECT " CLARION_RESOURCE_COLUMNS " FROM resources WHERE id = ?");
  query.bind(id);
  return first(query, resource_at);
}

Status put_resource(Tx& tx, const ResourceRow& row) {
  auto insert = tx.connection().prepare(
      "INSERT INTO resources(id, version, state, review_by, origin, record, base, newer, authors, "
      "changed_at, changed_by, change) VALUES(?,?,?,?,?,?,?,?,?,?,?,1 + ifnull((SELECT max(change) "
      "FROM resources), 0)) ON CONFLICT(id) DO UPDATE SET version = excluded.version, state = "
      "excluded.state, review_by = excluded.review_by, origin = excluded.origin, record = "
      "excluded.record, base = excluded.base, newer = excluded.newer, authors = excluded.authors, "
      "changed_at = excluded.changed_at, changed_by = excluded.changed_by, change = "
      "excluded.change");
  return insert
      .bind_all(row.id, row.version, row.state, std::string(string_or(row.record, "review_by")),
                row.origin, text_of(row.record), row.base, row.newer ? text_of(*row.newer) : "",
                text_of(row.authors), ms(tx.now()), row.changed_by)
      .run();
}

Result<std::int64_t> resources_change(View& view) {
  auto query = view.connection().prepare("SELECT ifnull(max(change), 0) FROM resources");
  CLARION_TRY(auto row, query.step());
  return row ? query.integer(0) : 0;
}

Result<std::vector<ResourceRow>> resources_after(View& view, std::int64_t change,
                                                 std::int64_t most) {
  auto query =
      view.connection().prepare("SELECT " CLARION_RESOURCE_COLUMNS
                                " FROM resources WHERE change > ? ORDER BY change LIMIT ?");
  query.bind_all(change, most);
  return collect(query, resource_at);
}

Result<std::vector<ResourceRow>> list_resources(View& view, std::string_view after_id,
                                                std::int64_t most) {
  auto query = view.connection().prepare("SELECT " CLARION_RESOURCE_COLUMNS
                                         " FROM resources WHERE id > ? ORDER BY id LIMIT ?");
  query.bind_all(after_id, most);
  return collect(query, resource_at);
}

Result<ResourceCount> count_resources(View& view, std::string_view today) {
  auto query = view.connection().prepare(
      "SELECT count(*), ifnull(sum(review_by < ?), 0) FROM resources WHERE state = 'current'");
  query.bind(today);
  CLARION_TRY(auto row, query.step());
  if (!row) return ResourceCount{};
  return ResourceCount{query.integer(0), query.integer(1)};
}

}  // namespace clarion::store
