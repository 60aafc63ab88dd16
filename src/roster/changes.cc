#include "roster/changes.h"

#include "roster/part_write.h"
#include "roster/records.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::roster {
namespace {

using identity::Act;
using store::RosterRow;

/// The regions of the record that an account limited to regions must stay within.
std::vector<std::string> regions_of(const RosterRow& row) {
  const json::value* list = row.record.if_contains("regions");
  return list != nullptr ? strings_of(*list) : std::vector<std::string>{};
}

Status check_right(const Change& change, const RosterRow& row, bool own) {
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, own));
  if (row.kind != "plan" && row.kind != "shift") return ok();
  return own ? ok() : identity::may_act_in(change.actor, regions_of(row));
}

bool is_own(const Change& change, const RosterRow& row) {
  if (row.kind == "absence") return string_or(row.record, "account") == change.actor.account;
  return false;
}

}  // namespace

Result<RosterRow> add_part(const Change& change, std::string_view kind, const json::object& body) {
  const bool some_own = kind == "absence" || kind == "shift";
  CLARION_TRY(identity::allowed(Act::change_roster, change.actor, change.policy, some_own));
  RosterRow row;
  row.kind = kind;
  row.record = body;
  // Set by the server alone.
  for (const std::string_view name : {"by", "swap"}) {
    if (row.record.contains(name)) return wrong_member(fmt::format("/{}", name), "field_unknown");
  }
  const std::string_view account = string_or(body, "account");
  const bool own =
      (kind == "absence" || kind == "shift") && account == change.actor.account && !account.empty();
  CLARION_TRY(fill_part(change.tx, change.zone, row));
  CLARION_TRY(check_right(change, row, own));
  if (kind == "override") row.record["by"] = change.actor.name();
  row.id = change.tx.ids().make(part_prefix(kind));
  return write_part(change, row, "add", row.from, row.until);
}

Result<RosterRow> patch_part(const Change& change, std::string_view kind, std::string_view id,
                             std::optional<std::int64_t> version, const json::object& patch) {
  CLARION_TRY(
      identity::allowed(Act::change_roster, change.actor, change.policy, kind == "absence"));
  CLARION_TRY(auto row, existing_part(change, kind, id));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  CLARION_TRY(identity::check_version(version, row.version));
  const model::Time from = row.from, until = row.until;
  for (const std::string_view name : {"by", "swap"}) {
    if (patch.contains(name)) return wrong_member(fmt::format("/{}", name), "field_unknown");
  }
  json::value record = std::move(row.record);
  merge_patch(record, patch);
  row.record = std::move(record.as_object());
  CLARION_TRY(fill_part(change.tx, change.zone, row));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  return write_part(change, row, "change", std::min(from, row.from), std::max(until, row.until));
}

Result<RosterRow> remove_part(const Change& change, std::string_view kind, std::string_view id,
                              std::optional<std::int64_t> version) {
  CLARION_TRY(
      identity::allowed(Act::change_roster, change.actor, change.policy, kind == "absence"));
  CLARION_TRY(auto row, existing_part(change, kind, id));
  CLARION_TRY(check_right(change, row, is_own(change, row)));
  CLARION_TRY(identity::check_version(version, row.version));
  row.removed = true;
  return write_part(change, row, "remove", row.from, row.until);
}

Result<RosterRow> find_settings(store::View& view) {
  CLARION_TRY(auto row, store::find_roster(view, kSettingsId));
  if (row) return std::move(*row);
  RosterRow fresh;
  fresh.id = kSettingsId;
  fresh.kind = "settings";
  fresh.from = model::Time{};
  fresh.until = store::kRosterOpen;
  return fresh;
}

Result<RosterRow> patch_settings(const Change& change, std::optional<std::int64_t> version,
                                 const json::object& patch) {
  CLARION_TRY(auto row, find_settings(change.tx));
  CLARION_TRY(check_right(change, row, false));
  CLARION_TRY(identity::check_version(version, row.version));
  CLARION_TRY(auto stored, store::find_roster(change.tx, kSettingsId));
  if (!stored) {
    CLARION_TRY(store::put_roster(change.tx, row));  // version 1, as it was shown
  }
  json::value record = std::move(row.record);
  merge_patch(record, patch);
  row.record = std::move(record.as_object());
  CLARION_TRY(read_settings(row.record));
  return write_part(change, row, "change", row.from, row.until);
}

}  // namespace clarion::roster
