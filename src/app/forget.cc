#include "app/forget.h"

#include "desk/evidence.h"
#include "store/meta.h"
#include "store/regroup.h"
#include "store/workspace.h"

namespace clarion::app {

Status forget_post(store::Tx& tx, store::PostRow& row) {
  row.record.clear();
  row.hits = "[]";
  CLARION_TRY(store::update_post(tx, row));
  CLARION_TRY(store::drop_answers_of_case(tx, row.case_id));
  CLARION_TRY(store::drop_post_keys(tx, row.seq));
  CLARION_TRY(store::drop_post_text(tx, row.seq));
  return desk::forget_text(tx, row.seq);
}

Result<std::int64_t> forget_old_posts(store::Tx& tx, std::chrono::hours retention) {
  constexpr std::int64_t kMost = 500;
  CLARION_TRY(auto old, store::posts_before(tx, tx.now() - retention, kMost));
  for (store::PostRow& row : old) {
    CLARION_TRY(forget_post(tx, row));
  }
  return static_cast<std::int64_t>(old.size());
}

}  // namespace clarion::app
