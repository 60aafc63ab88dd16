#pragma once

#include "store/posts.h"
#include "store/sqlite/values.h"

namespace clarion::store {

/// Columns of a post in the order that post_at reads.
constexpr std::string_view kPostColumns =
    "seq, mode, source, id, rank, text_hash, record, hits, score, group_id, case_id, received_at";
inline PostRow post_at(const sqlite::Statement& row) {
  return {row.integer(0), row.text(1),    row.text(2),  row.text(3),
          row.text(4),    row.text(5),    row.text(6),  row.text(7),
          row.real(8),    row.integer(9), row.text(10), time_of(row.integer(11))};
}

/// Columns of a group in the order that group_at reads.
constexpr std::string_view kGroupColumns =
    "id, mode, sketch, size, first_seen, last_seen, rate, figures, case_id";
inline GroupRow group_at(const sqlite::Statement& row) {
  return {
      row.integer(0),          row.text(1), row.text(2), row.integer(3), time_of(row.integer(4)),
      time_of(row.integer(5)), row.real(6), row.text(7), text_at(row, 8)};
}

}  // namespace clarion::store
