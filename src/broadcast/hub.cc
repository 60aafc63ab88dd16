#include "broadcast/hub.h"

#include <boost/asio/post.hpp>

#include <sys/socket.h>

#include <algorithm>

namespace clarion::broadcast {
namespace {

/// Readers woken in a row: about a millisecond of writes, then accepts and answers get their turn.
constexpr std::size_t kWakeInARow = 256;
/// What is published within this after a round goes out together in the next.
constexpr std::chrono::milliseconds kCoolDown{1};
/// Half of the second within which a revoked account must be gone.
constexpr std::chrono::milliseconds kStandingEvery{500};
constexpr std::size_t kReadBufferBytes = 64U << 10U;
constexpr std::size_t kMostPageFrames = 512;

}  // namespace

std::shared_ptr<void> AccountCounts::take(const std::shared_ptr<AccountCounts>& counts,
                                          const std::string& account, std::size_t most) {
  const std::lock_guard lock(counts->mutex_);
  std::size_t& open = counts->open_[account];
  if (most != 0 && open >= most) return nullptr;
  ++open;
  return std::shared_ptr<void>(counts.get(), [counts, account](void*) {
    const std::lock_guard relock(counts->mutex_);
    const auto found = counts->open_.find(account);
    if (--found->second == 0) counts->open_.erase(found);
  });
}

Hub::Hub(boost::asio::io_context& core, std::shared_ptr<const Shared> shared,
         const std::vector<model::Position>& heads)
    : core_(core),
      shared_(std::move(shared)),
      wheel_(shared_->clock.steady()),
      ticker_(core),
      read_buffer_(kReadBufferBytes) {
  batch_.reserve(Connection::kBatchFrames);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    channels_.push_back(
        std::make_unique<ChannelState>(options().channels[i], options(), heads[i], core));
  }
}

void Hub::start() {
  boost::asio::post(core_, [self = shared_from_this()] { self->wait_tick(); });
}

void Hub::wait_tick() {
  if (closed_) return;
  ticker_.expires_after(Wheel::kTick);
  ticker_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (error) return;
    self->tick();
    self->wait_tick();
  });
}

void Hub::tick() {
  if (closed_) return;
  wheel_.advance(now(), [](WheelTimer& timer) { static_cast<Session&>(timer).on_timer(); });
  retired_.clear();
  if (now() >= standing_at_) ask_standing();
}

Hub::ChannelState& Hub::state_of(Channel& channel) noexcept {
  const auto found = std::find_if(channels_.begin(), channels_.end(),
                                  [&](const auto& state) { return &state->channel == &channel; });
  CLARION_ASSERT(found != channels_.end());
  return **found;
}

Channel* Hub::find_channel(std::string_view name) noexcept {
  for (const auto& state : channels_) {
    if (state->channel.name() == name) return &state->channel;
  }
  return nullptr;
}

bool Hub::may_subscribe(const Channel& channel, const Credential* credential) const {
  switch (channel.spec().access) {
    case Access::everyone:
      return true;
    case Access::nobody:
      return false;
    case Access::credential:
      break;
  }
  if (credential == nullptr) return false;
  if (channel.spec().by_rights && !credential->viewer) return false;
  const auto& opened = credential->channels;
  return std::find(opened.begin(), opened.end(), channel.name()) != opened.end();
}

void Hub::publish(std::size_t channel, FramePtr frame) {
  if (closed_) return;
  ChannelState& state = *channels_[channel];
  if (frame->position().epoch != state.channel.head().epoch) {
    restart_channel(channel, {frame->position().epoch, frame->offset() - 1});
  }
  if (state.channel.append(std::move(frame))) plan_round(state);
}

void Hub::pass(std::size_t channel, const FramePtr& frame) {
  if (closed_) return;
  // Sending may end a session, and that changes the list.
  std::vector<std::shared_ptr<Session>> takers;
  channels_[channel]->channel.for_each_reader([&](Subscription& reader) {
    if (reader.pick_passing(frame) == nullptr) return;
    takers.push_back(std::static_pointer_cast<Session>(reader.owner->shared_from_this()));
  });
  for (const auto& session : takers) session->send_passing(frame);
  retired_.clear();
}

void Hub::restart_channel(std::size_t channel, model::Position head) {
  Channel& changed = channels_[channel]->channel;
  if (closed_ || changed.head().epoch == head.epoch) return;
  changed.restart(std::move(head));
  // They come back with a position of the old epoch, are told so, and get what is in force.
  std::vector<std::shared_ptr<Session>> readers;
  for (const auto& [key, session] : sessions_) {
    if (session->reads(changed)) readers.push_back(session);
  }
  for (const auto& session : readers) session->leave(CloseCode::shutdown);
}

void Hub::plan_round(ChannelState& state) {
  if (state.channel.round_running || state.channel.cooling) return;
  state.channel.round_running = true;
  // Posted, so that what else is published in this turn goes along.
  boost::asio::post(core_, [self = shared_from_this(), &state] {
    // What comes while the round runs may find its first readers woken already: it is for the next.
    state.round_head = state.channel.head().offset;
    self->run_round(state);
  });
}

void Hub::run_round(ChannelState& state) {
  if (state.channel.wake_some(kWakeInARow, [](Subscription& reader) { reader.owner->pump(); })) {
    boost::asio::post(core_, [self = shared_from_this(), &state] { self->run_round(state); });
    return;
  }
  retired_.clear();
  state.channel.round_running = false;
  state.channel.cooling = true;
  state.cool_down.expires_after(kCoolDown);
  state.cool_down.async_wait([self = shared_from_this(), &state](boost::system::error_code error) {
    state.channel.cooling = false;
    if (!error && state.channel.head().offset != state.round_head) self->plan_round(state);
  });
}

void Hub::pump_later(std::shared_ptr<Session> session) {
  boost::asio::post(core_, [self = shared_from_this(), session = std::move(session)] {
    if (!self->closed_) session->pump_again();
  });
}

void Hub::want_page(Channel& channel, std::uint64_t after, bool in_force,
                    std::function<void(const Result<FramesPtr>&)> done) {
  ChannelState& state = state_of(channel);
  auto& waiting = state.pages[{after, in_force}];
  waiting.push_back(std::move(done));
  if (waiting.size() > 1) return;
  shared_->run_blocking([self = shared_from_this(), &state, after, in_force] {
    const GatewayOptions& options = self->options();
    const Source& source = self->shared_->source;
    auto frames = (in_force ? source.live_page : source.page)(
        state.channel.name(), after, options.max_backlog_bytes, kMostPageFrames);
    Result<FramesPtr> page =
        frames ? Result<FramesPtr>(std::make_shared<const Frames>(std::move(frames.value())))
               : Result<FramesPtr>(frames.error());
    boost::asio::post(self->core_, [self, &state, after, in_force, page = std::move(page)] {
      add(self->counters_.pages_read);
      const auto asked = std::move(state.pages.extract({after, in_force}).mapped());
      for (const auto& tell : asked) tell(page);
      self->retired_.clear();
    });
  });
}

void Hub::want_snapshot(Channel& channel, std::function<void(const Result<SnapshotPtr>&)> done) {
  ChannelState& state = state_of(channel);
  if (!state.snapshot_now.empty()) {
    state.snapshot_next.push_back(std::move(done));
    return;
  }
  state.snapshot_now.push_back(std::move(done));
  read_snapshot(state);
}

void Hub::read_snapshot(ChannelState& state) {
  shared_->run_blocking([self = shared_from_this(), &state] {
    auto read = self->shared_->source.live(state.channel.name());
    boost::asio::post(self->core_, [self, &state, read = std::move(read)]() mutable {
      add(self->counters_.snapshots_read);
      Result<SnapshotPtr> snapshot = Error{Errc::unavailable, "the log can't be read"};
      if (read) {
        self->share_frames(state, read.value());
        SnapshotPtr shared = std::make_shared<const Snapshot>(std::move(read.value()));
        state.last_snapshot = shared;
        snapshot = std::move(shared);
      }
      const auto asked = std::exchange(state.snapshot_now, std::exchange(state.snapshot_next, {}));
      if (!state.snapshot_now.empty() && !self->closed_) self->read_snapshot(state);
      for (const auto& tell : asked) tell(snapshot);
      self->retired_.clear();
    });
  });
}

/// Slow readers may hold snapshots read at different times; equal frames in them are kept once.
void Hub::share_frames(ChannelState& state, Snapshot& fresh) {
  const SnapshotPtr last = state.last_snapshot.lock();
  auto old = last ? last->frames.begin() : Frames::const_iterator();
  for (FramePtr& frame : fresh.frames) {
    if (frame->position().epoch != state.channel.head().epoch) return;
    if (const FramePtr* known = state.channel.tail().find(frame->offset())) {
      frame = *known;
      continue;
    }
    if (!last) continue;
    while (old != last->frames.end() && (*old)->offset() < frame->offset()) ++old;
    if (old != last->frames.end() && (*old)->position() == frame->position()) frame = *old;
  }
}

void Hub::want_credential(Presented presented, std::function<void(Result<Credential>)> done) {
  shared_->run_blocking(
      [self = shared_from_this(), presented = std::move(presented), done = std::move(done)] {
        auto credential = self->shared_->source.authenticate(presented);
        boost::asio::post(self->core_, [self, done, credential = std::move(credential)]() mutable {
          if (!self->closed_) done(std::move(credential));
          self->retired_.clear();
        });
      });
}

void Hub::ask_standing() {
  standing_at_ = now() + kStandingEvery;
  if (standing_asked_ || by_key_.empty() || !shared_->source.standing) return;
  standing_asked_ = true;
  std::vector<std::string> keys;
  for (auto at = by_key_.begin(); at != by_key_.end(); at = by_key_.equal_range(at->first).second) {
    keys.push_back(at->first);
  }
  shared_->run_blocking([self = shared_from_this(), keys = std::move(keys)] {
    auto standing = self->shared_->source.standing(keys);
    boost::asio::post(self->core_, [self, keys, standing = std::move(standing)] {
      self->standing_asked_ = false;
      if (!self->closed_) self->take_standing(keys, standing);
      self->retired_.clear();
    });
  });
}

void Hub::take_standing(const std::vector<std::string>& keys,
                        const Result<std::vector<Standing>>& standing) {
  // A store that can't answer revokes nobody; the next question comes in half a second.
  if (!standing || standing.value().size() != keys.size()) return;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (standing.value()[i] == Standing::good) continue;
    std::vector<Session*> affected;
    const auto [first, last] = by_key_.equal_range(keys[i]);
    for (auto at = first; at != last; ++at) affected.push_back(at->second);
    for (Session* session : affected) {
      session->leave(standing.value()[i] == Standing::changed ? CloseCode::token_expired
                                                              : CloseCode::bad_token);
    }
  }
}

void Hub::credential_changed(Session& session, const std::string& old_key) {
  const auto [first, last] = by_key_.equal_range(old_key);
  const auto found =
      std::find_if(first, last, [&](const auto& entry) { return entry.second == &session; });
  if (found != last) by_key_.erase(found);
  if (session.credential() != nullptr && !session.gone_now())
    by_key_.emplace(session.credential()->key, &session);
}

void Hub::retire(Session& session) {
  if (session.credential() != nullptr) credential_changed(session, session.credential()->key);
  const auto found = sessions_.find(&session);
  if (found == sessions_.end()) return;
  retired_.push_back(std::move(found->second));
  sessions_.erase(found);
  counters_.sessions.fetch_sub(1, std::memory_order_relaxed);
  if (session.is_event_stream()) counters_.event_streams.fetch_sub(1, std::memory_order_relaxed);
}

void Hub::drain(std::chrono::milliseconds spread) {
  draining_ = true;
  const auto most = static_cast<std::uint64_t>(std::max<std::int64_t>(spread.count(), 1));
  for (const auto& [key, session] : sessions_) {
    session->leave_at(now() + std::chrono::milliseconds(shared_->random.below(most)));
  }
}

void Hub::close_all() {
  closed_ = draining_ = true;
  ticker_.cancel();
  for (const auto& state : channels_) state->cool_down.cancel();
  while (!sessions_.empty()) sessions_.begin()->second->end();
  retired_.clear();
}

}  // namespace clarion::broadcast
