#pragma once

#include "model/post.h"
#include "model/scan.h"
#include "rules/profile.h"
#include "rules/rule_set.h"
#include "text/fold.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::rules {

/// What of a post is scanned. Views must live until scan() returns.
struct Input {
  std::string_view text;
  std::span<const std::string_view> media_texts = {};
  std::string_view region = {};  ///< geo.region of the post, or empty
  /// Look for places in texts that are not flagged too.
  bool want_regions = false;
};

/// Scans posts one after the other. One a thread: it owns its Hyperscan scratch and buffers and
/// keeps them warm, so that a post without hits allocates nothing.
///
/// The result depends on text, media texts, region, rules and weights, on nothing else: not on
/// time, order or thread. Each text is judged by itself: phrases in the post and in its subtitles
/// never add up to one rule. A rule counts once in the score (score.h), whatever number of texts it
/// hits.
///
/// Bounds: 16,384 ends of phrases a text are kept (detail/matcher.h), 32 hits a rule and text, 512
/// hits a post, 64 media.
class Scanner {
 public:
  explicit Scanner(std::shared_ptr<const RuleSet> rules);
  ~Scanner();
  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;

  /// Goes over to another snapshot; a no-op for the one in use.
  void use(std::shared_ptr<const RuleSet> rules);
  [[nodiscard]] const RuleSet& rules() const { return *rules_; }

  /// The result is the scanner's and stays until the next scan. Regions: the given one, else places
  /// named in the post's text, else in its media's (model::regions_in_text); looked for only when
  /// flagged or wanted.
  const model::ScanResult& scan(const Input& input);
  const model::ScanResult& scan(const model::Post& post, bool want_regions);

  /// The folded text of the last post (not of its media): grouping and the library go on from it.
  [[nodiscard]] const text::Folded& folded() const;

  /// Counts into the profile from now on; null: stop. It must outlive the scanner.
  void set_profile(Profile* profile);

 private:
  struct Work;
  void scan_text(std::string_view text, int media);
  void finish(const Input& input);

  std::shared_ptr<const RuleSet> rules_;
  std::unique_ptr<Work> work_;
  model::ScanResult result_;
  Profile* profile_ = nullptr;
};

inline constexpr std::size_t kMaxHits = 512;
inline constexpr std::size_t kMaxMedia = 64;

}  // namespace clarion::rules
