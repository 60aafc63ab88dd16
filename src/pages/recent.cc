#include "pages/recent.h"

#include "store/meta.h"

namespace clarion::pages {

Result<std::shared_ptr<const RecentNotices>> Recent::at(store::View& view) {
  CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
  CLARION_TRY(auto head, store::channel_head(view, "notices"));
  {
    const std::lock_guard lock(mutex_);
    if (last_ && last_->head == head && last_->epoch == epoch.value_or("")) return last_;
  }
  constexpr std::int64_t kStep = 50;
  auto fresh = std::make_shared<RecentNotices>();
  fresh->epoch = epoch.value_or("");
  fresh->head = head;
  std::size_t bytes = 0;
  for (std::uint64_t before = UINT64_MAX; bytes < kMostBytes;) {
    CLARION_TRY(auto rows, store::newest_revisions(view, "notices", before, kStep));
    for (const store::RevisionRow& row : rows) {
      before = row.offset;
      bytes += row.form.size();
      if (row.mode == "Actual") fresh->notices.push_back(shown_of(row));
    }
    if (rows.size() < static_cast<std::size_t>(kStep) ||
        static_cast<std::int64_t>(fresh->notices.size()) >= kMostNotices)
      break;
  }
  const std::lock_guard lock(mutex_);
  // Another thread may have read a later state meanwhile; both are true of their own snapshot.
  if (!last_ || last_->epoch != fresh->epoch || last_->head <= fresh->head) last_ = fresh;
  return std::shared_ptr<const RecentNotices>(std::move(fresh));
}

Picked pick(const RecentNotices& recent, const model::Filter& filter, std::uint64_t before,
            std::size_t most, model::Time now) {
  Picked out;
  for (const Shown& each : recent.notices) {
    if (before != 0 && each.offset >= before) continue;
    const bool shown =
        each.in_force(now) || (each.withdrawn() && now - each.published_at < kWithdrawnShown);
    if (!shown || !model::passes(each.facets, filter)) continue;
    if (out.notices.size() == most) {
      out.more = true;
      break;
    }
    out.notices.push_back(&each);
  }
  return out;
}

}  // namespace clarion::pages
