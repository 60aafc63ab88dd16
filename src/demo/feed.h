#pragma once

#include "base/json.h"
#include "base/result.h"
#include "model/time.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::demo {

/// Time inside the demonstration, from its start; runs `speed` times as fast as the clock.
using Played = std::chrono::milliseconds;

struct FeedLine {
  Played after{};
  json::object post;  ///< without after_s and about
};

/// Reads the packaged feed. Errors: `invalid`, naming the line: no JSON object, no id, no after_s,
/// or after_s smaller than that of the line above.
[[nodiscard]] Result<std::vector<FeedLine>> read_feed(std::string_view ndjson);

/// Gives each post when its time has come, over and over: the second round and later ones under new
/// ids and at a third of the pace. Belongs to one thread.
class Feed {
 public:
  /// `run` tells this start from earlier ones on the same data folder. Requires: lines.
  Feed(std::vector<FeedLine> lines, std::string run);

  /// NDJSON of the posts due at `played`, at most 100; empty when none is. Ids and repost_of get
  /// the run and the round; created_at is `now`, edited_at too for a `rev` above 1.
  [[nodiscard]] std::string due(Played played, model::Time now);
  /// Posts given so far, over all rounds.
  [[nodiscard]] std::size_t given() const { return given_; }
  [[nodiscard]] std::size_t round() const { return round_; }
  /// The text of a packaged post, or nothing.
  [[nodiscard]] std::optional<std::string> text_of(std::string_view id) const;

 private:
  [[nodiscard]] Played time_of(std::size_t line) const;
  [[nodiscard]] std::string id_now(std::string_view id) const;

  std::vector<FeedLine> lines_;
  std::string run_;
  std::size_t next_ = 0, round_ = 1, given_ = 0;
  Played round_start_{};
};

}  // namespace clarion::demo
