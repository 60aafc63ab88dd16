#pragma once

#include "model/audience.h"
#include "model/facets.h"
#include "store/cases.h"
#include "store/database.h"
#include "store/notices.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::store {

/// The log of the channel `desk`: one row a case or notice, which moves to the newest offset with
/// each change of it. So a reader that goes on from an offset finds the newest change of each
/// record and nothing else. It holds ids, versions and rights, no words.
///
/// add_case, update_case, add_notice and update_notice write it themselves.

/// Who may see a record, and what filters ask of it.
struct DeskSight {
  model::Audience audience;
  model::Facets facets;
};

struct DeskEntry {
  std::uint64_t offset = 0;
  std::string kind;  ///< case or notice
  std::string id;
  std::int64_t version = 0;
  model::Time at;
  bool ended = false;  ///< the case is closed, dismissed or merged; the notice has no open draft
  DeskSight now;
  /// Everyone who could see it since it stands in the log, with all its topics and regions so far.
  DeskSight ever;
  std::uint64_t lost_at = 0;  ///< offset of the last change by which somebody lost sight; 0: never
};

/// The case changes to this row, which is not written yet. `figures`: its numbers alone, so that at
/// most one event a second is made of it; one that waits is kept and made by flush_desk_figures().
Status log_case(Tx& tx, const CaseRow& row, CaseChange change);
/// The notice's draft or state changed.
Status log_notice(Tx& tx, const NoticeRow& row);

/// Makes events of the figures that waited a second; returns how many.
Result<std::int64_t> flush_desk_figures(Tx& tx);
/// When the oldest waiting figures are due; none when none wait.
[[nodiscard]] Result<std::optional<model::Time>> desk_figures_due(View& view);

struct DeskLogEnds {
  std::uint64_t head = 0;   ///< the newest offset, 0: none yet
  std::uint64_t floor = 0;  ///< what ended up to here may be forgotten: older positions are too old
};
[[nodiscard]] Result<DeskLogEnds> desk_log_ends(View& view);
/// Rows after an offset, rising, at most `most`; `open_alone` leaves out those that ended.
[[nodiscard]] Result<std::vector<DeskEntry>> desk_log_after(View& view, std::uint64_t after,
                                                            std::size_t most, bool open_alone);
/// Who may see a record, and what filters ask of it; none when the log does not hold it.
[[nodiscard]] Result<std::optional<DeskSight>> desk_sight(View& view, std::string_view id);
/// Forgets what ended and did not change since `before`, at most 1,000 a call; how many they were.
Result<std::int64_t> drop_old_desk_log(Tx& tx, model::Time before);

/// Has `changed` called on the writer thread after each commit that wrote the log.
Status watch_desk_log(Database& database, std::function<void()> changed);

}  // namespace clarion::store
