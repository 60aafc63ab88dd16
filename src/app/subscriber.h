#pragma once

#include "app/follow_keys.h"
#include "app/retry.h"
#include "base/json.h"
#include "base/result.h"
#include "broadcast/follow_state.h"
#include "broadcast/ws_client.h"
#include "ops/catalogue.h"
#include "ops/random.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace clarion::app {

/// Who is told what a Subscriber sees. An error ends it.
class Watcher {
 public:
  virtual ~Watcher() = default;
  /// A message of the server, in order; a notice's signature is good. `bytes` as received.
  virtual Status frame(std::string_view bytes, const json::object& message,
                       broadcast::FollowState::Take take) = 0;
  /// What happened to the subscription itself: connected, resumed, cut, missed, repeated, bad, end.
  /// "follow_NAME" of the catalogue says it in words.
  virtual Status event(std::string_view name, const ops::Params& params) = 0;
};

struct SubscriberOptions {
  std::string url;
  std::string channel = "notices";
  json::object filter;  ///< as in a subscribe message; empty: everything
  broadcast::From from;
  std::string token_file;  ///< read for each connection, so that it may be renewed
  std::string jwks_file;   ///< empty: the server's keys
  int stop = -1;           ///< a descriptor that ends it when it becomes readable
  std::chrono::milliseconds keys_again{5000};  ///< see FollowKeys
};

/// Follows a channel until told to stop: resumes after every cut, checks every signature, tells the
/// watcher what was missed. Blocks; one thread.
///
/// A connection of which nothing comes for two heartbeats is given up. Close codes 3500 to 3999 and
/// refusals that another try can't mend end it; so do three connections in a row that the server
/// used against the protocol, without anything new in between.
class Subscriber {
 public:
  Subscriber(SubscriberOptions options, Watcher& watcher, ops::Random& random);

  /// Ok when it was stopped. Errors: `corrupt` with code "signature_bad"; why the server refuses;
  /// the watcher's.
  [[nodiscard]] Status run();
  /// Everything up to it was handed to the watcher.
  [[nodiscard]] const std::optional<model::Position>& position() const { return told_; }

 private:
  /// Why a connection is over and another one should be tried.
  struct Cut {
    std::string why;
    bool breach = false;
    std::chrono::milliseconds at_least{0};  ///< before the next try
  };
  /// Errors end it all.
  Result<Cut> connection();
  Result<Cut> read_messages(broadcast::WsClient& server);
  /// Nullopt: go on.
  Result<std::optional<Cut>> take_text(broadcast::WsClient& server, std::string_view text);
  Result<std::optional<Cut>> take_close(const broadcast::ws::Event& event);
  Result<std::optional<Cut>> take_error(const json::object& message);
  /// What a message did to the place, told to the watcher.
  Status tell(std::string_view bytes, const json::object& message,
              const broadcast::FollowState::Seen& seen);
  [[nodiscard]] std::string subscribe_message() const;

  SubscriberOptions options_;
  Watcher& watcher_;
  ops::Random& random_;
  FollowKeys keys_;
  broadcast::FollowState state_;
  Backoff backoff_;
  std::optional<model::Position> told_;
  bool connected_before_ = false;
  // Of the present connection:
  bool greeted_ = false, subscribed_ = false, moved_ = false;
  std::chrono::milliseconds silence_{0};  // after which it counts as dead
};

}  // namespace clarion::app
