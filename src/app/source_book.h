#pragma once

#include "store/sources.h"

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::app {

/// When each source's last item came and how many came in the last hour. Of at most kMost sources,
/// those silent longest are forgotten; a minute's counters each, so a source costs half a kilobyte.
/// Thread-safe.
class SourceBook {
 public:
  static constexpr std::size_t kMost = 500;

  /// Takes over what an earlier process kept.
  void load(const std::vector<store::SourceRow>& rows);
  /// `items` of a source were taken in.
  void count(std::string_view mode, std::string_view source, std::uint32_t items, model::Time now);
  /// What changed since the last call, for the store.
  [[nodiscard]] std::vector<store::SourceRow> take_changed();

  struct Figures {
    std::string source;
    model::Time last_at;
    std::uint64_t last_hour = 0;
  };
  /// Of a mode, by name.
  [[nodiscard]] std::vector<Figures> figures(std::string_view mode, model::Time now) const;
  /// Items of a mode in the last whole minute; none when no source of it ever sent one.
  [[nodiscard]] std::optional<std::uint64_t> last_minute(std::string_view mode,
                                                         model::Time now) const;

 private:
  static constexpr std::int64_t kMinutes = 60;
  struct Entry {
    model::Time last_at;
    std::array<std::int64_t, kMinutes> minute{};  ///< which minute a counter is of
    std::array<std::uint32_t, kMinutes> items{};
    bool changed = false;
  };
  void make_room();

  mutable std::mutex mutex_;                                      // guards entries_
  std::map<std::pair<std::string, std::string>, Entry> entries_;  // by mode and source
};

}  // namespace clarion::app
