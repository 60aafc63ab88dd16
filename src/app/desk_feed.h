#pragma once

#include "broadcast/gateway.h"
#include "desk/desk_events.h"
#include "desk/presence.h"
#include "notice/lifecycle.h"
#include "ops/log.h"
#include "store/database.h"
#include "store/desk_log.h"

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace clarion::app {

/// The channel `desk`: makes frames of the store's log of it, and publishes them as the log grows.
///
/// A frame is made of the record as it is when it is made, outside the writer's transaction, on a
/// thread of its own or on a worker that fills a reader up. While nobody reads, none is made.
class DeskFeed {
 public:
  /// All outlive the feed.
  DeskFeed(store::Database& database, const ops::Clock& clock, const notice::NoticeOptions& notices,
           ops::Log& log)
      : database_(database), clock_(clock), notices_(notices), log_(log) {}
  ~DeskFeed() { stop(); }
  DeskFeed(const DeskFeed&) = delete;
  DeskFeed& operator=(const DeskFeed&) = delete;

  /// For broadcast::Source: frames after an offset, and how far the log reaches.
  [[nodiscard]] Result<broadcast::Frames> page(std::uint64_t after, std::size_t max_bytes,
                                               std::size_t max_frames, bool open_alone);
  [[nodiscard]] Result<broadcast::Snapshot> live();

  /// Publishes from the log's end of now on. `gateway` outlives the feed's stop().
  Status start(broadcast::Gateway& gateway);
  void stop();
  /// Tells those who may see the case who is there: {"case", "people":[{"user","what"}]}. Does not
  /// wait; who calls may hold a view of the store.
  void pass_presence(const std::string& case_id, std::vector<desk::Presence::Person> people);
  /// Sends something that passes. Requires: started.
  void pass(desk::PassingEvent event) const;

 private:
  void run();
  /// Publishes what is new; true when there is more.
  Result<bool> publish_some();
  Status flush_figures();
  Status tell_presence();
  [[nodiscard]] Result<broadcast::FramePtr> frame_of(store::View& view, std::string_view epoch,
                                                     const store::DeskEntry& entry,
                                                     std::uint64_t after, bool tell_gone) const;

  store::Database& database_;
  const ops::Clock& clock_;
  const notice::NoticeOptions& notices_;
  ops::Log& log_;
  broadcast::Gateway* gateway_ = nullptr;
  std::uint64_t published_ = 0;  // the thread's alone, once it runs

  std::mutex mutex_;  // guards the rest
  std::condition_variable wake_;
  bool changed_ = true, stopping_ = false;
  std::map<std::string, std::vector<desk::Presence::Person>> presence_;  // to be told, by case
  std::thread thread_;
};

}  // namespace clarion::app
