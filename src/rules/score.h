#pragma once

#include <algorithm>
#include <cmath>

namespace clarion::rules {

/// How weights of rules become a score.
///
///   score = 1 − (1 − w₁)(1 − w₂)…(1 − wₙ), rounded to three decimals,
///
/// over the rules (not the hits) that are true of the post's text or of a medium's text and are not
/// in shadow. So the score lies in 0..1, grows with every further rule, reaches no less than the
/// largest weight, and two rules of weight w < 1 count as if each were an independent witness. A
/// text is flagged from `flag_score` on; one rule of that weight suffices.
///
/// Add the weights in the order of RuleSet::rules(): the same text gives the same bits on every
/// machine.
class Score {
 public:
  void add(double weight) noexcept {
    rest_ *= 1 - weight;
    largest_ = std::max(largest_, weight);
  }
  [[nodiscard]] double value() const noexcept { return std::round((1 - rest_) * 1000) / 1000; }
  /// Compares the largest weight too: rounding must not undo "one hit of weight ≥ flag_score
  /// suffices".
  [[nodiscard]] bool flagged(double flag_score) const noexcept {
    return value() >= flag_score || largest_ >= flag_score;
  }

 private:
  double rest_ = 1;
  double largest_ = 0;
};

}  // namespace clarion::rules
