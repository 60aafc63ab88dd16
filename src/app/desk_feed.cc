#include "app/desk_feed.h"

#include "desk/case_view.h"
#include "notice/notice_view.h"
#include "store/meta.h"

#include <fmt/format.h>

#include <optional>

namespace clarion::app {
namespace {

constexpr std::string_view kChannel = "desk";
constexpr std::size_t kMostAtOnce = 256;
/// How soon figures that wait, or a failure, are looked at again.
constexpr std::chrono::milliseconds kLookAgain{100};

/// Reasons without words: a frame is the same for readers of both languages.
void without_words(json::object& record, std::string_view member) {
  json::value* list = record.if_contains(member);
  if (list == nullptr || !list->is_array()) return;
  for (json::value& reason : list->get_array()) {
    if (json::object* object = reason.if_object()) object->erase("text");
  }
}

Result<std::optional<json::object>> case_record(store::View& view, std::string_view id,
                                                model::Time now) {
  CLARION_TRY(auto row, store::find_case(view, id));
  if (!row) return std::nullopt;
  CLARION_TRY(auto record, desk::case_summary(view, *row, ops::Lang::zh, now));
  without_words(record, "priority_reasons");
  without_words(record, "assignment_reasons");
  return std::optional(std::move(record));
}

/// A notice in short: what a list of drafts shows.
Result<std::optional<json::object>> notice_record(store::View& view, std::string_view id,
                                                  const notice::NoticeOptions& options,
                                                  model::Time now) {
  CLARION_TRY(auto row, store::find_notice(view, id));
  if (!row) return std::nullopt;
  CLARION_TRY(auto whole, notice::desk_view(view, *row, options, now));
  json::object out;
  out["id"] = row->id;
  out["version"] = row->version;
  for (const char* name :
       {"state", "mode", "action", "kind", "severity", "topics", "regions", "case", "verdict",
        "authors", "approvals_required", "published_revision", "content_hash", "publish_at",
        "publish_held", "rejected", "expires_at", "owner"}) {
    if (const json::value* value = whole.if_contains(name)) out[name] = *value;
  }
  json::object titles;
  if (const json::value* content = whole.if_contains("content"); content && content->is_object()) {
    for (const json::key_value_pair& lang : content->get_object()) {
      if (const json::object* text = lang.value().if_object())
        titles[lang.key()] = string_or(*text, "title");
    }
  }
  out["title"] = std::move(titles);
  json::array by;
  if (const json::value* approvals = whole.if_contains("approvals");
      approvals && approvals->is_array()) {
    for (const json::value& each : approvals->get_array()) {
      if (const json::object* approval = each.if_object())
        by.push_back({{"by", string_or(*approval, "by")}, {"at", string_or(*approval, "at")}});
    }
  }
  out["approvals"] = std::move(by);
  out["changed_at"] = model::to_text(row->changed_at);
  return std::optional(std::move(out));
}

}  // namespace

Result<broadcast::FramePtr> DeskFeed::frame_of(store::View& view, std::string_view epoch,
                                               const store::DeskEntry& entry, std::uint64_t after,
                                               bool tell_gone) const {
  std::optional<json::object> record;
  if (entry.kind == "case") {
    CLARION_TRY(record, case_record(view, entry.id, clock_.now()));
  } else {
    CLARION_TRY(record, notice_record(view, entry.id, notices_, clock_.now()));
  }
  const model::Position position{std::string(epoch), entry.offset};
  const std::vector<model::Facets> facets{entry.now.facets, entry.ever.facets};
  const auto gone_frame = [&] {
    const json::object gone{{"id", entry.id}, {"version", entry.version}, {"gone", true}};
    return broadcast::make_desk_frame(entry.kind, position, json::serialize(gone), facets,
                                      {.rights = {}, .after = after});
  };
  if (!record) return gone_frame();
  broadcast::Rights rights{entry.now.audience, entry.ever.audience, nullptr};
  if (tell_gone) rights.gone = gone_frame();
  return broadcast::make_desk_frame(entry.kind, position, to_json_text(*record), facets,
                                    {.rights = std::move(rights), .after = after});
}

Result<broadcast::Frames> DeskFeed::page(std::uint64_t after, std::size_t max_bytes,
                                         std::size_t max_frames, bool open_alone) {
  return database_.read([&](store::View& view) -> Result<broadcast::Frames> {
    CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
    CLARION_TRY(auto entries, store::desk_log_after(view, after, max_frames, open_alone));
    broadcast::Frames frames;
    std::size_t bytes = 0;
    std::uint64_t last = after;
    for (const store::DeskEntry& entry : entries) {
      if (bytes >= max_bytes) break;
      // How far back the reader began is not known here: who lost sight is told, maybe again.
      CLARION_TRY(auto frame, frame_of(view, epoch.value_or(""), entry, last, entry.lost_at != 0));
      bytes += frame->size_bytes();
      last = entry.offset;
      frames.push_back(std::move(frame));
    }
    return frames;
  });
}

Result<broadcast::Snapshot> DeskFeed::live() {
  return database_.read([&](store::View& view) -> Result<broadcast::Snapshot> {
    CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
    CLARION_TRY(auto ends, store::desk_log_ends(view));
    broadcast::Snapshot out;
    out.head = {epoch.value_or(""), ends.head};
    out.paged = true;
    out.floor = ends.floor;
    return out;
  });
}

Status DeskFeed::start(broadcast::Gateway& gateway) {
  gateway_ = &gateway;
  CLARION_TRY(auto ends,
              database_.read([](store::View& view) { return store::desk_log_ends(view); }));
  published_ = ends.head;
  CLARION_TRY(store::watch_desk_log(database_, [this] {
    const std::lock_guard lock(mutex_);
    changed_ = true;
    wake_.notify_one();
  }));
  thread_ = std::thread([this] { run(); });
  return ok();
}

void DeskFeed::stop() {
  if (!thread_.joinable()) return;
  if (const Status done = store::watch_desk_log(database_, {}); !done)
    log_.warn("the desk's log is still watched", done.error());
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

void DeskFeed::run() {
  bool look_again = true;  // figures may wait since before the start
  std::string trouble;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      const auto woken = [this] { return changed_ || stopping_; };
      if (look_again) {
        wake_.wait_for(lock, kLookAgain, woken);
      } else {
        wake_.wait(lock, woken);
      }
      if (stopping_) return;
      changed_ = false;
    }
    const auto step = [&]() -> Status {
      bool more = true;
      while (more) {
        CLARION_TRY(more, publish_some());
      }
      CLARION_TRY(tell_presence());
      CLARION_TRY(auto due,
                  database_.read([](store::View& view) { return store::desk_figures_due(view); }));
      look_again = due.has_value();
      if (due && (*due <= clock_.now() || *due > clock_.now() + std::chrono::seconds(2)))
        return flush_figures();
      return ok();
    };
    const Status done = step();
    if (!done) look_again = true;
    const std::string now = done ? std::string() : done.error().text;
    if (!done && now != trouble) log_.error("the desk's channel is behind", done.error());
    trouble = now;
  }
}

Status DeskFeed::flush_figures() {
  CLARION_TRY(database_.write([](store::Tx& tx) { return store::flush_desk_figures(tx); }));
  return ok();
}

Result<bool> DeskFeed::publish_some() {
  const bool heard = gateway_->readers(kChannel) > 0;
  broadcast::Frames frames;
  CLARION_TRY(auto more, database_.read([&](store::View& view) -> Result<bool> {
    CLARION_TRY(auto epoch, store::find_meta(view, "epoch"));
    CLARION_TRY(auto ends, store::desk_log_ends(view));
    if (ends.head <= published_) return false;
    // Unheard, the newest alone tells where the log ends; who comes is filled up from the store.
    const std::uint64_t from = heard ? published_ : ends.head - 1;
    CLARION_TRY(auto entries, store::desk_log_after(view, from, kMostAtOnce, false));
    std::uint64_t last = from;
    for (const store::DeskEntry& entry : entries) {
      CLARION_TRY(auto frame,
                  frame_of(view, epoch.value_or(""), entry, last, entry.lost_at > published_));
      last = entry.offset;
      frames.push_back(std::move(frame));
    }
    return last < ends.head;
  }));
  for (broadcast::FramePtr& frame : frames) {
    published_ = frame->offset();
    gateway_->publish(kChannel, std::move(frame));
  }
  return more;
}

void DeskFeed::pass_presence(const std::string& case_id,
                             std::vector<desk::Presence::Person> people) {
  const std::lock_guard lock(mutex_);
  presence_[case_id] = std::move(people);
  changed_ = true;
  wake_.notify_one();
}

Status DeskFeed::tell_presence() {
  std::map<std::string, std::vector<desk::Presence::Person>> all;
  {
    const std::lock_guard lock(mutex_);
    all.swap(presence_);
  }
  for (const auto& [id, people] : all) {
    CLARION_TRY(auto sight, database_.read([&id = id](store::View& view) {
      return store::desk_sight(view, id);
    }));
    if (!sight) continue;  // of a case that ended long ago nobody is told
    json::array there;
    for (const desk::Presence::Person& person : people)
      there.push_back({{"user", person.account}, {"what", person.what}});
    pass({"presence",
          {{"case", id}, {"people", std::move(there)}},
          std::move(sight->audience),
          std::move(sight->facets)});
  }
  return ok();
}

void DeskFeed::pass(desk::PassingEvent event) const {
  const std::string json = fmt::format(R"({{"type":"{0}","channel":"desk","{0}":{1}}})", event.type,
                                       to_json_text(event.body));
  std::optional<broadcast::Rights> rights;
  if (event.audience) rights = broadcast::Rights{std::move(*event.audience), {}, nullptr};
  gateway_->pass(kChannel, broadcast::Frame::passing(event.type, json, std::move(event.facets),
                                                     std::move(rights)));
}

}  // namespace clarion::app
