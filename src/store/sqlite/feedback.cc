#include "store/feedback.h"

#include "store/sqlite/values.h"

namespace clarion::store {
namespace {

Feedback feedback_at(const sqlite::Statement& row) {
  return {row.integer(0), row.integer(1), row.integer(2)};
}

}  // namespace

Status add_feedback(Tx& tx, std::string_view notice_id, std::int64_t revision, bool helped) {
  auto count = tx.connection().prepare(
      "INSERT INTO notice_feedback(notice_id, revision, helped, not_helped) VALUES(?,?,?,?) "
      "ON CONFLICT(notice_id, revision) DO UPDATE SET helped = helped + excluded.helped, "
      "not_helped = not_helped + excluded.not_helped");
  return count
      .bind_all(notice_id, revision, std::int64_t{helped ? 1 : 0}, std::int64_t{helped ? 0 : 1})
      .run();
}

Result<std::vector<Feedback>> feedback_of(View& view, std::string_view notice_id) {
  auto query = view.connection().prepare(
      "SELECT revision, helped, not_helped FROM notice_feedback WHERE notice_id = ? "
      "ORDER BY revision");
  query.bind(notice_id);
  return collect(query, feedback_at);
}

}  // namespace clarion::store
