#include "app/subscriber.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::app {
namespace {

using broadcast::From;
using broadcast::WsClient;
using std::chrono::milliseconds;
namespace ws = broadcast::ws;

/// Until the server has greeted and answered the subscription.
constexpr milliseconds kGreeting{15000};
constexpr unsigned kMostBreaches = 3;

std::string words_of(const model::Position& position) {
  return fmt::format("{}:{}", position.epoch, position.offset);
}

/// What another try may mend; other errors end it all.
bool passes_by(const Error& error) {
  return error.code != "signature_bad" &&
         (error.errc == Errc::unavailable || error.errc == Errc::overloaded ||
          error.errc == Errc::corrupt);
}

std::int64_t integer_or(const json::object& object, std::string_view name, std::int64_t fallback) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : fallback;
}

}  // namespace

Subscriber::Subscriber(SubscriberOptions options, Watcher& watcher, ops::Random& random)
    : options_(std::move(options)),
      watcher_(watcher),
      random_(random),
      keys_(options_.url, options_.jwks_file, options_.keys_again, options_.stop),
      state_(options_.from, !options_.filter.empty()),
      backoff_(random) {
  if (options_.from.kind == From::Kind::position && options_.from.epoch)
    told_ = model::Position{*options_.from.epoch, options_.from.offset};
}

Status Subscriber::run() {
  unsigned breaches = 0;
  for (;;) {
    greeted_ = subscribed_ = moved_ = false;
    silence_ = kGreeting;
    auto ended = connection();
    state_.disconnected();
    if (!ended && ended.error().errc == Errc::cancelled) return ok();
    if (!ended) return ended.error();
    const Cut& cut = ended.value();
    if (moved_) {
      backoff_.reset();
      breaches = 0;
    }
    if (cut.breach && ++breaches == kMostBreaches)
      return Error{Errc::corrupt,
                   fmt::format("the server does not keep to the protocol: {}", cut.why)};
    const milliseconds wait = backoff_.next(cut.at_least);
    CLARION_TRY(watcher_.event(
        "cut", {{"why", cut.why},
                {"seconds", fmt::format("{:.1f}", static_cast<double>(wait.count()) / 1000)}}));
    if (!pause(wait, options_.stop)) return ok();
  }
}

Result<Subscriber::Cut> Subscriber::connection() {
  const auto cut_by = [](const Error& error) -> Result<Cut> {
    if (!passes_by(error)) return error;
    return Cut{error.text, error.errc == Errc::corrupt, retry_after(error)};
  };
  if (const Status loaded = keys_.load(); !loaded) return cut_by(loaded.error());
  WsClient::Options how;
  how.stop = options_.stop;
  CLARION_TRY(how.token, read_token(options_.token_file));
  auto server = WsClient::open(options_.url, how, random_);
  if (!server) return cut_by(server.error());
  auto ended = read_messages(server.value());
  if (ended) {
    if (!ended.value().breach) return ended;
    server.value().close(1002);
    return ended;
  }
  server.value().close(1000);
  return ended;
}

Result<Subscriber::Cut> Subscriber::read_messages(WsClient& server) {
  const auto greeting_over = std::chrono::steady_clock::now() + kGreeting;
  for (;;) {
    const auto until = subscribed_ ? server.last_received() + silence_ : greeting_over;
    const auto event = server.next(until);
    if (!event) {
      if (event.error().errc == Errc::cancelled) return event.error();
      return Cut{event.error().text};
    }
    const ws::Event& came = event.value();
    if (came.kind == ws::Event::Kind::binary) return Cut{"a binary message came", true};
    if (came.kind == ws::Event::Kind::violation)
      return Cut{"a frame broke the protocol: " + came.payload, true};
    if (came.kind == ws::Event::Kind::none) {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(silence_);
      return Cut{fmt::format("nothing came for {} s", seconds.count())};
    }
    CLARION_TRY(auto cut, came.kind == ws::Event::Kind::close ? take_close(came)
                                                              : take_text(server, came.payload));
    if (cut) return std::move(*cut);
  }
}

std::string Subscriber::subscribe_message() const {
  json::object message{{"type", "subscribe"}, {"id", 1}, {"channel", options_.channel}};
  if (!options_.filter.empty()) message["filter"] = options_.filter;
  const From from = state_.from();
  if (from.kind == From::Kind::snapshot) message["from"] = "live_notices";
  if (from.kind == From::Kind::position) {
    json::object position{{"offset", std::to_string(from.offset)}};
    if (from.epoch) position["epoch"] = *from.epoch;
    message["from"] = std::move(position);
  }
  return json::serialize(message);
}

Status Subscriber::tell(std::string_view bytes, const json::object& message,
                        const broadcast::FollowState::Seen& seen) {
  if (seen.missed) {
    ops::Params params{{"reason", seen.missed->reason},
                       {"after", seen.missed->after ? words_of(*seen.missed->after) : "-"},
                       {"until", words_of(seen.missed->until)}};
    CLARION_TRY(watcher_.event("missed", params));
  }
  if (seen.take == broadcast::FollowState::Take::repeated) {
    const std::string at =
        fmt::format("{}:{}", string_or(message, "epoch"), string_or(message, "offset"));
    CLARION_TRY(watcher_.event("repeated", {{"position", at}}));
  }
  CLARION_TRY(watcher_.frame(bytes, message, seen.take));
  if (state_.position() && state_.position() != told_) {
    moved_ = moved_ || subscribed_;
    told_ = state_.position();
  }
  return ok();
}

Result<std::optional<Subscriber::Cut>> Subscriber::take_text(WsClient& server,
                                                             std::string_view text) {
  using Seen = broadcast::FollowState::Seen;
  const auto breach = [](std::string why) { return std::optional(Cut{std::move(why), true}); };
  const auto parsed = parse_json(text);
  const json::object* message = parsed ? parsed.value().if_object() : nullptr;
  if (message == nullptr) return breach("a message is no JSON object");
  const std::string_view type = string_or(*message, "type");

  if (type == "hello") {
    if (greeted_) return breach("a second 'hello' came");
    greeted_ = true;
    silence_ = std::chrono::seconds(
        2 * std::clamp<std::int64_t>(integer_or(*message, "heartbeat_s", 25), 1, 600));
    CLARION_TRY(tell(text, *message, {}));
    if (const Status sent = server.send(subscribe_message()); !sent) {
      if (sent.error().errc == Errc::cancelled) return sent.error();
      return std::optional(Cut{sent.error().text});
    }
    return std::optional<Cut>();
  }
  if (type == "error") {
    CLARION_TRY(tell(text, *message, {}));
    return take_error(*message);
  }
  const bool placed = type == "notice" || type == "heartbeat" || type == "snapshot_end";
  if ((placed || type == "subscribed") && string_or(*message, "channel") != options_.channel)
    return breach("a message is of another channel");

  Result<Seen> seen = Seen{};
  if (type == "subscribed") {
    seen = state_.subscribed(*message);
  } else if (type == "notice") {
    if (const Status checked = keys_.check(*message); !checked) {
      const Error& error = checked.error();
      if (error.code == "signature_bad") {
        CLARION_TRY(watcher_.event(
            "bad", {{"position", fmt::format("{}:{}", string_or(*message, "epoch", "?"),
                                             string_or(*message, "offset", "?"))},
                    {"why", error.text}}));
      } else if (passes_by(error)) {
        return std::optional(Cut{error.text, false, retry_after(error)});
      }
      return error;
    }
    seen = state_.notice(*message);
  } else if (type == "heartbeat") {
    seen = state_.heartbeat(*message);
  } else if (type == "snapshot_end") {
    if (const Status ended = state_.snapshot_end(*message); !ended) seen = ended.error();
  }
  if (!seen) return breach(seen.error().text);
  if (type == "subscribed") {
    CLARION_TRY(
        watcher_.event(connected_before_ ? "resumed" : "connected",
                       {{"url", options_.url}, {"position", told_ ? words_of(*told_) : "-"}}));
    connected_before_ = true;
  }
  CLARION_TRY(tell(text, *message, seen.value()));
  if (type == "subscribed") subscribed_ = true;
  return std::optional<Cut>();
}

Result<std::optional<Subscriber::Cut>> Subscriber::take_close(const ws::Event& event) {
  const std::string why = event.code == 0
                              ? "closed without a code"
                              : fmt::format("closed with {} {}", event.code, event.payload);
  // Contract section 4: from 3500 on there is no coming back.
  if (event.code >= 3500 && event.code < 4000)
    return Error{Errc::denied, fmt::format("{}: {}", options_.url, why)};
  return std::optional(Cut{why});
}

Result<std::optional<Subscriber::Cut>> Subscriber::take_error(const json::object& message) {
  constexpr std::int64_t kTokenExpired = 109;
  const std::int64_t code = integer_or(message, "code", 0);
  const std::string why = fmt::format("refused with {} {}", code, string_or(message, "message"));
  const json::value* temporary = message.if_contains("temporary");
  if (code == kTokenExpired ||
      (temporary != nullptr && temporary->is_bool() && temporary->get_bool()))
    return std::optional(Cut{why});
  return Error{Errc::denied, fmt::format("{}: {}", options_.url, why)};
}

}  // namespace clarion::app
