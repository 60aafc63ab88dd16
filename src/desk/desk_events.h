#pragma once

#include "base/json.h"
#include "model/audience.h"
#include "model/facets.h"

#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace clarion::desk {

/// Something that passes at the desk and is not kept: who looks at a case, how a source or an
/// outlet fares. Goes out on the channel `desk` as {"type":TYPE,"channel":"desk",TYPE:BODY},
/// without a place in it: who is not there or is behind misses it, and asks the call that tells the
/// state.
struct PassingEvent {
  std::string type;  ///< source, outlet, presence …; letters alone
  json::object body;
  /// Who may see it; absent: everyone who reads the channel.
  std::optional<model::Audience> audience = {};
  /// What filters ask of it; absent: every filter passes it but [].
  std::optional<model::Facets> facets = {};
};

/// Where such events are sent to. Thread-safe; sending never waits for a reader.
class DeskEvents {
 public:
  void send(PassingEvent event) const {
    std::function<void(PassingEvent)> sink;
    {
      const std::lock_guard lock(mutex_);
      sink = sink_;
    }
    if (sink) sink(std::move(event));
  }
  /// Until a sink is set, and again after it is taken away with an empty one, events are dropped.
  void use(std::function<void(PassingEvent)> sink) {
    const std::lock_guard lock(mutex_);
    sink_ = std::move(sink);
  }

 private:
  mutable std::mutex mutex_;  // guards sink_
  std::function<void(PassingEvent)> sink_;
};

}  // namespace clarion::desk
