#pragma once

#include "app/source_book.h"
#include "desk/desk_events.h"
#include "ops/clock.h"
#include "store/database.h"

#include <chrono>
#include <map>
#include <string>
#include <string_view>

namespace clarion::app {

/// Tells the desk when a source or an outlet fares otherwise than it was last told: events `source`
/// and `outlet` of the channel `desk` (docs/contract.md section 4). A change of state is told at
/// the next step, further posts of a source at most every kFiguresPause. One thread.
class HealthWatch {
 public:
  static constexpr std::chrono::seconds kFiguresPause{5};

  /// All outlive the watch.
  HealthWatch(store::Database& database, const SourceBook& sources, const desk::DeskEvents& events)
      : database_(database), sources_(sources), events_(events) {}

  /// `heard`: somebody reads the channel. Unheard it forgets what was told, so that who comes first
  /// is told of everything.
  Status step(bool heard, model::Time now);

 private:
  struct Told {
    std::string state, body;
    model::Time at;
  };
  void tell(std::string_view type, std::string_view mode, const std::string& key,
            std::string_view state, json::object body, model::Time now);

  store::Database& database_;
  const SourceBook& sources_;
  const desk::DeskEvents& events_;
  std::map<std::string, Told> told_;  // by type, mode and name
};

}  // namespace clarion::app
