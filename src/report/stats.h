#pragma once

#include "base/json.h"
#include "ops/civil.h"
#include "store/database.h"

#include <string>
#include <string_view>

namespace clarion::report {

/// The figures of the days from `first` to `last` (YYYY-MM-DD of the zone): days[], totals, times
/// {claim, verdict, publication}, topics[], regions[], backlog as it is now, effects[]. What was
/// never counted is null. Errors: the store's.
[[nodiscard]] Result<json::object> stats_of(store::View& view, std::string_view mode,
                                            const std::string& first, const std::string& last,
                                            model::Time now, const ops::Zone& zone);

/// What a notice did to the posts of its case, from the figures of the case's group
/// (series[]{t, source, posts}, series_seconds): posts a minute in the hour before and the hour
/// after it, and the seconds until a stretch came with at most half of before. Null is unknown: too
/// early to tell, or no posts before.
[[nodiscard]] json::object effect_of(const json::object& figures, model::Time published,
                                     model::Time now);

}  // namespace clarion::report
