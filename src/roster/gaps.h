#pragma once

#include "roster/expand.h"

#include <optional>
#include <string>
#include <vector>

namespace clarion::roster {

/// A time in which fewer people are on duty than needed.
struct Gap {
  std::string duty;
  std::string topic;  ///< of an expert; else empty
  int need = 1, have = 0;
  model::Time from, until;
};

/// The gaps within [from, until), by time, cut to it: a pure function of what expand() gave for at
/// least that span. Needed is what Roster::needs says; what it leaves open is: one person at the
/// desk and two approvers (an extreme notice asks for two), each once that duty was ever planned
/// and from then on, and an expert for each topic that an ordinary plan names, while that plan
/// lasts. Two slots of one person count once. An expert slot without topics covers all.
[[nodiscard]] std::vector<Gap> find_gaps(const Roster& roster,
                                         const std::vector<Stretch>& stretches,
                                         const ops::Zone& zone, model::Time from,
                                         model::Time until);

/// When people change at the desk or among the approvers, in (from, until), by time.
[[nodiscard]] std::vector<model::Time> find_handovers(const std::vector<Stretch>& stretches,
                                                      model::Time from, model::Time until);

/// No drill begins this near to a hand-over, before or after (desk-lessons.md, Hawaii 2018).
inline constexpr std::chrono::minutes kQuietAround{30};

}  // namespace clarion::roster
