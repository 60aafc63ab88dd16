#include "roster/handover_notes.h"

#include "base/bytes.h"
#include "http/fields.h"
#include "roster/duty.h"
#include "store/accounts.h"
#include "store/audit.h"
#include "store/messages.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::roster {
namespace {

using identity::Act;
using identity::Grant;
using store::RosterRow;

constexpr std::string_view kKind = "handover", kLink = "/roster";
constexpr std::size_t kMostText = 5'000, kMostPeople = 10;
/// A hand-over that nobody read is shown this long.
constexpr std::chrono::hours kShown{48};

Status check_right(const Change& change) {
  if (identity::grant(Act::see_cases, change.actor, change.policy) != Grant::yes)
    return Error{Errc::denied, "the hand-over tells of all cases", "denied"};
  return identity::allowed(Act::change_roster, change.actor, change.policy, false);
}

Result<RosterRow> existing(const Change& change, std::string_view id) {
  CLARION_TRY(auto row, store::find_roster(change.tx, id));
  if (!row || row->removed || row->kind != kKind)
    return Error{Errc::not_found, "there is no such hand-over", "not_found"};
  return std::move(*row);
}

Result<RosterRow> write(const Change& change, const RosterRow& row, std::string_view verb) {
  CLARION_TRY(store::put_roster(change.tx, row));
  CLARION_TRY(auto written, store::find_roster(change.tx, row.id));
  CLARION_TRY(store::append_audit(
      change.tx, change.actor.name(), fmt::format("roster.handover.{}", verb), row.id,
      {{"version", written->version}, {"hash", sha256_hex(json::serialize(row.record))}}));
  return std::move(*written);
}

bool desk_first(const OnDuty& one) { return one.duty == kDesk && one.line == 1; }

bool was_read(const RosterRow& row) { return !string_or(row.record, "read_by").empty(); }

struct Coming {
  std::optional<model::Time> at;
  std::vector<std::string> people;
};

/// The next hand-over of the desk's first line, and who takes over then.
Result<Coming> coming(store::View& view, const ops::Zone& zone, model::Time now) {
  Coming out;
  CLARION_TRY(auto on, on_duty(view, zone, now));
  for (const OnDuty& one : on) {
    if (desk_first(one) && (!out.at || one.until < *out.at)) out.at = one.until;
  }
  if (!out.at) return out;
  CLARION_TRY(auto next, next_on_duty(view, zone, now));
  for (const OnDuty& one : next) {
    if (desk_first(one) && one.from == *out.at) out.people.push_back(one.account);
  }
  return out;
}

}  // namespace

Result<RosterRow> add_handover_note(const Change& change, const json::object& body) {
  CLARION_TRY(check_right(change));
  http::Fields fields(body);
  const std::string text = fields.required_text("text", kMostText);
  auto to = fields.optional_texts("to", kMostPeople, 64);
  for (std::size_t i = 0; to && i < to->size(); ++i) {
    CLARION_TRY(auto account, store::find_account(change.tx, (*to)[i]));
    if (!account || account->disabled)
      fields.problem(fmt::format("to/{}", i), "account_unknown", {{"account", (*to)[i]}});
    if ((*to)[i] == change.actor.account) fields.problem(fmt::format("to/{}", i), "handover_own");
  }
  CLARION_TRY(fields.finish());
  const model::Time now = change.tx.now();
  CLARION_TRY(auto next, coming(change.tx, change.zone, now));
  if (!to) to = next.people;
  std::erase(*to, change.actor.account);
  RosterRow row;
  row.id = change.tx.ids().make("rn_");
  row.kind = kKind;
  row.from = now;
  row.until = now + kShown;
  row.record = {{"by", change.actor.account},
                {"text", text},
                {"to", json_of(*to)},
                {"at", next.at ? json::value(model::to_text(*next.at)) : json::value(nullptr)},
                {"written_at", model::to_text(now)},
                {"read_by", nullptr},
                {"read_at", nullptr}};
  for (const std::string& person : *to) {
    CLARION_TRY(store::add_message(change.tx, person, "message_handover",
                                   {{"by", change.actor.account}, {"link", kLink}}));
  }
  return write(change, row, "add");
}

Result<RosterRow> patch_handover_note(const Change& change, std::string_view id,
                                      std::optional<std::int64_t> version,
                                      const json::object& patch) {
  CLARION_TRY(check_right(change));
  CLARION_TRY(auto row, existing(change, id));
  if (string_or(row.record, "by") != change.actor.account)
    return Error{Errc::denied, "another person's words", "denied"};
  CLARION_TRY(identity::check_version(version, row.version));
  if (was_read(row)) return Error{Errc::conflict, "it was read already", "handover_read"};
  http::Fields fields(patch);
  row.record["text"] = fields.required_text("text", kMostText);
  CLARION_TRY(fields.finish());
  return write(change, row, "change");
}

Result<RosterRow> read_handover_note(const Change& change, std::string_view id) {
  CLARION_TRY(check_right(change));
  CLARION_TRY(auto row, existing(change, id));
  const std::string by(string_or(row.record, "by"));
  const std::string& me = change.actor.account;
  if (by == me) return Error{Errc::conflict, "who wrote it can't take it over", "handover_own"};
  if (was_read(row)) return Error{Errc::conflict, "it was read already", "handover_read"};
  const auto to = strings_of(row.record.at("to"));
  if (!to.empty() && std::find(to.begin(), to.end(), me) == to.end()) {
    CLARION_TRY(auto on, on_duty(change.tx, change.zone, change.tx.now()));
    if (std::none_of(on.begin(), on.end(),
                     [&](const OnDuty& one) { return one.duty == kDesk && one.account == me; }))
      return Error{Errc::denied, "the hand-over is for another person", "handover_not_yours"};
  }
  row.record["read_by"] = me;
  row.record["read_at"] = model::to_text(change.tx.now());
  CLARION_TRY(
      store::add_message(change.tx, by, "message_handover_read", {{"by", me}, {"link", kLink}}));
  return write(change, row, "read");
}

Result<std::vector<RosterRow>> handover_notes(store::View& view, model::Time since,
                                              model::Time now) {
  CLARION_TRY(auto rows, store::roster_in(view, std::min(since, now - kShown), now));
  const auto shown = [&](const RosterRow& row) {
    if (row.kind != kKind) return false;
    // A row changes when it is written, mended or read.
    return row.changed_at >= since || !was_read(row);
  };
  std::erase_if(rows, [&](const RosterRow& row) { return !shown(row); });
  return rows;
}

}  // namespace clarion::roster
