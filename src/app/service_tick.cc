// What is due by the clock.
#include "app/forget.h"
#include "app/service.h"
#include "desk/evidence.h"
#include "desk/files.h"
#include "desk/search.h"
#include "notice/publication.h"
#include "notice/reminders.h"
#include "roster/duty.h"
#include "store/cases.h"
#include "store/desk_log.h"
#include "store/messages.h"
#include "store/meta.h"
#include "store/sessions.h"

#include <algorithm>

namespace clarion::app {
namespace {

/// Contract section 2: a scheduled publication then waits for a person.
constexpr std::chrono::seconds kClockJump{60};
/// How soon text that was removed leaves the write-ahead log too: often enough, yet not a sync for
/// every delete of a busy source.
constexpr std::chrono::seconds kLogPause{2};
/// How much of the sources' figures a crash may cost.
constexpr std::chrono::seconds kSourcesPause{5};
constexpr std::chrono::seconds kReportPause{1}, kHealthPause{1};
/// What nobody fetches is not kept for ever: proofs of delivery, and deliveries no outlet took.
constexpr std::chrono::hours kReceiptsKept{24 * 90}, kOutboxKept{24 * 30}, kMessagesKept{24 * 90};
constexpr std::chrono::hours kRuleDaysKept{24 * 90};
/// More than the longest that security.session_idle_minutes allows.
constexpr std::chrono::hours kIdlestSession{25};
/// Contract section 4.
constexpr std::chrono::hours kDeskLogKept{24 * 7};

constexpr std::chrono::hours kDraftsKept{24 * 30};

/// What one round of retention removed.
struct Removed {
  std::int64_t posts = 0, tombstones = 0, answers = 0, receipts = 0, outbox = 0, desk_log = 0,
               messages = 0;
  /// A full round: there is more, so that the next comes at the next tick.
  [[nodiscard]] bool more() const {
    return posts >= 500 || tombstones >= 1000 || answers >= 1000 || outbox >= 1000 ||
           desk_log >= 1000 || messages >= 1000;
  }
};

Result<Removed> remove_old(store::Tx& tx, std::chrono::hours retention) {
  Removed out;
  CLARION_TRY(out.posts, forget_old_posts(tx, retention));
  CLARION_TRY(out.tombstones, store::drop_old_tombstones(tx));
  CLARION_TRY(out.answers, store::drop_old_answers(tx));
  CLARION_TRY(out.messages, store::drop_old_messages(tx, tx.now() - kMessagesKept));
  CLARION_TRY(out.receipts, store::drop_old_receipts(tx, tx.now() - kReceiptsKept));
  CLARION_TRY(out.outbox, store::drop_old_outbox(tx, tx.now() - kOutboxKept));
  CLARION_TRY(store::drop_old_drafts(tx, tx.now() - kDraftsKept));
  CLARION_TRY(store::drop_old_sessions(tx, tx.now() - kIdlestSession));
  CLARION_TRY(out.desk_log, store::drop_old_desk_log(tx, tx.now() - kDeskLogKept));
  return out;
}

}  // namespace

/// Takes over what any process put into the library, and holds the waiting cases against it, some a
/// tick.
void Service::tend_library() {
  Status done = library_->refresh();
  if (done) {
    const std::uint64_t version = library_->snapshot()->version();
    if (version != library_version_) rematch_.library_changed();
    library_version_ = version;
    const auto more = rematch_.step(*database_, *library_);
    if (!more) done = more.error();
  }
  const std::string trouble = done ? "" : done.error().text;
  if (!done && trouble != library_trouble_) log_.error("library not up to date", done.error());
  library_trouble_ = trouble;
}

/// Puts new posts into the search index, beside the path of posts so that a flood is not held up by
/// it: some a tick.
void Service::tend_search() {
  constexpr std::int64_t kMost = 60;
  const auto waits =
      database_->read([](store::View& view) { return desk::posts_wait_for_index(view); });
  if (!waits || !waits.value()) return;
  const auto done =
      database_->write([](store::Tx& tx) { return desk::index_new_posts(tx, kMost); });
  if (!done) log_.error("posts could not be put into the search index", done.error());
}

/// Writes down what came from which source, so that a restart does not forget it.
void Service::keep_sources() {
  const auto changed = pipeline_->sources().take_changed();
  if (changed.empty()) return;
  const Status done = database_->write([&](store::Tx& tx) -> Status {
    for (const store::SourceRow& row : changed) {
      CLARION_TRY(store::put_source(tx, row));
    }
    return ok();
  });
  if (!done) log_.warn("figures of sources not kept", done.error());
}

/// Counts what happened into the figures of the day.
void Service::tend_report() {
  const auto more = rollup_->step(*database_);
  if (!more) log_.error("figures could not be counted", more.error());
  const Status ruled = pipeline_->rule_figures().keep(
      *database_, report::day_of(clock_->now() - kRuleDaysKept, notices_->zone));
  if (!ruled) log_.error("figures of rules could not be kept", ruled.error());
  // Behind, after a long stop or an upgrade: some at each tick. Else once a second.
  next_report_ = clock_->steady() + (more && more.value() ? std::chrono::seconds(0) : kReportPause);
}

/// Tells the desk of sources and outlets that fare otherwise than before.
void Service::tell_health() {
  next_health_ = clock_->steady() + kHealthPause;
  const Status done = health_watch_->step(gateway_->readers("desk") > 0, clock_->now());
  if (!done) log_.error("the desk could not be told of sources and outlets", done.error());
}

void Service::tick() {
  using ops::Metric;
  tend_library();
  tend_search();
  presence_.sweep(clock_->steady());
  const auto steady = clock_->steady();
  const model::Time wall = clock_->now();
  const auto drift = (wall - last_wall_) -
                     std::chrono::duration_cast<std::chrono::milliseconds>(steady - last_tick_);
  const bool jumped = drift > kClockJump || drift < -kClockJump;
  if (jumped) {
    metrics_.counter(Metric::clock_jumps).add();
    log_.warn("the clock jumped; scheduled notices wait for a person",
              {{"seconds", std::chrono::duration_cast<std::chrono::seconds>(drift).count()}});
  }
  last_tick_ = steady;
  last_wall_ = wall;
  empty_log();
  if (steady >= next_report_) tend_report();
  if (steady >= next_health_) tell_health();
  if (steady >= next_sources_) {
    keep_sources();
    next_sources_ = steady + kSourcesPause;
  }
  // Looked for first on a snapshot, so that an idle desk writes nothing.
  const auto due = database_->read([&](store::View& view) -> Result<bool> {
    CLARION_TRY(const bool desk_due, due_->is_due(view, wall));
    if (desk_due) return true;
    CLARION_TRY(const bool reminds, notice::reminders_due(view, wall));
    if (reminds) return true;
    CLARION_TRY(auto scheduled, store::scheduled_notices(view));
    const bool fires =
        std::any_of(scheduled.begin(), scheduled.end(), [&](const store::NoticeRow& row) {
          if (row.draft_details.contains("publish_held")) return false;
          const auto when = model::parse_time(string_or(row.draft_details, "publish_at"));
          return jumped || !when || when.value().time <= wall;
        });
    return fires;
  });
  const bool minute = steady >= next_minute_;
  if (due && !due.value() && !minute) return;
  Removed removed;
  desk::DueDone at_desk;
  std::size_t held = 0;
  const Status done = database_->write([&](store::Tx& tx) -> Status {
    CLARION_TRY(at_desk, due_->run(tx));
    CLARION_TRY(auto fired, notice::publish_due(tx, *notices_, jumped));
    held = fired.held;
    CLARION_TRY(notice::remind_of_ends(tx, notices_->zone));
    if (!minute) return ok();
    CLARION_TRY(desk::drop_unused_files(tx, config_.data.dir));
    CLARION_TRY(roster::tell_alarms(tx, notices_->zone));
    CLARION_TRY(removed, remove_old(tx, std::chrono::hours(24 * config_.posts.retention_days)));
    return ok();
  });
  if (!done) {
    metrics_.counter(Metric::ticks_failed).add();
    log_.error("what was due could not be done", done.error());
    return;
  }
  if (held > 0) log_.error("scheduled notices are held and wait for a person", {{"count", held}});
  count_due(at_desk);
  if (!minute) return;
  next_minute_ = removed.more() ? steady : steady + std::chrono::minutes(1);
  const auto count = [this](const char* what, std::int64_t rows) {
    metrics_.counter(Metric::removed, {{"what", what}}).add(static_cast<double>(rows));
  };
  count("posts", removed.posts);
  count("tombstones", removed.tombstones);
  count("answers", removed.answers);
  count("receipts", removed.receipts);
  count("outbox", removed.outbox);
  count("desk_log", removed.desk_log);
  count("messages", removed.messages);
  if (removed.posts > 0 || removed.answers > 0) log_has_old_text_ = true;
}

void Service::count_due(const desk::DueDone& done) {
  using ops::Metric;
  const auto count = [this](Metric metric, const ops::MetricLabels& labels, std::size_t by) {
    if (by > 0) metrics_.counter(metric, labels).add(static_cast<double>(by));
  };
  count(Metric::leases_lost, {}, done.leases);
  count(Metric::deadline_reminders, {}, done.alarms.reminders);
  count(Metric::escalations, {{"step", "line2"}}, done.alarms.line2);
  count(Metric::escalations, {{"step", "operators"}}, done.alarms.operators);
  count(Metric::escalations, {{"step", "everyone"}}, done.alarms.everyone);
}

void Service::empty_log() {
  const std::uint64_t gone = pipeline_->stats().texts_gone;
  if (gone != texts_gone_seen_) log_has_old_text_ = true;
  const auto steady = clock_->steady();
  if (!log_has_old_text_ || steady < next_log_try_) return;
  next_log_try_ = steady + kLogPause;
  const auto emptied = database_->truncate_log();
  if (!emptied) {
    log_.error("the log could not be emptied", emptied.error());
  } else if (emptied.value()) {
    log_has_old_text_ = false;
    texts_gone_seen_ = gone;
  }
}

}  // namespace clarion::app
