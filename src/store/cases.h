#pragma once

#include "base/json.h"
#include "model/topic.h"
#include "store/database.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::store {

/// A case as stored; its life is desk's.
struct CaseRow {
  std::string id, org, mode, state;
  std::int64_t version = 1;
  std::int64_t priority = 0;  ///< 0..100
  model::Severity severity = model::Severity::minor;
  std::vector<std::string> topics, regions;
  std::string lang, claim;
  std::optional<std::int64_t>
      claim_post;  ///< seq of the post whose text the claim is; none when a person wrote it
  std::optional<std::int64_t> group;
  std::optional<std::string> assignee;  ///< account
  std::optional<model::Time> lease_until, due_at;
  json::object details;  ///< priority_reasons, assignment_reasons, merged_into …
  model::Time created_at, changed_at;
  bool pinned = false;                  ///< before all others in the list, while it is not ended
  std::optional<model::Time> alarm_at;  ///< when something of it is next due by the clock
  std::optional<model::Time> reprice_at;  ///< when its priority is next worked out
};

/// The place of a case in the list by priority: `rank` falls, ids rise among equals.
struct CaseKey {
  std::int64_t rank = 0;
  std::string id;
};
/// A pinned case that is not ended ranks above every other.
[[nodiscard]] std::int64_t rank_of(const CaseRow& row);

struct CaseQuery {
  std::vector<std::string> states;  ///< empty: all
  std::optional<std::string> topic, region, assignee, text;
  std::optional<std::string> only_account;  ///< an expert's own cases and those asked about
  std::vector<std::string> in_regions;      ///< of a person limited to regions; empty: everywhere
  std::optional<bool> actual;               ///< of mode Actual, or of the other modes
  std::int64_t min_priority = 0;
  bool by_id = false;  ///< else by priority
  std::optional<CaseKey> after;  ///< of the last case of the page before; by id its id counts
  std::int64_t limit = 50;
};
struct CasePage {
  std::vector<CaseRow> rows;
  std::optional<CaseKey> next;  ///< where to go on; none at the end
};

/// What became other in a case: anything, or its figures alone, of which the channel `desk` tells
/// at most once a second (desk_log.h).
enum class CaseChange : std::uint8_t { any, figures };

Status add_case(Tx& tx, const CaseRow& row);
/// Writes all but id, org, mode and created_at; version is written as given.
Status update_case(Tx& tx, const CaseRow& row, CaseChange change = CaseChange::any);
[[nodiscard]] Result<std::optional<CaseRow>> find_case(View& view, std::string_view id);
/// A page in order. Reads a bounded number of cases whatever the filters: where a filter passes few,
/// a page may be short, even empty, and still name where to go on.
[[nodiscard]] Result<CasePage> list_cases(View& view, const CaseQuery& query);
/// Cases in review whose lease ended, oldest first.
[[nodiscard]] Result<std::vector<CaseRow>> lost_leases(View& view, model::Time now,
                                                       std::int64_t most);
/// How many cases an account holds: assigned or in review.
[[nodiscard]] Result<std::int64_t> load_of(View& view, std::string_view account);
/// How many cases are in a state; for those that are few.
[[nodiscard]] Result<std::int64_t> count_cases(View& view, std::string_view state);
/// When the oldest case of mode Actual in this state came; none when there is no such case.
[[nodiscard]] Result<std::optional<model::Time>> oldest_case(View& view, std::string_view state);

struct CaseEvent {
  std::int64_t seq = 0;
  model::Time at;
  std::string actor, action;
  json::object detail;
};
Status add_case_event(Tx& tx, std::string_view case_id, std::string_view actor,
                      std::string_view action, const json::object& detail);
[[nodiscard]] Result<std::vector<CaseEvent>> case_events(View& view, std::string_view case_id);

struct VerdictRow {
  std::string id, case_id, actor;
  model::Time at;
  std::string record;  ///< canonical JSON: verdict, reason, evidence
};
/// What the audit chain says of it: SHA-256 hex of its canonical JSON.
[[nodiscard]] std::string verdict_hash(const VerdictRow& row);
Status add_verdict(Tx& tx, const VerdictRow& row);
[[nodiscard]] Result<std::vector<VerdictRow>> verdicts_of_case(View& view,
                                                               std::string_view case_id);
[[nodiscard]] Result<std::vector<VerdictRow>> all_verdicts(View& view);

}  // namespace clarion::store
