#pragma once

#include "base/json.h"
#include "notice/signature.h"

#include <chrono>
#include <string>

namespace clarion::app {

/// The public keys that a follower checks with: of a file, or of the server that it follows.
class FollowKeys {
 public:
  /// `again`: for an unknown kid the server is asked anew, not more often than this.
  FollowKeys(std::string url, std::string file, std::chrono::milliseconds again, int stop)
      : url_(std::move(url)), file_(std::move(file)), again_(again), stop_(stop) {}

  /// Reads the keys unless they were read before. Errors: of the file, `not_found` or `invalid`; of
  /// the server, `unavailable` or `overloaded` when another try may help, else `invalid`.
  [[nodiscard]] Status load();
  /// Checks a frame of the stream: the signature over the notice's canonical form, and that it was
  /// signed for this place and channel. Errors: code "signature_bad" when it is not; those of
  /// load(); `cancelled`.
  [[nodiscard]] Status check(const json::object& frame);

 private:
  [[nodiscard]] Status fetch();

  std::string url_, file_;
  std::chrono::milliseconds again_;
  int stop_;
  notice::PublicKeys keys_;
  bool loaded_ = false;
  std::chrono::steady_clock::time_point fetched_at_;
};

}  // namespace clarion::app
