#pragma once

#include "desk/options.h"
#include "desk/routing.h"
#include "ops/civil.h"
#include "store/cases.h"
#include "store/hazards.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace clarion::desk {

/// Somebody with an account who works at the desk.
struct Person {
  std::string account, role;
  std::vector<std::string> regions;
  Duty duty = Duty::unknown;
};

/// Everybody a case may go to, and the alerts in force, at one moment.
struct Team {
  std::vector<Candidate> candidates;
  std::vector<Person> people;  ///< enabled accounts of operators, experts and approvers, by name
  std::vector<store::HazardRow> hazards;  ///< that did not end yet
  model::Time from, until;  ///< true as long as nothing is written that a change counter tells of
};

/// The team as this snapshot of the store knows it.
[[nodiscard]] Result<Team> read_team(store::View& view, const DeskOptions& options,
                                     model::Time now);

/// Keeps the team between transactions, so that a flagged post does not pay for reading it: what
/// changes seldom is read when a change counter or the clock says so, loads and paces each time.
/// Used on the store's writer thread alone.
class Staff {
 public:
  /// `zone`: desk.timezone, in which the roster is planned.
  explicit Staff(ops::Zone zone) : zone_(std::move(zone)) {}

  /// The team for this transaction; loads that the caller counts up stay until the next call.
  Result<Team*> team(store::Tx& tx);
  /// The alerts alone, at the cost of two rows.
  Result<std::shared_ptr<const std::vector<store::HazardRow>>> hazards(store::Tx& tx);
  /// True once after the team changed: somebody may take what nobody took before.
  [[nodiscard]] bool changed() { return std::exchange(changed_, false); }

 private:
  Status refresh(store::Tx& tx);

  ops::Zone zone_;
  std::shared_ptr<Team> team_;
  std::int64_t staff_seen_ = -1, hazards_seen_ = -1;
  bool changed_ = true;
};

/// The team of a transaction: the kept one, or read anew into `own` when the options keep none.
Result<Team*> team_of(store::Tx& tx, const DeskOptions& options, std::unique_ptr<Team>& own);

Result<std::shared_ptr<const std::vector<store::HazardRow>>> hazards_of(store::Tx& tx,
                                                                        const DeskOptions& options);

/// What a case asks of who takes it. Reads the group for its sources.
Result<RoutingNeed> need_of(store::View& view, const store::CaseRow& row, model::Time now);

}  // namespace clarion::desk
