#include "notice/reminders.h"

#include "identity/rights.h"
#include "store/accounts.h"
#include "store/messages.h"
#include "store/notice_alarms.h"

#include <algorithm>
#include <string_view>

namespace clarion::notice {
namespace {

/// The stage that people were not told of yet; empty: none.
std::string_view untold_stage(const store::Holding& holding, model::Time now) {
  if (holding.expires_at <= now) return holding.told_ended ? "" : "ended";
  return holding.told_soon || holding.soon_from() > now ? "" : "soon";
}

Result<std::vector<store::Holding>> near_or_ended(store::View& view, model::Time now) {
  return store::holdings_ending(view, now - store::kEndedAlarm, now + store::kSoonAtMost);
}

bool concerns(const store::Account& account, const store::Holding& holding) {
  if (account.disabled) return false;
  if (account.name == holding.owner) return true;
  if (account.role != "operator" && account.role != "approver") return false;
  identity::Actor actor;
  actor.regions = account.regions;
  return identity::may_act_in(actor, holding.regions).has_value();
}

}  // namespace

Result<bool> reminders_due(store::View& view, model::Time now) {
  CLARION_TRY(auto holdings, near_or_ended(view, now));
  return std::any_of(holdings.begin(), holdings.end(), [now](const store::Holding& each) {
    return !untold_stage(each, now).empty();
  });
}

Result<std::size_t> remind_of_ends(store::Tx& tx, const ops::Zone& zone) {
  std::size_t count = 0;
  CLARION_TRY(auto holdings, near_or_ended(tx, tx.now()));
  for (const store::Holding& each : holdings) {
    const std::string_view stage = untold_stage(each, tx.now());
    if (stage.empty()) continue;
    CLARION_TRY(store::note_told(tx, each, stage));
    if (each.mode != "Actual") continue;
    ++count;
    const json::object params{{"title", each.title},
                              {"until", zone.to_text(each.expires_at)},
                              {"link", "/notices/" + each.notice_id + "/delivery"}};
    CLARION_TRY(auto accounts, store::list_accounts(tx));
    for (const store::Account& account : accounts) {
      if (!concerns(account, each)) continue;
      CLARION_TRY(store::add_message(
          tx, account.name, stage == "soon" ? "message_holding_soon" : "message_holding_ended",
          params));
    }
  }
  return count;
}

}  // namespace clarion::notice
