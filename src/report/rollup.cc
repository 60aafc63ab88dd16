#include "report/rollup.h"

#include "store/audit.h"
#include "store/cases.h"
#include "store/desk_counts.h"
#include "store/meta.h"
#include "store/notices.h"
#include "store/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <vector>

namespace clarion::report {
namespace {

constexpr std::int64_t kMost = 500;
constexpr std::string_view kAuditMark = "stats.audit", kCaseMark = "stats.case";

struct Marks {
  std::int64_t audit = 0;
  std::string last_case;
};

Result<Marks> marks_of(store::View& view) {
  Marks out;
  CLARION_TRY(auto audit, store::find_meta(view, kAuditMark));
  if (audit) std::from_chars(audit->data(), audit->data() + audit->size(), out.audit);
  CLARION_TRY(auto last, store::find_meta(view, kCaseMark));
  out.last_case = last.value_or("");
  return out;
}

/// Cases that nobody has judged yet.
std::int64_t backlog_of(const store::DeskCounts& counts) {
  std::int64_t out = 0;
  for (const std::string_view state : {"open", "assigned", "in_review"}) {
    const auto found = counts.cases.find(state);
    if (found != counts.cases.end()) out += found->second;
  }
  return out;
}

/// Counts one event of one case.
class Counting {
 public:
  Counting(store::Tx& tx, const ops::Zone& zone) : tx_(tx), zone_(zone) {}

  Status add(model::Time at, std::string_view mode, std::string_view what,
             std::string_view key = "") {
    return store::add_stat(tx_, day_of(at, zone_), mode, what, key, 1);
  }
  Status opened(const store::NewCase& row) {
    CLARION_TRY(add(row.created_at, row.mode, "cases_opened"));
    CLARION_TRY(add(row.created_at, row.mode, "hour",
                    fmt::format("{:02}", zone_.civil(row.created_at).hour)));
    for (const std::string& topic : row.topics) {
      CLARION_TRY(add(row.created_at, row.mode, "topic", topic));
    }
    std::set<std::string> cities;
    for (const std::string& region : row.regions) cities.insert(city_of(region));
    if (cities.empty()) cities.insert("");
    for (const std::string& city : cities) {
      CLARION_TRY(add(row.created_at, row.mode, "region", city));
    }
    return ok();
  }
  Status event(const store::AuditRecord& record) {
    if (record.action == "case.claim") return once(record, "claim", "", "time.claim");
    if (record.action == "case.verdict") return judged(record);
    if (record.action == "case.close") return once(record, "end", "cases_closed", "");
    if (record.action == "case.dismiss") return once(record, "end", "cases_dismissed", "");
    if (record.action == "notice.publish") return published(record);
    if (record.action == "notice.withdraw") {
      CLARION_TRY(auto notice, store::find_notice(tx_, record.subject));
      if (notice) {
        CLARION_TRY(add(record.at, notice->mode, "withdrawals"));
      }
    }
    return ok();
  }

 private:
  /// The first time only: `what` rises, and the time since the case opened is kept as `time`.
  Status once_of(const std::string& case_id, model::Time at, std::string_view mark,
                 std::string_view what, std::string_view time) {
    CLARION_TRY(auto row, store::find_case(tx_, case_id));
    if (!row) return ok();
    CLARION_TRY(const bool first, store::first_time(tx_, case_id, mark));
    if (!first) return ok();
    if (!what.empty()) {
      CLARION_TRY(add(at, row->mode, what));
    }
    if (time.empty()) return ok();
    return add(at, row->mode, time, std::to_string(bucket_of(at - row->created_at)));
  }
  Status once(const store::AuditRecord& record, std::string_view mark, std::string_view what,
              std::string_view time) {
    return once_of(record.subject, record.at, mark, what, time);
  }
  /// The first verdict, with the time since the claim that led to it.
  Status judged(const store::AuditRecord& record) {
    CLARION_TRY(const auto claims, store::list_audit(tx_, {.subject = record.subject,
                                                           .action = "case.claim",
                                                           .before = record.seq,
                                                           .limit = 1}));
    CLARION_TRY(const auto row, store::find_case(tx_, record.subject));
    if (row && !claims.empty()) {
      CLARION_TRY(const bool first, store::first_time(tx_, record.subject, "decision"));
      if (first) {
        CLARION_TRY(add(record.at, row->mode, "time.decision",
                        std::to_string(bucket_of(record.at - claims.front().at))));
      }
    }
    return once(record, "verdict", "verdicts", "time.verdict");
  }
  Status published(const store::AuditRecord& record) {
    CLARION_TRY(auto notice, store::find_notice(tx_, record.subject));
    if (!notice) return ok();
    CLARION_TRY(const bool first, store::first_time(tx_, notice->id, "published"));
    CLARION_TRY(add(record.at, notice->mode, first ? "notices" : "revisions"));
    if (!first || !notice->case_id) return ok();
    CLARION_TRY(once_of(*notice->case_id, record.at, "publication", "", "time.publication"));
    return once_of(*notice->case_id, record.at, "end", "cases_closed", "");
  }

  store::Tx& tx_;
  const ops::Zone& zone_;
};

}  // namespace

std::string day_of(model::Time time, const ops::Zone& zone) {
  const ops::Civil civil = zone.civil(time);
  return fmt::format("{:04}-{:02}-{:02}", civil.year, civil.month, civil.day);
}

std::int64_t bucket_of(std::chrono::milliseconds time) {
  return std::llround(
      std::floor(8 * std::log2(static_cast<double>(std::max<std::int64_t>(1, time.count())))));
}

double middle_of(std::int64_t bucket) { return std::exp2((static_cast<double>(bucket) + 0.5) / 8); }

std::string city_of(std::string_view region) {
  if (region.size() < 4 || !region.starts_with("44")) return "";
  return std::string(region.substr(0, 4)) + "00";
}

void Rollup::count_posts(std::string_view mode, std::uint64_t seen, std::uint64_t flagged,
                         model::Time now) {
  if (seen == 0) return;
  const std::lock_guard lock(mutex_);
  Posts& posts = posts_[{day_of(now, zone_), std::string(mode)}];
  posts.seen += seen;
  posts.flagged += flagged;
}

Result<bool> Rollup::step(store::Database& database) {
  Marks marks;
  std::vector<store::AuditRecord> records;
  std::vector<store::NewCase> cases;
  CLARION_TRY(database.read([&](store::View& view) -> Status {
    CLARION_TRY(marks, marks_of(view));
    CLARION_TRY(cases, store::cases_after(view, marks.last_case, kMost));
    return store::each_audit(view, marks.audit + 1, kMost, [&](const store::AuditRecord& record) {
      records.push_back(record);
      return true;
    });
  }));
  std::map<std::pair<std::string, std::string>, Posts> posts;
  {
    const std::lock_guard lock(mutex_);
    posts.swap(posts_);
  }
  if (records.empty() && cases.empty() && posts.empty()) return false;
  CLARION_TRY(database.write([&](store::Tx& tx) -> Status {
    Counting counting(tx, zone_);
    for (const auto& [key, figures] : posts) {
      CLARION_TRY(store::add_stat(tx, key.first, key.second, "posts_seen", "",
                                  static_cast<std::int64_t>(figures.seen)));
      CLARION_TRY(store::add_stat(tx, key.first, key.second, "posts_flagged", "",
                                  static_cast<std::int64_t>(figures.flagged)));
    }
    for (const store::NewCase& row : cases) {
      CLARION_TRY(counting.opened(row));
    }
    for (const store::AuditRecord& record : records) {
      CLARION_TRY(counting.event(record));
    }
    // What is left at the day's last count is what its report calls the backlog.
    for (const std::string_view mode : {"Actual", "Exercise", "Test"}) {
      CLARION_TRY(const auto counts,
                  store::count_desk(tx, {.modes = {std::string(mode)}}, tx.now()));
      const std::int64_t left = backlog_of(counts);
      CLARION_TRY(store::set_stat(tx, day_of(tx.now(), zone_), mode, "backlog", "", left));
    }
    if (!records.empty()) {
      CLARION_TRY(store::set_meta(tx, kAuditMark, std::to_string(records.back().seq)));
    }
    if (!cases.empty()) {
      CLARION_TRY(store::set_meta(tx, kCaseMark, cases.back().id));
    }
    return ok();
  }));
  return records.size() == static_cast<std::size_t>(kMost) ||
         cases.size() == static_cast<std::size_t>(kMost);
}

}  // namespace clarion::report
