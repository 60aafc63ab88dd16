#pragma once

#include "demo/feed.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::demo {

/// One thing that a person of the demo does: a case action, or a step in a notice's life.
struct Step {
  Played after{};   ///< from the step before
  std::string act;  ///< find, assign, claim, verdict, draft, submit, reject, patch, approve,
                    ///< publish, correct, update, withdraw
  std::string who;  ///< account
  json::object body;
};

/// A case or a notice from its beginning to its end.
///
/// scenes.json is an array of {id, at_s, post?, expert?, verdict{…}, reject?{reason, patch{…}},
/// notice{…}, then[]}. With `post`, the case that this post of the feed opened is assigned to
/// `expert` and judged with `verdict`; `notice` (draft members, and lasts_hours in place of
/// expires_at) is drafted, submitted, approved and published; each of `then` is {after_s, correct |
/// update | withdraw: {…}}. A scene without `notice` ends with the verdict. One with `ready` ends
/// when its notice is submitted: it is left for the visitor to approve.
struct Scene {
  std::string id, post;
  Played at{};
  bool ready = false;
  std::vector<Step> steps;
};

/// Errors: `invalid`, naming the scene.
[[nodiscard]] Result<std::vector<Scene>> read_scenes(std::string_view text);

/// Sends requests as one account. Returns the answer's body; Errors: `conflict` with the answer's
/// code for any other status than 2xx, `overloaded` for 429 and 503, else those of the client.
using Send = std::function<Result<json::object>(std::string_view account, std::string_view method,
                                                const std::string& target, const json::object& body,
                                                std::optional<std::int64_t> version)>;

/// A scene being played: one step when its time has come.
class Performance {
 public:
  Performance(Scene scene, std::string claim) : scene_(std::move(scene)), claim_(std::move(claim)) {
    due_ = scene_.at;
  }

  [[nodiscard]] bool done() const { return next_ == scene_.steps.size(); }
  [[nodiscard]] Played due() const { return due_; }
  /// Does the next step; `now` is for expiry. What was published by it, if anything. A step that
  /// the desk refuses ends the scene: a visitor may have taken the case; one that it is too busy
  /// for comes again. Requires: !done().
  struct Out {
    std::string act, title_zh, title_en;
  };
  [[nodiscard]] Result<std::optional<Out>> step(const Send& send, Played played, model::Time now);
  /// After the last step of a `ready` scene, whose notice somebody took further: another revision
  /// of it is submitted, when it was published. Its own draft is submitted again when it was
  /// returned.
  void ready_again(const Send& send, Played at);
  /// True when its notice waits for approval.
  [[nodiscard]] Result<bool> waits(const Send& send);
  /// Adds a revision that only lives longer; false when nothing of it is in force.
  bool renew(Played at);
  [[nodiscard]] const std::string& id() const { return scene_.id; }

 private:
  Result<std::optional<Out>> take_step(const Step& step, const Send& send, Played played,
                                       model::Time now);
  Result<bool> find_case(const Send& send, const Step& step);

  Scene scene_;
  std::string claim_;  // text of the post whose case it is
  std::size_t next_ = 0;
  Played due_{};
  std::string case_, notice_, state_;
  std::int64_t version_ = 0;
  json::object content_;  // of the open draft
  std::int64_t lasts_hours_ = 24;
  bool in_force_ = false;
};

}  // namespace clarion::demo
