// Where a case stands in the list by hand.

#include "desk/action_parts.h"
#include <array>

namespace clarion::desk {
namespace {

using identity::Act;

Result<Outcome> pin(const Work& work) {
  store::CaseRow& row = work.row;
  if (!state_is(row, {"open", "assigned", "in_review", "judged"})) return wrong_state(row);
  http::Fields fields(work.body);
  const std::string reason = fields.required_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  row.pinned = true;
  row.details["pinned"] = {{"by", work.action.actor.account},
                           {"at", model::to_text(work.action.tx.now())},
                           {"reason", reason}};
  return Outcome{.event = {{"reason", reason}}};
}

Result<Outcome> unpin(const Work& work) {
  http::Fields fields(work.body);
  const auto reason = fields.optional_text("reason", kReasonCharacters);
  CLARION_TRY(fields.finish());
  if (!work.row.pinned) return Error{Errc::conflict, "the case is not pinned", "not_pinned"};
  work.row.pinned = false;
  work.row.details.erase("pinned");
  return Outcome{.event = {{"reason", reason.value_or("")}}};
}

constexpr std::array kActions = std::to_array<Action>({
    {"pin", Act::manage_cases, pin},
    {"unpin", Act::manage_cases, unpin},
});

}  // namespace

std::span<const Action> order_actions() { return kActions; }

}  // namespace clarion::desk
