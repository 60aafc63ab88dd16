#pragma once

#include "store/database.h"

#include <string>
#include <utility>
#include <vector>

namespace clarion::store {

/// A source as the desk's health shows it.
struct SourceRow {
  std::string mode, source;
  model::Time last_at;
  std::vector<std::pair<std::int64_t, std::int64_t>> minutes;  ///< minute since 1970, items in it
};

/// Writes or replaces by mode and source.
Status put_source(Tx& tx, const SourceRow& row);
/// The newest `most`, by their last item.
[[nodiscard]] Result<std::vector<SourceRow>> list_sources(View& view, std::int64_t most);

struct Waiting {
  std::int64_t count = 0;
  std::int64_t oldest_ms = 0;  ///< since when the oldest waits (ms since 1970); 0: none waits
};
/// Cases of a mode that nobody has taken in hand (open or assigned), by their creation.
[[nodiscard]] Result<Waiting> waiting_cases(View& view, std::string_view mode);
/// Notices of a mode that wait for an approval, by their last change.
[[nodiscard]] Result<Waiting> waiting_notices(View& view, std::string_view mode);

}  // namespace clarion::store
