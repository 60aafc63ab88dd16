#pragma once

#include "base/json.h"
#include "base/result.h"
#include "broadcast/frame.h"
#include "model/audience.h"
#include "model/facets.h"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::broadcast {

/// At most so many filters in one subscription, and names in one list of a filter.
inline constexpr std::size_t kMostFilters = 16;
inline constexpr std::size_t kMostNames = 256;

/// Reads {topics, regions, min_severity, kinds, langs}. Errors: `invalid` with code
/// "stream_bad_request" (params `where`: the member) for an unknown member, topic, region, kind,
/// severity or a wrong type; "stream_limit" for too many names.
[[nodiscard]] Result<model::Filter> parse_filter(const json::object& object,
                                                 std::string_view where);

/// What one subscription gets: its filters, of which any may match, and its rights. Shared by all
/// subscriptions of a channel and core that ask the same with the same rights, so that each frame
/// is judged once for all of them.
class FilterSet {
 public:
  /// No filters: everything. No viewer: whoever may read the channel.
  explicit FilterSet(std::optional<std::vector<model::Filter>> filters,
                     std::optional<model::Viewer> viewer = {})
      : filters_(std::move(filters)), viewer_(std::move(viewer)) {}
  /// The frame, or what stands for it (Rights::gone), or null: as any filter passes any state of it
  /// so far. Remembers the last answers, by offset.
  [[nodiscard]] const FramePtr* pick(const FramePtr& frame);
  /// True when any filter passes this very state, and the viewer may see it.
  [[nodiscard]] bool itself_passes(const Frame& frame) const;

 private:
  [[nodiscard]] bool passes(const Frame& frame) const {
    return !filters_ || frame.passes(*filters_);
  }

  std::optional<std::vector<model::Filter>> filters_;
  std::optional<model::Viewer> viewer_;
  std::array<std::uint64_t, 32> judged_{};  // by offset modulo its size: offset * 2 + passed
};
/// Null passes everything.
using FilterPtr = std::shared_ptr<FilterSet>;

/// Gives equal filters with equal rights the same FilterSet. One channel of one core.
class FilterPool {
 public:
  /// Null for neither.
  [[nodiscard]] FilterPtr intern(std::optional<std::vector<model::Filter>> filters,
                                 std::optional<model::Viewer> viewer = {});
  /// Forgets all, so that answers about one epoch are not used in the next.
  void clear() noexcept { sets_.clear(); }
  [[nodiscard]] std::size_t size() const noexcept { return sets_.size(); }

 private:
  std::map<std::string, std::weak_ptr<FilterSet>> sets_;
  std::size_t sweep_at_ = 64;  // sets_ of that size lose their dead entries
};

}  // namespace clarion::broadcast
