#include "notice/poll_room.h"

#include <utility>

namespace clarion::notice {
namespace {

/// How late an answer may come whose time is over: the injected clock can't wake a thread.
constexpr std::chrono::milliseconds kStep{50};

}  // namespace

PollRoom::PollRoom(const ops::Clock& clock, PollOptions options)
    : clock_(clock), options_(options), thread_([this] { run(); }) {}

PollRoom::~PollRoom() { close(); }

std::uint64_t PollRoom::publications() const {
  const std::lock_guard lock(mutex_);
  return publications_;
}

Status PollRoom::wait(std::uint64_t publications, Poll poll) {
  std::unique_lock lock(mutex_);
  if (closed_) {
    lock.unlock();
    if (auto response = poll.look(true)) poll.answer(std::move(*response));
    return ok();
  }
  std::size_t& of_address = of_address_[poll.address];
  if (held_ >= options_.most || of_address >= options_.most_per_address) {
    if (of_address == 0) of_address_.erase(poll.address);
    return Error{
        Errc::overloaded, "too many polls are waiting", "too_many_polls", {{"retry_after", "5"}}};
  }
  ++of_address;
  ++held_;
  waiting_.push_back({std::move(poll), publications != publications_});
  changed_.notify_one();
  return ok();
}

void PollRoom::published(const store::LogEntry& entry) {
  const std::lock_guard lock(mutex_);
  ++publications_;
  for (Waiting& one : waiting_) one.due = one.due || one.poll.concerns(entry);
  changed_.notify_one();
}

void PollRoom::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (waiting_.empty()) {
      if (closed_) return;
      changed_.wait(lock);
      continue;
    }
    const auto now = clock_.steady();
    std::list<Waiting> looking;
    for (auto one = waiting_.begin(); one != waiting_.end();) {
      const auto next = std::next(one);
      if (closed_ || one->due || one->poll.until <= now)
        looking.splice(looking.end(), waiting_, one);
      one = next;
    }
    if (looking.empty()) {
      changed_.wait_for(lock, kStep);
      continue;
    }
    const bool last_for_all = closed_;
    const std::uint64_t publications = publications_;
    lock.unlock();
    std::list<Waiting> still;
    std::list<std::string> gone;
    while (!looking.empty()) {
      Waiting& one = looking.front();
      one.due = false;
      const bool last = last_for_all || one.poll.until <= now;
      if (auto response = one.poll.look(last)) {
        one.poll.answer(std::move(*response));
        gone.push_back(one.poll.address);
        looking.pop_front();
      } else {
        still.splice(still.end(), looking, looking.begin());
      }
    }
    lock.lock();
    for (Waiting& one : still) one.due = publications != publications_;
    waiting_.splice(waiting_.end(), still);
    held_ -= gone.size();
    for (const std::string& address : gone) {
      const auto found = of_address_.find(address);
      if (--found->second == 0) of_address_.erase(found);
    }
  }
}

void PollRoom::close() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace clarion::notice
