#pragma once

#include "store/database.h"
#include "store/posts.h"

#include <chrono>
#include <cstdint>

namespace clarion::app {

/// What a delete at the source and the end of retention do: text, author and hit text of a post go,
/// also from the claim of its case and from stored answers; the row and its counts stay. Requires:
/// a row as read in this transaction.
Status forget_post(store::Tx& tx, store::PostRow& row);

/// Does so with posts that were received longer ago than `retention`, at most 500 a call; how many
/// they were.
Result<std::int64_t> forget_old_posts(store::Tx& tx, std::chrono::hours retention);

}  // namespace clarion::app
