#pragma once

#include "notice/lifecycle.h"

namespace clarion::notice {

/// What a draft takes over from a popular-science resource where its body does not say otherwise:
/// kind science, severity moderate, topic, regions, both languages with the sources named at the
/// body's end, evidence (sources with an address) and an end (default_end). Whoever wrote in the
/// resource is an author. Errors: `not_found`; `conflict`, code "resource_state", when retired.
Status take_over_resource(const NoticeAction& action, std::string_view id, json::object& draft,
                          store::NoticeRow& row);

/// When a science notice ends that nobody gave an end: in its season at the season's end, seven
/// days ahead at least; out of season after 30 days; without a season after 90. A day's first
/// moment in the zone. Seasons are those of the project's reference of science facts.
[[nodiscard]] model::Time default_end(std::string_view topic, model::Time now,
                                      const ops::Zone& zone);

}  // namespace clarion::notice
