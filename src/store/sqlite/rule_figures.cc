#include "store/rule_figures.h"

#include "store/sqlite/values.h"

#include <fmt/format.h>

namespace clarion::store {
namespace {

constexpr std::string_view kHistoryColumns = "rule, pack, at, version, weight, shadow, present";

RuleVersion version_at(const sqlite::Statement& row) {
  return {row.text(0), row.text(1),         time_of(row.integer(2)), row.integer(3),
          row.real(4), row.integer(5) != 0, row.integer(6) != 0};
}

KeptText kept_at(const sqlite::Statement& row) {
  return {row.integer(0), row.text(1), row.text(2),
          row.text(3),    row.text(4), time_of(row.integer(5))};
}

}  // namespace

Status add_rule_day(Tx& tx, std::string_view day, std::string_view mode, std::string_view rule,
                    const RuleDay& more) {
  auto add = tx.connection().prepare(
      "INSERT INTO rule_days(day, mode, rule, posts, flagged, alone, would) VALUES(?,?,?,?,?,?,?) "
      "ON CONFLICT(day, mode, rule) DO UPDATE SET posts = posts + excluded.posts, flagged = "
      "flagged + excluded.flagged, alone = alone + excluded.alone, would = would + "
      "excluded.would");
  CLARION_TRY(
      add.bind_all(day, mode, rule, more.posts, more.flagged, more.alone, more.would).run());
  for (const auto& [other, posts] : more.overlap) {
    auto both = tx.connection().prepare(
        "INSERT INTO rule_overlaps(day, mode, rule, other, posts) VALUES(?,?,?,?,?) ON "
        "CONFLICT(day, mode, rule, other) DO UPDATE SET posts = posts + excluded.posts");
    CLARION_TRY(both.bind_all(day, mode, rule, other, posts).run());
  }
  return ok();
}

Result<std::map<std::string, RuleDay, std::less<>>> rule_day(View& view, std::string_view day,
                                                             std::string_view mode) {
  std::map<std::string, RuleDay, std::less<>> out;
  auto days = view.connection().prepare(
      "SELECT rule, posts, flagged, alone, would FROM rule_days WHERE day = ? AND mode = ?");
  days.bind_all(day, mode);
  while (true) {
    CLARION_TRY(auto row, days.step());
    if (!row) break;
    out[days.text(0)] = {days.integer(1), days.integer(2), days.integer(3), days.integer(4), {}};
  }
  auto overlaps = view.connection().prepare(
      "SELECT rule, other, posts FROM rule_overlaps WHERE day = ? AND mode = ?");
  overlaps.bind_all(day, mode);
  while (true) {
    CLARION_TRY(auto row, overlaps.step());
    if (!row) break;
    out[overlaps.text(0)].overlap[overlaps.text(1)] = overlaps.integer(2);
  }
  return out;
}

Status drop_rule_days(Tx& tx, std::string_view day) {
  auto days = tx.connection().prepare("DELETE FROM rule_days WHERE day < ?");
  CLARION_TRY(days.bind_all(day).run());
  auto overlaps = tx.connection().prepare("DELETE FROM rule_overlaps WHERE day < ?");
  return overlaps.bind_all(day).run();
}

Status add_rule_version(Tx& tx, const RuleVersion& version) {
  auto insert = tx.connection().prepare(
      "INSERT OR REPLACE INTO rule_history(rule, pack, at, version, weight, shadow, present) "
      "VALUES(?,?,?,?,?,?,?)");
  return insert
      .bind_all(version.rule, version.pack, ms(version.at), version.version, version.weight,
                static_cast<std::int64_t>(version.shadow),
                static_cast<std::int64_t>(version.present))
      .run();
}

namespace {

/// Of every name the first or the last (`which`: min, max).
Result<std::vector<RuleVersion>> one_of_each(View& view, std::string_view which) {
  auto query = view.connection().prepare(fmt::format(
      "SELECT {} FROM rule_history h WHERE at = (SELECT {}(at) FROM rule_history l WHERE l.rule = "
      "h.rule) ORDER BY rule",
      kHistoryColumns, which));
  return collect(query, version_at);
}

}  // namespace

Result<std::vector<RuleVersion>> rules_last_loaded(View& view) { return one_of_each(view, "max"); }
Result<std::vector<RuleVersion>> rules_first_loaded(View& view) { return one_of_each(view, "min"); }

Result<std::vector<RuleVersion>> rule_history(View& view, std::string_view rule) {
  auto query = view.connection().prepare(fmt::format(
      "SELECT {} FROM rule_history WHERE rule = ? ORDER BY at DESC LIMIT 100", kHistoryColumns));
  query.bind(rule);
  return collect(query, version_at);
}

Result<std::vector<KeptText>> kept_texts(View& view, std::string_view mode, model::Time from,
                                         model::Time to, std::int64_t most) {
  auto query = view.connection().prepare(
      "SELECT seq, source, id, case_id, record, received_at FROM posts WHERE received_at >= ? AND "
      "received_at < ? AND record <> '' AND mode = ? ORDER BY received_at DESC LIMIT ?");
  query.bind_all(ms(from), ms(to), mode, most);
  return collect(query, kept_at);
}

}  // namespace clarion::store
