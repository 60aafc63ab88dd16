#include "desk/waiting.h"

#include "desk/deadlines.h"

#include <algorithm>
#include <queue>

namespace clarion::desk {
namespace {

constexpr std::size_t kMostGiven = 200;

struct Later {
  bool operator()(const store::WaitingHead& a, const store::WaitingHead& b) const {
    const bool a_real = a.kind.mode == "Actual", b_real = b.kind.mode == "Actual";
    if (a_real != b_real) return b_real;
    if (a.rank != b.rank) return a.rank < b.rank;
    return a.id > b.id;
  }
};
using Heads = std::priority_queue<store::WaitingHead, std::vector<store::WaitingHead>, Later>;

RoutingNeed need_of_kind(const store::WaitingKind& kind) {
  RoutingNeed need;
  need.topics = strings_of_text(kind.topics);
  need.regions = strings_of_text(kind.regions);
  return need;
}

/// The candidates with room that this round is about.
std::vector<const Candidate*> free_ones(const Team& team, std::string_view who) {
  std::vector<const Candidate*> out;
  for (const Candidate& candidate : team.candidates) {
    if ((who.empty() || candidate.expert.account == who) && has_room(candidate))
      out.push_back(&candidate);
  }
  return out;
}

bool somebody_knows(const store::WaitingKind& kind, const std::vector<const Candidate*>& free) {
  const RoutingNeed need = need_of_kind(kind);
  return std::any_of(free.begin(), free.end(),
                     [&need](const Candidate* candidate) { return knows_kind(need, *candidate); });
}

}  // namespace

std::optional<Choice> place(store::CaseRow& row, const RoutingNeed& need, Team& team) {
  auto choice = route(need, team.candidates);
  if (!choice) {
    row.details["waiting_reasons"] = why_nobody(need, team.candidates);
    return choice;
  }
  ++team.candidates[choice->index].load;
  row.state = "assigned";
  row.assignee = choice->account;
  row.details["assignment_reasons"] = choice->reasons;
  row.details.erase("waiting_reasons");
  return choice;
}

Status tell_placed(store::Tx& tx, const store::CaseRow& row, const Choice& choice) {
  return store::add_case_event(tx, row.id, "system", "route",
                               {{"to", choice.account}, {"reasons", choice.reasons}});
}

Status give_out(store::Tx& tx, store::CaseRow& row, const RoutingNeed& need, Team& team) {
  const auto choice = place(row, need, team);
  return choice ? tell_placed(tx, row, *choice) : ok();
}

Status give_out(store::Tx& tx, const DeskOptions& options, store::CaseRow& row) {
  std::unique_ptr<Team> own;
  CLARION_TRY(Team * team, team_of(tx, options, own));
  CLARION_TRY(auto need, need_of(tx, row, tx.now()));
  return give_out(tx, row, need, *team);
}

Result<bool> route_waiting(store::Tx& tx, const DeskOptions& options, std::string_view who) {
  std::unique_ptr<Team> own;
  CLARION_TRY(Team * team, team_of(tx, options, own));
  auto free = free_ones(*team, who);
  if (free.empty()) return false;
  Heads heads;
  store::WaitingKind kind;
  while (true) {
    CLARION_TRY(auto head, store::next_waiting_kind(tx, kind));
    if (!head) break;
    kind = head->kind;
    if (somebody_knows(kind, free)) heads.push(std::move(*head));
  }
  std::size_t given = 0;
  while (!heads.empty() && !free.empty()) {
    store::WaitingHead head = heads.top();
    heads.pop();
    // Behind a case that nobody may take (a conflict, a refusal) one may wait that somebody may.
    if (!somebody_knows(head.kind, free)) continue;
    if (given == kMostGiven) return true;
    CLARION_TRY(auto row, store::find_case(tx, head.id));
    if (row) {
      CLARION_TRY(auto need, need_of(tx, *row, tx.now()));
      if (route(need, team->candidates)) {
        CLARION_TRY(give_out(tx, *row, need, *team));
        set_alarm(*row, tx.now());
        ++row->version;
        CLARION_TRY(store::update_case(tx, *row));
        ++given;
        free = free_ones(*team, who);
      }
    }
    CLARION_TRY(auto next, store::next_waiting(tx, head));
    if (next) heads.push(std::move(*next));
  }
  return false;
}

}  // namespace clarion::desk
