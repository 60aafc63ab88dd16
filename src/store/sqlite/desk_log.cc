#include "store/desk_log.h"

#include "store/meta.h"
#include "store/sqlite/values.h"

#include <algorithm>
#include <charconv>

namespace clarion::store {
namespace {

constexpr std::string_view kFloor = "desk_floor";
/// Contract section 4: figures are coalesced to one event a case and second.
constexpr std::chrono::milliseconds kFiguresEvery{1000};

json::object to_json(const DeskSight& sight) {
  return {{"mode", sight.audience.mode},
          {"regions", json_of(sight.audience.regions)},
          {"everywhere", sight.audience.everywhere},
          {"accounts", json_of(sight.audience.accounts)},
          {"topics", json_of(sight.facets.topics)},
          {"severity", name_of(sight.facets.severity)}};
}

DeskSight sight_of(const json::value& value) {
  const json::object& object = value.as_object();
  const auto list = [&object](std::string_view name) {
    const json::value* found = object.if_contains(name);
    return found != nullptr ? strings_of(*found) : std::vector<std::string>{};
  };
  const json::value* everywhere = object.if_contains("everywhere");
  DeskSight out;
  out.audience = {std::string(string_or(object, "mode")), list("regions"),
                  everywhere != nullptr && everywhere->is_bool() && everywhere->get_bool(),
                  list("accounts")};
  out.facets.topics = list("topics");
  out.facets.severity =
      model::parse_severity(string_or(object, "severity")).value_or(model::Severity::minor);
  // No region passes every filter by region, so does a record that once had none.
  if (!out.audience.everywhere) out.facets.regions = out.audience.regions;
  return out;
}

/// The accounts whose own the case is: who holds it, and who was asked about it (desk writes them
/// into the row with each question).
std::vector<std::string> owners_of(const CaseRow& row) {
  std::vector<std::string> out;
  if (row.assignee) out.push_back(*row.assignee);
  if (const json::value* asked = row.details.if_contains("asked")) {
    for (const std::string& account : strings_of(*asked)) out.push_back(account);
  }
  return out;
}

DeskSight sight_of(const std::string& mode, std::vector<std::string> regions,
                   std::vector<std::string> topics, model::Severity severity,
                   std::vector<std::string> accounts) {
  DeskSight out;
  out.audience = {mode, std::move(regions), false, std::move(accounts)};
  out.audience.everywhere = out.audience.regions.empty();
  out.facets.topics = std::move(topics);
  out.facets.regions = out.audience.regions;
  out.facets.severity = severity;
  return out;
}

struct Known {
  model::Time at;
  bool ended = false, waiting = false;
  std::string sight, ever;
  std::uint64_t lost_at = 0;
};

Result<std::optional<Known>> find_known(View& view, std::string_view id) {
  auto query = view.connection().prepare(
      "SELECT at, ended, waiting, sight, ever, lost_at FROM desk_log WHERE id = ?");
  CLARION_TRY(auto row, query.bind(id).step());
  if (!row) return std::nullopt;
  return Known{time_of(query.integer(0)),
               query.integer(1) != 0,
               query.integer(2) != 0,
               query.text(3),
               query.text(4),
               static_cast<std::uint64_t>(query.integer(5))};
}

Result<std::uint64_t> head_of(View& view) {
  auto query = view.connection().prepare("SELECT max(log_offset) FROM desk_log");
  CLARION_TRY(auto row, query.step());
  return row ? static_cast<std::uint64_t>(query.integer(0)) : 0;
}

void tell(Tx& tx) {
  if (const auto& changed = tx.connection().desk_log_changed) {
    tx.after_commit([&changed] { changed(); });
  }
}

struct Changed {
  std::string_view kind, id;
  std::int64_t version;
  bool ended;
};

/// Moves the record to the newest offset; true when other people may see it than before.
Result<bool> move_up(Tx& tx, const Changed& what, const DeskSight& now,
                     const std::optional<Known>& known) {
  CLARION_TRY(auto head, head_of(tx));
  const std::uint64_t offset = head + 1;
  const std::string sight = text_of(to_json(now));
  std::string ever = sight;
  std::uint64_t lost_at = 0;
  bool others = true;
  if (known) {
    others = sight != known->sight;
    ever = known->ever;
    lost_at = known->lost_at;
    if (others) {
      const DeskSight before = sight_of(json::parse(known->sight));
      others = before.audience != now.audience;
      if (!model::covers(now.audience, before.audience)) lost_at = offset;
      DeskSight all = sight_of(json::parse(known->ever));
      model::widen(all.audience, now.audience);
      for (const std::string& topic : now.facets.topics) {
        if (std::find(all.facets.topics.begin(), all.facets.topics.end(), topic) ==
            all.facets.topics.end())
          all.facets.topics.push_back(topic);
      }
      all.facets.severity = std::max(all.facets.severity, now.facets.severity);
      ever = text_of(to_json(all));
    }
  }
  auto write = tx.connection().prepare(
      "INSERT INTO desk_log(id, log_offset, kind, version, at, ended, sight, ever, lost_at, "
      "waiting) VALUES(?,?,?,?,?,?,?,?,?,0) ON CONFLICT(id) DO UPDATE SET log_offset = "
      "excluded.log_offset, version = excluded.version, at = excluded.at, ended = excluded.ended, "
      "sight = excluded.sight, ever = excluded.ever, lost_at = excluded.lost_at, waiting = 0");
  CLARION_TRY(write
                  .bind_all(what.id, offset, what.kind, what.version, ms(tx.now()), what.ended,
                            sight, ever, lost_at)
                  .run());
  tell(tx);
  return others;
}

bool is_over(const CaseRow& row) {
  return row.state == "closed" || row.state == "dismissed" || row.state == "merged";
}

/// What the log would know of a case that it has forgotten, from the case as it still stands:
/// whoever could see it when it ended may have it before them still.
Result<std::optional<Known>> known_from_case(View& view, std::string_view id) {
  CLARION_TRY(auto row, find_case(view, id));
  if (!row) return std::nullopt;
  const std::string sight = text_of(
      to_json(sight_of(row->mode, row->regions, row->topics, row->severity, owners_of(*row))));
  return Known{row->changed_at, true, false, sight, sight, 0};
}

Status log_notice_of(Tx& tx, const NoticeRow& row, std::vector<std::string> accounts) {
  std::vector<std::string> regions, topics;
  model::Severity severity = model::Severity::minor;
  if (row.draft) {
    const auto list = [&row](std::string_view name) {
      const json::value* value = row.draft->if_contains(name);
      return value != nullptr ? strings_of(*value) : std::vector<std::string>{};
    };
    regions = list("regions");
    topics = list("topics");
    severity = model::parse_severity(string_or(*row.draft, "severity")).value_or(severity);
  }
  const DeskSight now = sight_of(row.mode, regions, topics, severity, std::move(accounts));
  CLARION_TRY(auto known, find_known(tx, row.id));
  CLARION_TRY(move_up(tx, {"notice", row.id, row.version, !row.draft.has_value()}, now, known));
  return ok();
}

DeskEntry entry_at(const sqlite::Statement& row) {
  DeskEntry out;
  out.offset = static_cast<std::uint64_t>(row.integer(0));
  out.kind = row.text(1);
  out.id = row.text(2);
  out.version = row.integer(3);
  out.at = time_of(row.integer(4));
  out.ended = row.integer(5) != 0;
  out.now = sight_of(json_at(row, 6));
  out.ever = sight_of(json_at(row, 7));
  out.lost_at = static_cast<std::uint64_t>(row.integer(8));
  return out;
}

}  // namespace

Status log_case(Tx& tx, const CaseRow& row, CaseChange change) {
  CLARION_TRY(auto known, find_known(tx, row.id));
  if (!known) {
    CLARION_TRY(known, known_from_case(tx, row.id));
  }
  if (known && !known->ended && change == CaseChange::figures) {
    if (known->waiting) return ok();
    const auto since = tx.now() - known->at;
    if (since >= std::chrono::milliseconds(0) && since < kFiguresEvery) {
      auto wait = tx.connection().prepare("UPDATE desk_log SET waiting = 1 WHERE id = ?");
      CLARION_TRY(wait.bind(row.id).run());
      tell(tx);
      return ok();
    }
  }
  const auto owners = owners_of(row);
  const DeskSight now = sight_of(row.mode, row.regions, row.topics, row.severity, owners);
  CLARION_TRY(auto others, move_up(tx, {"case", row.id, row.version, is_over(row)}, now, known));
  if (!others || !known) return ok();
  // A draft is seen by those whose own its case is.
  CLARION_TRY(auto notices, notices_of_case(tx, row.id));
  for (const NoticeRow& notice : notices) {
    CLARION_TRY(log_notice_of(tx, notice, owners));
  }
  return ok();
}

Status log_notice(Tx& tx, const NoticeRow& row) {
  std::vector<std::string> accounts;
  if (row.case_id) {
    CLARION_TRY(auto from, find_case(tx, *row.case_id));
    if (from) accounts = owners_of(*from);
  }
  return log_notice_of(tx, row, std::move(accounts));
}

Result<std::int64_t> flush_desk_figures(Tx& tx) {
  std::vector<std::string> ids;
  {
    // A clock that was set back must not hold them.
    auto due = tx.connection().prepare(
        "SELECT id FROM desk_log WHERE waiting = 1 AND (at <= ?1 OR at > ?2) ORDER BY at LIMIT "
        "1000");
    due.bind_all(ms(tx.now() - kFiguresEvery), ms(tx.now()));
    while (true) {
      CLARION_TRY(auto row, due.step());
      if (!row) break;
      ids.push_back(due.text(0));
    }
  }
  if (ids.empty()) return 0;
  CLARION_TRY(auto head, head_of(tx));
  for (const std::string& id : ids) {
    auto move = tx.connection().prepare(
        "UPDATE desk_log SET log_offset = ?2, at = ?3, waiting = 0, version = ifnull((SELECT "
        "version FROM cases WHERE cases.id = ?1), version) WHERE id = ?1");
    CLARION_TRY(move.bind_all(id, ++head, ms(tx.now())).run());
  }
  tell(tx);
  return static_cast<std::int64_t>(ids.size());
}

Result<std::optional<model::Time>> desk_figures_due(View& view) {
  auto query = view.connection().prepare("SELECT min(at) FROM desk_log WHERE waiting = 1");
  CLARION_TRY(auto row, query.step());
  if (!row || query.is_null(0)) return std::nullopt;
  return time_of(query.integer(0)) + kFiguresEvery;
}

Result<DeskLogEnds> desk_log_ends(View& view) {
  DeskLogEnds out;
  CLARION_TRY(out.head, head_of(view));
  CLARION_TRY(auto floor, find_meta(view, kFloor));
  if (floor) std::from_chars(floor->data(), floor->data() + floor->size(), out.floor);
  return out;
}

Result<std::vector<DeskEntry>> desk_log_after(View& view, std::uint64_t after, std::size_t most,
                                              bool open_alone) {
#define CLARION_DESK_COLUMNS \
  "SELECT log_offset, kind, id, version, at, ended, sight, ever, lost_at FROM desk_log "
  auto query = view.connection().prepare(
      open_alone
          ? std::string_view(CLARION_DESK_COLUMNS
                             "WHERE ended = 0 AND log_offset > ? ORDER BY log_offset LIMIT ?")
          : std::string_view(CLARION_DESK_COLUMNS
                             "WHERE log_offset > ? ORDER BY log_offset LIMIT ?"));
#undef CLARION_DESK_COLUMNS
  query.bind(static_cast<std::int64_t>(std::min<std::uint64_t>(after, INT64_MAX)))
      .bind(static_cast<std::int64_t>(most));
  return collect(query, entry_at);
}

Result<std::optional<DeskSight>> desk_sight(View& view, std::string_view id) {
  auto query = view.connection().prepare("SELECT sight FROM desk_log WHERE id = ?");
  CLARION_TRY(auto row, query.bind(id).step());
  return row ? std::optional(sight_of(json_at(query, 0))) : std::nullopt;
}

Result<std::int64_t> drop_old_desk_log(Tx& tx, model::Time before) {
  CLARION_TRY(auto ends, desk_log_ends(tx));
  std::vector<std::string> ids;
  std::uint64_t floor = ends.floor;
  {
    auto old = tx.connection().prepare(
        "SELECT id, log_offset FROM desk_log WHERE ended = 1 AND at < ? ORDER BY at LIMIT 1000");
    old.bind(ms(before));
    while (true) {
      CLARION_TRY(auto row, old.step());
      if (!row) break;
      const auto offset = static_cast<std::uint64_t>(old.integer(1));
      if (offset == ends.head) continue;  // offsets go on from it
      ids.push_back(old.text(0));
      floor = std::max(floor, offset);
    }
  }
  for (const std::string& id : ids) {
    auto drop = tx.connection().prepare("DELETE FROM desk_log WHERE id = ?");
    CLARION_TRY(drop.bind(id).run());
  }
  if (floor != ends.floor) {
    CLARION_TRY(set_meta(tx, kFloor, std::to_string(floor)));
  }
  return static_cast<std::int64_t>(ids.size());
}

Status watch_desk_log(Database& database, std::function<void()> changed) {
  return database.write([&changed](Tx& tx) -> Status {
    tx.connection().desk_log_changed = std::move(changed);
    return ok();
  });
}

}  // namespace clarion::store
