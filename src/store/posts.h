#pragma once

#include "base/json.h"
#include "store/database.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A flagged post. `rank` compares edits (intake/order.h); `record` is the post as JSON, empty
/// after a delete or retention.
struct PostRow {
  std::int64_t seq = 0;  ///< in order of arrival
  std::string mode, source, id, rank, text_hash, record, hits;
  double score = 0;
  std::int64_t group = 0;
  std::string case_id;
  model::Time received_at;
};

[[nodiscard]] Result<std::optional<PostRow>> find_post(View& view, std::string_view mode,
                                                       std::string_view source,
                                                       std::string_view id);
/// Gives the row its seq.
Status add_post(Tx& tx, PostRow& post);
/// Writes rank, text_hash, record, hits and score.
Status update_post(Tx& tx, const PostRow& post);
/// Posts of a case in order of arrival, after `after_seq`.
[[nodiscard]] Result<std::vector<PostRow>> posts_of_case(View& view, std::string_view case_id,
                                                         std::int64_t after_seq, std::int64_t most);
/// Posts received before `before` that still have text, oldest first; at most `most`.
[[nodiscard]] Result<std::vector<PostRow>> posts_before(View& view, model::Time before,
                                                        std::int64_t most);

/// Calls `each` for every post that still has text.
Status each_post_with_text(View& view, const std::function<Status(const PostRow&)>& each);

/// A delete remembered, so that a late copy does not come back: its rank. Keeping one again
/// replaces it.
[[nodiscard]] Result<std::optional<std::string>> find_tombstone(View& view, std::string_view mode,
                                                                std::string_view source,
                                                                std::string_view id);
Status keep_tombstone(Tx& tx, std::string_view mode, std::string_view source, std::string_view id,
                      std::string_view rank, model::Time until);
Status drop_tombstone(Tx& tx, std::string_view mode, std::string_view source, std::string_view id);
/// Forgets those whose time is over; at most 1,000 a call; how many they were.
Result<std::int64_t> drop_old_tombstones(Tx& tx);
struct Tombstone {
  std::string mode, source, id, rank;
  model::Time until;
};
/// Calls `each` for every tombstone.
Status each_tombstone(View& view, const std::function<Status(const Tombstone&)>& each);

/// A near-duplicate group as stored.
struct GroupRow {
  std::int64_t id = 0;
  std::string mode, sketch;  ///< sketch: bytes of group::Sketch
  std::int64_t size = 0;
  model::Time first_seen, last_seen;
  double rate = 0;      ///< posts a minute at last_seen
  std::string figures;  ///< JSON: {"sources":{…},"series":[…]}
  std::optional<std::string> case_id;
};

[[nodiscard]] Result<std::optional<GroupRow>> find_group(View& view, std::int64_t id);
/// Gives the row its id.
Status add_group(Tx& tx, GroupRow& group);
/// Writes all but mode and sketch.
Status update_group(Tx& tx, const GroupRow& group);
/// The newest groups first, for filling the index at start.
[[nodiscard]] Result<std::vector<GroupRow>> newest_groups(View& view, std::int64_t most);

}  // namespace clarion::store
