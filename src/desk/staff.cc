#include "desk/staff.h"

#include "desk/refusals.h"
#include "identity/rights.h"
#include "roster/duty.h"
#include "roster/plan.h"
#include "store/accounts.h"
#include "store/experts.h"
#include "store/posts.h"
#include "store/workload.h"

#include <algorithm>
#include <map>

namespace clarion::desk {
namespace {

/// Quiet hours and absences begin and end without a change being written.
constexpr std::chrono::minutes kLongest{1};

bool works(const store::Account& account) {
  const auto role = identity::parse_role(account.role);
  return !account.disabled && role &&
         (*role == identity::Role::operator_ || *role == identity::Role::expert ||
          *role == identity::Role::approver);
}

Status read_loads(store::View& view, Team& team) {
  CLARION_TRY(auto loads, store::list_workloads(view));
  std::map<std::string_view, const store::Workload*> by_account;
  for (const store::Workload& load : loads) by_account[load.account] = &load;
  for (Candidate& candidate : team.candidates) {
    const auto found = by_account.find(candidate.expert.account);
    const bool known = found != by_account.end();
    candidate.load = known ? found->second->held : 0;
    candidate.pace_seconds = known ? found->second->pace_seconds : 0;
    candidate.judged = known ? found->second->judged : 0;
  }
  return ok();
}

/// Takes over who is on duty, for as long as nobody is relieved. A duty that was never planned
/// restricts nobody.
Status read_duty(store::View& view, const ops::Zone& zone, Team& team) {
  CLARION_TRY(const bool planned, roster::is_planned(view, roster::kExpert));
  CLARION_TRY(const auto on, roster::on_duty(view, zone, team.from));
  CLARION_TRY(const auto next, roster::next_on_duty(view, zone, team.from, std::chrono::hours(1)));
  const auto line_of = [](int line) { return line <= 1 ? Duty::line1 : Duty::line2; };
  for (const roster::OnDuty& each : on) {
    team.until = std::min(team.until, each.until);
    for (Person& person : team.people) {
      if (person.account == each.account && person.duty != Duty::line1)
        person.duty = line_of(each.line);
    }
  }
  for (const roster::OnDuty& each : next) team.until = std::min(team.until, each.from);
  for (Candidate& candidate : team.candidates) {
    if (planned) candidate.duty = Duty::off;
    for (const roster::OnDuty& each : on) {
      if (each.duty == roster::kExpert && each.account == candidate.expert.account &&
          candidate.duty != Duty::line1)
        candidate.duty = line_of(each.line);
    }
  }
  return ok();
}

Result<Team> read_all(store::View& view, const std::optional<ops::Zone>& zone, model::Time now) {
  Team team;
  team.from = now;
  team.until = now + kLongest;
  CLARION_TRY(auto accounts, store::list_accounts(view));
  for (const store::Account& account : accounts) {
    if (works(account)) team.people.push_back({account.name, account.role, account.regions});
  }
  CLARION_TRY(auto experts, store::list_experts(view));
  for (const store::ExpertRow& row : experts) {
    Candidate candidate;
    candidate.expert = roster::expert_of(row);
    if (candidate.expert.account.empty()) continue;
    candidate.able = std::any_of(team.people.begin(), team.people.end(), [&](const Person& person) {
      return person.account == candidate.expert.account;
    });
    if (zone) {
      candidate.quiet = roster::is_quiet(row.record, *zone, now);
      candidate.absent = roster::is_away(row.record, *zone, now);
    }
    team.candidates.push_back(std::move(candidate));
  }
  CLARION_TRY(team.hazards, store::list_hazards(view, now));
  for (const store::HazardRow& hazard : team.hazards) {
    team.until = std::min(team.until, hazard.from > now ? hazard.from : hazard.until);
  }
  if (zone) {
    CLARION_TRY(read_duty(view, *zone, team));
  }
  return team;
}

}  // namespace

Result<Team> read_team(store::View& view, const DeskOptions& options, model::Time now) {
  CLARION_TRY(auto team, read_all(view, options.zone, now));
  CLARION_TRY(read_loads(view, team));
  return team;
}

Status Staff::refresh(store::Tx& tx) {
  CLARION_TRY(const auto staff, store::change_count(tx, "staff"));
  CLARION_TRY(const auto hazards, store::change_count(tx, "hazards"));
  const model::Time now = tx.now();
  if (team_ && staff == staff_seen_ && hazards == hazards_seen_ && now < team_->until &&
      now >= team_->from)
    return ok();
  // What this transaction wrote may be undone, and a later one may count to the same number.
  tx.on_rollback([this] { team_.reset(); });
  CLARION_TRY(auto team, read_all(tx, zone_, now));
  team_ = std::make_shared<Team>(std::move(team));
  staff_seen_ = staff;
  hazards_seen_ = hazards;
  changed_ = true;
  return ok();
}

Result<Team*> Staff::team(store::Tx& tx) {
  CLARION_TRY(refresh(tx));
  CLARION_TRY(read_loads(tx, *team_));
  return team_.get();
}

Result<std::shared_ptr<const std::vector<store::HazardRow>>> Staff::hazards(store::Tx& tx) {
  CLARION_TRY(refresh(tx));
  return std::shared_ptr<const std::vector<store::HazardRow>>(team_, &team_->hazards);
}

Result<std::shared_ptr<const std::vector<store::HazardRow>>> hazards_of(
    store::Tx& tx, const DeskOptions& options) {
  if (options.staff) return options.staff->hazards(tx);
  CLARION_TRY(auto rows, store::list_hazards(tx, tx.now()));
  return std::make_shared<const std::vector<store::HazardRow>>(std::move(rows));
}

Result<Team*> team_of(store::Tx& tx, const DeskOptions& options, std::unique_ptr<Team>& own) {
  if (options.staff) return options.staff->team(tx);
  CLARION_TRY(auto team, read_team(tx, options, tx.now()));
  own = std::make_unique<Team>(std::move(team));
  return own.get();
}

Result<RoutingNeed> need_of(store::View& view, const store::CaseRow& row, model::Time now) {
  RoutingNeed need{row.topics, row.regions, row.lang, {}, refused_now(row, now)};
  if (!row.group) return need;
  CLARION_TRY(auto group, store::find_group(view, *row.group));
  if (group) need.sources = sources_of(*group);
  return need;
}

}  // namespace clarion::desk
