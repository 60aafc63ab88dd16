#include "broadcast/hub.h"
#include "broadcast/session.h"

#include <algorithm>

namespace clarion::broadcast {
namespace {

/// Who goes on asking after so many refusals is shut out.
constexpr int kMostRefused = 200;

}  // namespace

void Session::on_binary(std::string /*bytes*/) { leave(CloseCode::unsupported); }

void Session::on_message(std::string text) {
  auto message = parse_envelope(text);
  if (!message) return leave(CloseCode::bad_request);
  // Acks are kept one a channel, so that a client may send one for each notice of a long fill.
  if (message.value().type != "ack" && !within_rate()) {
    if (++rate_refused_ > kMostRefused) return leave(CloseCode::banned);
    return say_error(message.value().id, refusal("stream_too_many_requests"));
  }
  handle(message.value());
}

bool Session::within_rate() {
  const Time now = hub_.now();
  const auto back = (now - rate_at_) / (std::chrono::milliseconds(1000) / kRatePerSecond);
  if (back > 0) {
    rate_left_ = static_cast<int>(std::min<std::int64_t>(kRateBurst, rate_left_ + back));
    rate_at_ = now;
  }
  if (rate_left_ == 0) return false;
  --rate_left_;
  return true;
}

void Session::handle(const Envelope& message) {
  if (message.type == "subscribe") return handle_subscribe(message);
  if (message.type == "unsubscribe") return handle_unsubscribe(message);
  if (message.type == "refresh") return handle_refresh(message);
  if (message.type == "ack") return handle_ack(message);
  if (message.type != "ping") return say_error(message.id, bad_request("/type"));
  keep_text(pong_message(message.id));
  flush();
}

void Session::say_error(std::string_view id, const Error& error) {
  keep_text(error_message(id, error, lang_));
  flush();
}

void Session::handle_subscribe(const Envelope& message) {
  auto wanted = parse_subscribe(message.body);
  if (!wanted) return say_error(message.id, wanted.error());
  if (const auto done = subscribe(std::move(wanted.value()), message.id); !done)
    say_error(message.id, done.error());
}

void Session::handle_unsubscribe(const Envelope& message) {
  const auto name = parse_channel(message.body);
  if (!name) return say_error(message.id, name.error());
  const Channel* channel = hub_.find_channel(name.value());
  if (channel == nullptr) return say_error(message.id, refusal("stream_unknown_channel"));
  Subscription* subscription = find(*channel);
  if (subscription == nullptr) return say_error(message.id, bad_request("/channel"));
  drop(*subscription);
  keep_text(unsubscribed_message(message.id, name.value()));
  flush();
}

void Session::handle_refresh(const Envelope& message) {
  const json::string* token = find_string(message.body, "token");
  if (token == nullptr || token->empty()) return say_error(message.id, bad_request("/token"));
  if (!credential_) return say_error(message.id, refusal("stream_unauthorised"));
  hub_.want_credential(
      {.token = std::string(*token), .cookie = {}, .path = {}},
      [self = std::weak_ptr(shared_from_this()), id = message.id](Result<Credential> fresh) {
        const auto alive = self.lock();
        auto* session = static_cast<Session*>(alive.get());
        if (session == nullptr || session->closing() || session->gone()) return;
        session->refresh_done(id, std::move(fresh));
      });
}

void Session::refresh_done(const std::string& id, Result<Credential> fresh) {
  if (!fresh) {
    if (fresh.error().code == "token_expired")
      return say_error(id, refusal("stream_token_expired"));
    const bool unknown =
        fresh.error().errc == Errc::unauthorised || fresh.error().errc == Errc::denied;
    return say_error(id, refusal(unknown ? "stream_unauthorised" : "stream_internal"));
  }
  if (fresh.value().account != credential_->account)
    return say_error(id, refusal("stream_unauthorised"));
  for (const auto& subscription : subscriptions_) {
    if (!hub_.may_subscribe(subscription->channel(), &fresh.value())) {
      return say_error(id, refusal("stream_not_allowed"));
    }
  }
  const std::string old_key = credential_->key;
  const bool sees_same = credential_->viewer == fresh.value().viewer;
  *credential_ = std::move(fresh.value());
  hub_.credential_changed(*this, old_key);
  keep_text(refreshed_message(id, credential_->expires_at));
  flush();
  // What was shown went by the old rights: the client comes back with the new ones.
  const bool by_rights =
      std::any_of(subscriptions_.begin(), subscriptions_.end(),
                  [](const auto& one) { return one->channel().spec().by_rights; });
  if (by_rights && !sees_same) return leave(CloseCode::token_expired);
  arm();
}

void Session::handle_ack(const Envelope& message) {
  if (!credential_) return say_error(message.id, refusal("stream_unauthorised"));
  const auto name = parse_channel(message.body);
  if (!name) return say_error(message.id, name.error());
  Channel* channel = hub_.find_channel(name.value());
  if (channel == nullptr) return say_error(message.id, refusal("stream_unknown_channel"));
  if (!hub_.may_subscribe(*channel, credential()))
    return say_error(message.id, refusal("stream_not_allowed"));
  const auto position = parse_position(message.body);
  if (!position) return say_error(message.id, position.error());
  const Subscription* subscription = find(*channel);
  const std::uint64_t most =
      std::max(channel->head().offset, subscription != nullptr ? subscription->cursor() : 0);
  if (position.value().epoch != channel->head().epoch)
    return say_error(message.id, bad_request("/epoch"));
  if (position.value().offset > most) return say_error(message.id, bad_request("/offset"));
  for (auto& [known, offset] : acks_) {
    if (known == channel) {
      offset = position.value().offset;
      return;
    }
  }
  acks_.emplace_back(channel, position.value().offset);
  arm();
}

void Session::record_acks() {
  for (const auto& [channel, offset] : std::exchange(acks_, {})) {
    if (!hub_.shared().source.on_ack) continue;
    hub_.run_blocking(
        [shared = hub_.shared_ptr(),
         ack = Ack{*credential_, std::string(channel->name()), {channel->head().epoch, offset}}] {
          shared->source.on_ack(ack);
        });
  }
}

}  // namespace clarion::broadcast
