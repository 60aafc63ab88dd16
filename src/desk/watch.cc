#include "desk/watch.h"

#include "store/accounts.h"
#include "store/messages.h"
#include "store/regroup.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

namespace clarion::desk {
namespace {

/// What of a case is told to who watches it; the rest is work in between.
constexpr std::array<std::string_view, 9> kTold = {
    "verdict", "close", "dismiss", "reopen", "merge", "merged_in", "split", "edit", "published"};

}  // namespace

Result<std::vector<std::pair<std::string, std::string>>> people_who_see(
    store::View& view, const store::CaseRow& row, const identity::RightsPolicy& policy) {
  CLARION_TRY(auto accounts, store::list_accounts(view));
  std::vector<std::pair<std::string, std::string>> out;
  for (const store::Account& account : accounts) {
    identity::Actor actor;
    actor.account = account.name;
    actor.role = identity::parse_role(account.role).value_or(identity::Role::none);
    actor.regions = account.regions;
    actor.scope = identity::Scope::desk;
    actor.token = "t";  // not a browser session, which sees one mode alone
    if (!account.disabled && may_see(row, actor, policy))
      out.emplace_back(account.name, account.role);
  }
  std::sort(out.begin(), out.end());
  return out;
}

Status tell_watchers(store::Tx& tx, const store::CaseRow& row, const identity::RightsPolicy& policy,
                     std::string_view by, std::string_view action) {
  if (std::find(kTold.begin(), kTold.end(), action) == kTold.end()) return ok();
  CLARION_TRY(auto watching, store::watchers_of(tx, row.id));
  std::set<std::string> names(watching.begin(), watching.end());
  if (const json::value* from = row.details.if_contains("merged_from")) {
    for (const std::string& id : strings_of(*from)) {
      CLARION_TRY(auto more, store::watchers_of(tx, id));
      names.insert(more.begin(), more.end());
    }
  }
  names.erase(std::string(by));
  if (names.empty()) return ok();
  CLARION_TRY(auto see, people_who_see(tx, row, policy));
  for (const auto& [name, role] : see) {
    if (!names.contains(name)) continue;
    CLARION_TRY(store::add_message(tx, name, fmt::format("message_case_{}", action),
                                   {{"case", row.id}, {"by", by}, {"link", "/cases/" + row.id}}));
  }
  return ok();
}

std::vector<std::string> mentions_in(std::string_view text) {
  constexpr std::size_t kMost = 20;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789._-";
  std::vector<std::string> out;
  for (std::size_t at = text.find('@'); at != std::string_view::npos && out.size() < kMost;
       at = text.find('@', at + 1)) {
    std::string_view name = text.substr(at + 1);
    name = name.substr(0, name.find_first_not_of(kLetters));
    while (!name.empty() && name.back() == '.') name.remove_suffix(1);  // the end of a sentence
    if (!name.empty() && name.size() <= 64 && std::find(out.begin(), out.end(), name) == out.end())
      out.emplace_back(name);
  }
  return out;
}

Result<bool> may_see_file(store::View& view, const store::FileRow& row,
                          const identity::Actor& actor, const identity::RightsPolicy& policy) {
  if (!actor.account.empty() && row.actor == actor.account) return true;
  CLARION_TRY(auto cases, store::cases_citing(view, row.id));
  for (const std::string& id : cases) {
    CLARION_TRY(auto of, store::find_case(view, id));
    if (of && may_see(*of, actor, policy)) return true;
  }
  return false;
}

}  // namespace clarion::desk
