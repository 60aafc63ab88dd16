#include "broadcast/session.h"

#include "base/bytes.h"
#include "broadcast/event_stream.h"
#include "broadcast/hub.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::broadcast {
namespace {

/// How long the other side may take to answer our Close.
constexpr std::chrono::seconds kCloseWait{5};
constexpr std::chrono::seconds kStallCheck{1};
/// Batches for one session before others get their turn.
constexpr int kBatchesInARow = 8;
/// A browser reconnects within this after a shutdown, at random.
constexpr std::uint64_t kMostRetryMs = 10'000;

/// A short value that stands for what a viewer may see.
std::string view_of(const model::Viewer& viewer) {
  return sha256_hex(model::key_of(viewer)).substr(0, 16);
}

}  // namespace

Session::Session(Hub& hub, boost::asio::ip::tcp::socket socket, Wire wire, Start start)
    : Connection(std::move(socket),
                 {wire, hub.options().max_message_bytes, hub.options().send_buffer_bytes,
                  3 * hub.options().heartbeat},
                 hub.read_buffer(), hub.counters()),
      hub_(hub),
      hold_(std::move(start.hold)),
      account_hold_(std::move(start.account_hold)),
      beat_at_(hub.now() + hub.options().heartbeat),
      rate_at_(hub.now()),
      rate_left_(kRateBurst),
      lang_(start.lang) {
  if (start.credential) credential_ = std::make_unique<Credential>(std::move(*start.credential));
}

void Session::open_websocket(std::string_view head, std::string_view read_ahead,
                             std::optional<CloseCode> refused) {
  keep_bytes(head);
  if (refused) {
    leave(*refused);
  } else {
    std::vector<std::string> channels;
    for (const ChannelSpec& spec : hub_.options().channels) {
      if (hub_.may_subscribe(*hub_.find_channel(spec.name), credential()))
        channels.push_back(spec.name);
    }
    keep_text(hello_message(hub_.options().heartbeat, hub_.options().max_message_bytes,
                            kMostFilters, channels));
    flush();
    arm();
  }
  if (!gone()) begin(read_ahead);
}

void Session::open_event_stream(std::string head, Subscribe wanted, http::Request request) {
  opening_ = std::make_unique<Opening>(Opening{std::move(head), std::move(request)});
  arm();
  // The hub has checked channel and rights, so nothing is left that could be refused at once.
  CLARION_ASSERT(subscribe(std::move(wanted), {}).has_value());
  if (!gone()) begin({});
}

template <class T, class Use>
std::function<void(const T&)> Session::if_still_here(const Subscription& subscription, Use use) {
  return [weak = weak_from_this(), ticket = subscription.ticket, channel = &subscription.channel(),
          use = std::move(use)](const T& answer) {
    const std::shared_ptr<Connection> alive = weak.lock();
    auto* session = static_cast<Session*>(alive.get());
    if (session == nullptr || session->closing() || session->gone()) return;
    Subscription* asked = session->find(*channel);
    if (asked != nullptr && asked->ticket == ticket) use(*session, *asked, answer);
  };
}

Status Session::subscribe(Subscribe wanted, std::string id) {
  Channel* channel = hub_.find_channel(wanted.channel);
  if (channel == nullptr) return refusal("stream_unknown_channel");
  if (!hub_.may_subscribe(*channel, credential())) return refusal("stream_not_allowed");
  if (find(*channel) != nullptr) return refusal("stream_already_subscribed");
  const bool by_rights = channel->spec().by_rights;
  CLARION_TRY(check_fits(wanted, by_rights));
  FilterPtr filter = channel->filters().intern(
      wanted.filters, by_rights ? credential_->viewer : std::optional<model::Viewer>());
  auto& subscription = *subscriptions_.emplace_back(
      std::make_unique<Subscription>(*channel, std::move(filter), wire()));
  subscription.owner = this;
  channel->add(subscription);

  const model::Position& head = channel->head();
  const From& from = wanted.from;
  if (from.kind == From::Kind::head) {
    subscription.start_at(head.offset);
    say_subscribed(subscription, {.id = id, .channel = channel->name(), .head = head});
  } else if (!by_rights && from.kind == From::Kind::position && from.offset <= head.offset &&
             from.epoch.value_or(head.epoch) == head.epoch) {
    subscription.start_at(from.offset);
    add(hub_.counters().recovered);
    say_subscribed(subscription,
                   {.id = id, .channel = channel->name(), .recovered = true, .head = head});
  } else {
    // The store decides what this core can't: another core or process may be ahead of what this one
    // has heard of.
    hub_.want_snapshot(*channel, if_still_here<Result<SnapshotPtr>>(
                                     subscription, [wanted = std::move(wanted), id = std::move(id)](
                                                       Session& session, Subscription& asked,
                                                       const auto& snapshot) {
                                       session.snapshot_read(asked, wanted, id, snapshot);
                                     }));
  }
  pump();
  return ok();
}

void Session::snapshot_read(Subscription& subscription, const Subscribe& wanted,
                            const std::string& id, const Result<SnapshotPtr>& snapshot) {
  Channel& channel = subscription.channel();
  if (!snapshot) {
    drop(subscription);
    if (!opening_) return say_error(id, refusal("stream_internal"));
    keep_bytes(answer_bytes(
        http::problem(opening_->request, Error{Errc::unavailable, "the log can't be read"}),
        opening_->request.request_id));
    opening_.reset();
    return leave(CloseCode::internal);
  }
  const model::Position& head = snapshot.value()->head;
  // This core hears of the new epoch soon; the client comes back then.
  if (head.epoch != channel.head().epoch) return leave(CloseCode::shutdown);
  Subscribed answer{.id = id, .channel = channel.name(), .head = head};
  const From& from = wanted.from;
  if (from.kind == From::Kind::position) {
    if (from.epoch.value_or(head.epoch) != head.epoch) {
      answer.reason = "epoch";
    } else if (from.offset > head.offset) {
      answer.reason = "ahead";
    } else if (from.offset < snapshot.value()->floor) {
      answer.reason = "too_old";
    } else if (from.view && channel.spec().by_rights &&
               *from.view != view_of(*credential_->viewer)) {
      answer.reason = "rights";
    }
    answer.recovered = answer.reason.empty();
    add(*answer.recovered ? hub_.counters().recovered : hub_.counters().not_recovered);
  } else {
    answer.snapshot = true;
  }
  if (answer.recovered.value_or(false)) {
    subscription.start_at(from.offset,
                          channel.spec().by_rights ? snapshot.value()->head.offset : 0);
  } else {
    subscription.start_snapshot(snapshot.value());
  }
  say_subscribed(subscription, answer);
  pump();
}

void Session::say_subscribed(const Subscription& subscription, Subscribed answer) {
  if (subscription.channel().spec().by_rights) answer.view = view_of(*credential_->viewer);
  if (opening_) {
    keep_bytes(opening_->head);
    opening_.reset();
  }
  std::string id;
  if (subscription.has_position())
    id = fmt::format("{}:{}", answer.head.epoch, subscription.cursor());
  say("subscribed", id, subscribed_message(answer));
}

void Session::say(std::string_view event, std::string_view id, std::string_view json) {
  if (wire() == Wire::websocket) {
    keep_text(json);
  } else {
    keep_bytes(event_bytes(event, id, json));
  }
}

void Session::pump() {
  for (int i = 0; i < kBatchesInARow; ++i) {
    if (!blocked()) flush();
    bool more = false;
    // By index: a pump may end the session, never change its list of subscriptions otherwise.
    for (std::size_t at = 0; ready() && !gone() && at < subscriptions_.size(); ++at) {
      more = pump_one(*subscriptions_[at]) || more;
    }
    if (gone() || closing() || blocked() || !more) return;
  }
  hub_.pump_later(std::static_pointer_cast<Session>(shared_from_this()));
}

void Session::send_passing(const FramePtr& frame) {
  if (gone() || !ready()) return;
  const Piece piece{frame, true};
  send_frames({&piece, 1});
}

bool Session::pump_one(Subscription& subscription) {
  std::vector<Piece>& batch = hub_.batch();
  batch.clear();
  const Subscription::Step step = subscription.take(batch);
  if (!batch.empty()) send_frames(batch);
  batch.clear();
  if (gone()) return false;
  switch (step) {
    case Subscription::Step::idle:
      return false;
    case Subscription::Step::full:
      return true;
    case Subscription::Step::needs_page:
      ask_page(subscription);
      return false;
    case Subscription::Step::snapshot_ended: {
      const model::Position head{subscription.channel().head().epoch, subscription.cursor()};
      say("snapshot_end", fmt::format("{}:{}", head.epoch, head.offset),
          snapshot_end_message(subscription.channel().name(), head));
      return true;
    }
    case Subscription::Step::broken:
      leave(CloseCode::internal);
      return false;
  }
  return false;
}

void Session::ask_page(Subscription& subscription) {
  hub_.want_page(subscription.channel(), subscription.cursor(), subscription.in_snapshot(),
                 if_still_here<Result<FramesPtr>>(
                     subscription, [](Session& session, Subscription& asked, const auto& page) {
                       session.page_read(asked, page);
                     }));
}

void Session::page_read(Subscription& subscription, const Result<FramesPtr>& page) {
  if (!page) return leave(CloseCode::internal);
  // A page was asked for because the log goes on: none, or one of another life of the log, means
  // that the log changed.
  const bool fits = page.value()->empty() ? subscription.in_snapshot()
                                          : page.value()->front()->position().epoch ==
                                                subscription.channel().head().epoch;
  if (!fits) return leave(CloseCode::shutdown);
  subscription.give_page(page.value());
  pump();
}

Subscription* Session::find(const Channel& channel) noexcept {
  for (const auto& subscription : subscriptions_) {
    if (&subscription->channel() == &channel) return subscription.get();
  }
  return nullptr;
}

bool Session::reads(const Channel& channel) const noexcept {
  return std::any_of(subscriptions_.begin(), subscriptions_.end(),
                     [&](const auto& one) { return &one->channel() == &channel; });
}

void Session::drop(Subscription& subscription) {
  subscription.channel().remove(subscription);
  std::erase_if(subscriptions_, [&](const auto& one) { return one.get() == &subscription; });
}

void Session::leave(CloseCode code) {
  if (wire() == Wire::event_stream && code == CloseCode::shutdown && !opening_ && !closing()) {
    keep_bytes(
        retry_bytes(std::chrono::milliseconds(500 + hub_.shared().random.below(kMostRetryMs))));
  }
  if (code == CloseCode::too_slow) add(hub_.counters().slow_closes);
  if (code == CloseCode::silent) add(hub_.counters().silent_closes);
  close(static_cast<std::uint16_t>(code), reason_of(code), code == CloseCode::too_slow);
}

void Session::leave_at(Time time) {
  leave_at_ = time;
  arm();
}

void Session::on_closing() {
  record_acks();
  while (!subscriptions_.empty()) drop(*subscriptions_.back());
  close_by_ = hub_.now() + kCloseWait;
  arm();
}

void Session::on_gone() {
  record_acks();
  while (!subscriptions_.empty()) drop(*subscriptions_.back());
  hub_.wheel().cancel(*this);
  hold_.reset();
  account_hold_.reset();
  hub_.retire(*this);
}

void Session::on_blocked() {
  stalled_at_ = hub_.now();
  stall_check_at_ = stalled_at_ + kStallCheck;
  arm();
}

void Session::on_timer() {
  const Time now = hub_.now();
  if (closing()) {
    if (now >= close_by_) return finish();
    return arm();
  }
  if (leave_at_ != Time{} && now >= leave_at_) return leave(CloseCode::shutdown);
  if (credential_ && credential_->expires_at &&
      hub_.shared().clock.now() >= *credential_->expires_at) {
    return leave(CloseCode::token_expired);
  }
  record_acks();
  if (blocked() && now >= stall_check_at_) check_stall(now);
  if (!closing() && now >= beat_at_) beat(now);
  if (!gone()) arm();
}

void Session::check_stall(Time now) {
  if (take_progress()) stalled_at_ = now;
  stall_check_at_ = now + kStallCheck;
  if (now - stalled_at_ >= hub_.options().stall) leave(CloseCode::too_slow);
}

void Session::beat(Time now) {
  if (take_received()) pinged_ = false;
  if (pinged_ && now - ping_at_ >= 2 * hub_.options().heartbeat && wire() == Wire::websocket) {
    return leave(CloseCode::silent);
  }
  // Nothing may stand before a heartbeat unsent; it then comes as soon as the socket is free, to a
  // second.
  if (!ready()) {
    beat_at_ = now + kStallCheck;
    return;
  }
  beat_at_ = now + hub_.options().heartbeat;
  for (const auto& subscription : subscriptions_) {
    if (!subscription->has_position()) continue;
    Channel& channel = subscription->channel();
    const model::Position at{channel.head().epoch, subscription->cursor()};
    channel.beat_ms.store(hub_.shared().clock.now().time_since_epoch().count(),
                          std::memory_order_relaxed);
    if (wire() == Wire::websocket) {
      keep_text(heartbeat_message(channel.name(), at, hub_.shared().clock.now()));
    } else {
      keep_bytes(id_bytes(at));
    }
  }
  if (wire() == Wire::websocket && !pinged_) {
    ws::Head ping = ws::server_head(ws::Opcode::ping, 0);
    keep_bytes({ping.bytes.data(), ping.size});
    pinged_ = true;
    ping_at_ = now;
  }
  flush();
}

void Session::arm() {
  if (gone()) return;
  Time due = beat_at_;
  const auto sooner = [&due](Time time) {
    if (time != Time{} && time < due) due = time;
  };
  if (closing()) {
    due = close_by_;
  } else {
    const Time now = hub_.now();
    sooner(leave_at_);
    if (blocked()) sooner(stall_check_at_);
    if (!acks_.empty()) sooner(now + std::chrono::seconds(1));
    if (credential_ && credential_->expires_at) {
      const auto left = *credential_->expires_at - hub_.shared().clock.now();
      sooner(now + std::clamp<std::chrono::milliseconds>(left, std::chrono::milliseconds(0),
                                                         std::chrono::hours(1)));
    }
  }
  hub_.wheel().arm(*this, due);
}

}  // namespace clarion::broadcast
