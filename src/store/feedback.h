#pragma once

#include "store/database.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::store {

/// What readers said of one published revision: whether it helped. Counts alone.
struct Feedback {
  std::int64_t revision = 0, helped = 0, not_helped = 0;
};
/// Counts one reader's word.
Status add_feedback(Tx& tx, std::string_view notice_id, std::int64_t revision, bool helped);
/// Of one notice, oldest revision first; those that nobody spoke of are missing.
[[nodiscard]] Result<std::vector<Feedback>> feedback_of(View& view, std::string_view notice_id);

}  // namespace clarion::store
