#pragma once

#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

struct StatRow {
  std::string day, what, key;
  std::int64_t n = 0;
};
/// Adds to a figure of a day.
Status add_stat(Tx& tx, std::string_view day, std::string_view mode, std::string_view what,
                std::string_view key, std::int64_t n);
/// Writes a figure of a day over: what stood there at the last look.
Status set_stat(Tx& tx, std::string_view day, std::string_view mode, std::string_view what,
                std::string_view key, std::int64_t n);
/// Figures of the days from `first` to `last`, both in it (YYYY-MM-DD), by day, what and key.
[[nodiscard]] Result<std::vector<StatRow>> list_stats(View& view, std::string_view mode,
                                                      std::string_view first,
                                                      std::string_view last);
/// True the first time for this subject, false ever after.
Result<bool> first_time(Tx& tx, std::string_view subject, std::string_view what);

struct NewCase {
  std::string id, mode;
  std::vector<std::string> topics, regions;
  model::Time created_at;
};
/// Cases with a greater id, in its order.
[[nodiscard]] Result<std::vector<NewCase>> cases_after(View& view, std::string_view id,
                                                       std::int64_t most);

struct PublishedForCase {
  std::string notice_id, case_id;
  model::Time published_at;
  std::string form;  ///< signed form, JSON
};
/// First revisions, published in [from, to), of notices made from a case; newest first.
[[nodiscard]] Result<std::vector<PublishedForCase>> published_for_cases(
    View& view, std::string_view mode, model::Time from, model::Time to, std::int64_t most);

struct PublishedRevision {
  std::string notice_id, form;  ///< the signed form, JSON
  std::int64_t revision = 0;
  model::Time published_at;
};
/// Everything published in [from, to), in its order.
[[nodiscard]] Result<std::vector<PublishedRevision>> published_between(
    View& view, std::string_view mode, model::Time from, model::Time to, std::int64_t most);

}  // namespace clarion::store
