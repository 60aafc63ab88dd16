#include "base/json.h"
#include "roster/changes.h"
#include "roster/expand.h"
#include "roster/part_write.h"
#include "roster/records.h"
#include "store/accounts.h"
#include "store/messages.h"

#include <fmt/format.h>

namespace clarion::roster {
namespace {

using identity::Act;
using store::RosterRow;

Error swap_gone() { return Error{Errc::conflict, "this offer is no longer open", "swap_gone"}; }

/// Who stands in a slot over the whole of a span; an empty text when it is nobody throughout, none
/// when it is not one and the same.
Result<std::optional<std::string>> holder(const Change& change, std::string_view slot,
                                          model::Time from, model::Time until) {
  CLARION_TRY(auto roster, load(change.tx, change.zone, from, until));
  std::optional<std::string> out;
  std::vector<std::pair<model::Time, model::Time>> held;
  for (const Stretch& one : expand(roster, change.zone, from, until)) {
    if (one.slot != slot) continue;
    if (!one.account.empty()) held.emplace_back(one.from, one.until);
    if (one.account.empty()) continue;
    if (out && *out != one.account) return std::optional<std::string>();
    out = one.account;
  }
  if (!out) return std::optional(std::string());
  return without(from, until, std::move(held)).empty() ? out : std::optional<std::string>();
}

}  // namespace

Result<RosterRow> take_shift(const Change& change, const json::object& body) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  RosterRow row;
  row.kind = "override";
  row.record = body;
  for (const std::string_view name : {"account", "by", "swap"}) {
    if (row.record.contains(name)) return wrong_member(fmt::format("/{}", name), "field_unknown");
  }
  row.record["account"] = change.actor.account;
  CLARION_TRY(fill_part(change.tx, change.zone, row));
  CLARION_TRY(auto there, holder(change, string_or(body, "slot"), row.from, row.until));
  if (!there || !there->empty())
    return Error{Errc::conflict, "somebody stands there already", "slot_held"};
  row.record["by"] = change.actor.name();
  row.id = change.tx.ids().make(part_prefix("override"));
  return write_part(change, row, "take", row.from, row.until);
}

Result<RosterRow> offer_swap(const Change& change, const json::object& body) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  json::object stretch = body;
  const std::string to(string_or(stretch, "to"));
  if (const json::value* given = stretch.if_contains("to"); given != nullptr) {
    if (!given->is_string() && !given->is_null())
      return wrong_member("/to", "field_type", {{"type", "string"}});
    stretch.erase("to");
  }
  for (const std::string_view name : {"account", "by", "swap"}) {
    if (stretch.contains(name)) return wrong_member(fmt::format("/{}", name), "field_unknown");
  }
  CLARION_TRY(auto asked, read_override(stretch));
  CLARION_TRY(auto post, post_of(change.tx, asked.slot));
  CLARION_TRY(auto there, holder(change, asked.slot, asked.from, asked.until));
  if (!there || *there != change.actor.account)
    return Error{Errc::conflict, "you do not stand there for the whole of it", "swap_not_yours"};
  if (asked.until <= change.tx.now())
    return Error{Errc::conflict, "that time is over", "swap_gone"};
  if (!to.empty()) {
    CLARION_TRY(check_person(change.tx, to, post.duty, "/to"));
    if (to == change.actor.account) return wrong_member("/to", "field_invalid");
  }
  RosterRow row;
  row.kind = "swap";
  row.from = asked.from;
  row.until = asked.until;
  row.record = std::move(stretch);
  row.record["by"] = change.actor.account;
  row.record["to"] = to.empty() ? json::value(nullptr) : json::value(to);
  row.record["state"] = "offered";
  row.id = change.tx.ids().make(part_prefix("swap"));
  CLARION_TRY(auto written, write_part(change, row, "offer", row.from, row.until));
  // Who may take it is told: the one it is offered to, or all who can stand there.
  std::vector<std::string> people{to};
  if (to.empty()) {
    people.clear();
    CLARION_TRY(auto accounts, store::list_accounts(change.tx));
    for (const store::Account& account : accounts) {
      if (account.name != change.actor.account &&
          check_person(change.tx, account.name, post.duty, "/to"))
        people.push_back(account.name);
    }
  }
  for (const std::string& person : people) {
    CLARION_TRY(store::add_message(
        change.tx, person, "message_swap_offered",
        {{"by", change.actor.account},
         {"from", change.zone.to_text(row.from)},
         {"until", change.zone.to_text(row.until)},
         {"duty", post.duty},
         {"link", fmt::format("/roster?day={}", change.zone.to_text(row.from).substr(0, 10))}}));
  }
  return written;
}

Result<RosterRow> answer_swap(const Change& change, std::string_view id, std::string_view answer) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, true));
  CLARION_TRY(auto row, existing_part(change, "swap", id));
  if (string_or(row.record, "state") != "offered") return swap_gone();
  const std::string by(string_or(row.record, "by")), to(string_or(row.record, "to"));
  const std::string& me = change.actor.account;
  if (answer == "withdraw" ? by != me : by == me || (!to.empty() && to != me))
    return Error{Errc::denied, "this offer is for another person", "denied"};
  if (answer == "decline" && to.empty())
    return Error{Errc::conflict, "an offer to all needs no refusal", "swap_gone"};
  std::string_view state = answer == "take"      ? "taken"
                           : answer == "decline" ? "declined"
                                                 : "withdrawn";
  row.record["state"] = state;
  if (answer == "take") {
    if (row.until <= change.tx.now()) return swap_gone();
    row.record["taken_by"] = me;
    CLARION_TRY(auto there, holder(change, string_or(row.record, "slot"), row.from, row.until));
    if (!there || *there != by) return swap_gone();
    RosterRow stretch;
    stretch.kind = "override";
    stretch.record = {{"slot", string_or(row.record, "slot")},
                      {"account", me},
                      {"from", model::to_text(row.from)},
                      {"until", model::to_text(row.until)}};
    CLARION_TRY(fill_part(change.tx, change.zone, stretch));
    stretch.record["by"] = me;
    stretch.record["swap"] = row.id;
    stretch.id = change.tx.ids().make(part_prefix("override"));
    CLARION_TRY(write_part(change, stretch, "swap", stretch.from, stretch.until));
  }
  if (answer != "withdraw") {
    CLARION_TRY(store::add_message(
        change.tx, by, answer == "take" ? "message_swap_taken" : "message_swap_declined",
        {{"by", me},
         {"from", change.zone.to_text(row.from)},
         {"until", change.zone.to_text(row.until)},
         {"link", fmt::format("/roster?day={}", change.zone.to_text(row.from).substr(0, 10))}}));
  }
  return write_part(change, row, answer, row.from, row.until);
}

}  // namespace clarion::roster
