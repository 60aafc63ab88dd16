#pragma once

#include "broadcast/connection.h"
#include "broadcast/messages.h"
#include "broadcast/source.h"
#include "broadcast/subscription.h"
#include "broadcast/wheel.h"
#include "http/message.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace clarion::broadcast {

class Hub;

/// A burst of a client's requests, and how many come back each second; more are answered with error
/// 111.
inline constexpr int kRateBurst = 40;
inline constexpr int kRatePerSecond = 10;

/// One subscriber: its subscriptions, its credential, its clock, and what it says and hears in
/// clarion.v1 or as an event stream. A plain state machine on its core's thread; an idle one owns
/// no buffer.
class Session final : public Connection, public WheelTimer {
 public:
  using Time = std::chrono::steady_clock::time_point;
  struct Start {
    std::optional<Credential> credential;
    ops::Lang lang = ops::Lang::zh;
    std::shared_ptr<void> hold;          ///< counts against the listener's limits
    std::shared_ptr<void> account_hold;  ///< and against the account's
  };

  Session(Hub& hub, boost::asio::ip::tcp::socket socket, Wire wire, Start start);
  ~Session() override = default;

  /// Sends the 101 and hello, or, with a code, the 101 and that close.
  void open_websocket(std::string_view head, std::string_view read_ahead,
                      std::optional<CloseCode> refused);
  /// Sends the head with the first event once the subscription stands, or a problem if it can't.
  void open_event_stream(std::string head, Subscribe subscribe, http::Request request);

  /// Hands out what is new. Called by the channel's rounds, and whenever the socket takes more.
  void pump();
  /// Sends something that passes, unless what came before still waits.
  void send_passing(const FramePtr& frame);
  /// The wheel says that something is due.
  void on_timer();
  /// Closes with that code; an event stream just ends, at a shutdown after a retry line.
  void leave(CloseCode code);
  /// Leaves with 3001 at that time.
  void leave_at(Time time);
  /// Ends at once, without a word.
  void end() { finish(); }
  void pump_again() {
    if (!gone() && !closing()) pump();
  }
  [[nodiscard]] bool reads(const Channel& channel) const noexcept;
  [[nodiscard]] bool gone_now() const noexcept { return gone(); }
  [[nodiscard]] bool is_event_stream() const noexcept { return wire() == Wire::event_stream; }
  /// Null for a session without one.
  [[nodiscard]] const Credential* credential() const noexcept { return credential_.get(); }

 private:
  void on_message(std::string text) override;
  void on_binary(std::string bytes) override;
  void on_blocked() override;
  void on_writable() override { pump(); }
  void on_closing() override;
  void on_gone() override;

  // session_messages.cc: what a client may ask
  void handle(const Envelope& message);
  void handle_subscribe(const Envelope& message);
  void handle_unsubscribe(const Envelope& message);
  void handle_refresh(const Envelope& message);
  void refresh_done(const std::string& id, Result<Credential> fresh);
  void handle_ack(const Envelope& message);
  [[nodiscard]] bool within_rate();
  void say_error(std::string_view id, const Error& error);

  /// Starts the subscription; `id` is given back in the answer.
  Status subscribe(Subscribe wanted, std::string id);
  void snapshot_read(Subscription& subscription, const Subscribe& wanted, const std::string& id,
                     const Result<SnapshotPtr>& snapshot);
  void say_subscribed(const Subscription& subscription, Subscribed answer);
  void say(std::string_view event, std::string_view id, std::string_view json);
  /// Hands out up to one batch of the subscription. False when there is nothing more for now.
  bool pump_one(Subscription& subscription);
  void ask_page(Subscription& subscription);
  void page_read(Subscription& subscription, const Result<FramesPtr>& page);
  [[nodiscard]] Subscription* find(const Channel& channel) noexcept;
  /// A function that hands an answer of the store on, if then the session and that subscription
  /// still stand.
  template <class T, class Use>
  std::function<void(const T&)> if_still_here(const Subscription& subscription, Use use);
  void drop(Subscription& subscription);

  void beat(Time now);
  void check_stall(Time now);
  void record_acks();
  void arm();

  Hub& hub_;
  std::unique_ptr<Credential> credential_;
  std::shared_ptr<void> hold_, account_hold_;
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  std::vector<std::pair<Channel*, std::uint64_t>> acks_;  // not yet recorded
  struct Opening {  // of an event stream whose first event is not sent yet
    std::string head;
    http::Request request;
  };
  std::unique_ptr<Opening> opening_;
  Time beat_at_, ping_at_{}, stalled_at_{}, stall_check_at_{}, leave_at_{},
      close_by_{};  // epoch: not set
  Time rate_at_;
  int rate_left_;
  int rate_refused_ = 0;
  bool pinged_ = false;
  ops::Lang lang_;
};

}  // namespace clarion::broadcast
