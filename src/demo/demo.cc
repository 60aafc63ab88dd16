#include "demo/demo.h"

#include "demo/package.h"
#include "demo/visit.h"

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>

namespace clarion::demo {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 40ms;  // how often it is asked what is due
constexpr Played kFiguresEvery{30'000};
constexpr Played kReadyEvery{2'000};
constexpr Played kRenewEvery{45'000};  // once all scenes are over

std::string run_name(ops::Random& random) {
  constexpr std::string_view kLetters = "bcdfghjkmnpqrstvwxz23456789";
  std::string out;
  for (int i = 0; i < 6; ++i) out += kLetters[random.below(kLetters.size())];
  return out;
}

}  // namespace

Result<std::unique_ptr<Demo>> Demo::make(DemoOptions options, People people,
                                         const ops::Clock& clock, ops::Random& random) {
  CLARION_TRY(auto lines, read_feed(feed_ndjson()));
  Feed feed(std::move(lines), run_name(random));
  CLARION_TRY(auto scenes, read_scenes(scenes_json()));
  std::vector<Performance> runs, ready;
  for (Scene& scene : scenes) {
    std::optional<std::string> claim = scene.post.empty() ? "" : feed.text_of(scene.post);
    if (!claim) {
      return Error{Errc::invalid,
                   fmt::format("scenes.json: {}: the feed has no post {}", scene.id, scene.post)};
    }
    auto& place = scene.ready ? ready : runs;
    place.emplace_back(std::move(scene), std::move(*claim));
  }
  CLARION_TRY(auto client, http::Client::make(options.url));
  return std::unique_ptr<Demo>(new Demo(std::move(options), std::move(people), clock,
                                        std::move(feed), std::move(runs), std::move(ready),
                                        std::move(client)));
}

Demo::Demo(DemoOptions options, People people, const ops::Clock& clock, Feed feed,
           std::vector<Performance> runs, std::vector<Performance> ready, http::Client client)
    : options_(std::move(options)),
      people_(std::move(people)),
      clock_(clock),
      feed_(std::move(feed)),
      runs_(std::move(runs)),
      ready_(std::move(ready)),
      client_(std::move(client)),
      next_figures_(kFiguresEvery) {}

Demo::~Demo() { stop(); }

Status Demo::start() {
  CLARION_TRY(auto file, write_variables(options_, people_));
  options_.say(welcome(options_, people_, file));
  thread_ = std::jthread([this](const std::stop_token& stopped) { play(stopped); });
  return ok();
}

void Demo::stop() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Demo::play(const std::stop_token& stopped) {
  const auto begun = clock_.steady();
  std::mutex mutex;
  std::condition_variable_any wake;
  while (!stopped.stop_requested()) {
    const std::chrono::duration<double, std::milli> real = clock_.steady() - begun;
    const Played played(static_cast<std::int64_t>(real.count() * options_.speed));
    send_posts(played);
    act(played);
    if (played >= next_figures_) {
      next_figures_ = played + kFiguresEvery;
      tell(played,
           fmt::format("已播放帖文 {} 条，标记 {} 条，通告 {} 次", feed_.given(), flagged_,
                       published_),
           fmt::format("{} posts played, {} flagged, {} publications", feed_.given(), flagged_,
                       published_));
    }
    std::unique_lock lock(mutex);
    wake.wait_for(lock, stopped, kLook, [] { return false; });
  }
}

void Demo::send_posts(Played played) {
  if (waiting_.empty()) waiting_ = feed_.due(played, clock_.now());
  if (waiting_.empty()) return;
  const auto answer = client_.request(
      "POST", "/v1/posts",
      {{"Authorization", "Bearer " + people_.feed_token}, {"Content-Type", "application/x-ndjson"}},
      waiting_);
  if (!answer || answer.value().status == 429 || answer.value().status == 503) return;
  waiting_.clear();
  const auto counts = parse_json(answer.value().body);
  const json::object* object = counts ? counts.value().if_object() : nullptr;
  if (answer.value().status != 202 || object == nullptr) {
    tell(played, fmt::format("帖文未被接收（{}）", answer.value().status),
         fmt::format("posts were not taken ({})", answer.value().status));
    return;
  }
  if (const json::value* flagged = object->if_contains("flagged");
      flagged != nullptr && flagged->is_int64())
    flagged_ += static_cast<std::uint64_t>(flagged->get_int64());
}

void Demo::act(Played played) {
  const Send sender = [this](std::string_view account, std::string_view method,
                             const std::string& target, const json::object& body,
                             std::optional<std::int64_t> version) {
    return send(account, method, target, body, version);
  };
  keep_ready(played, sender);
  bool over = true;
  for (Performance& run : runs_) {
    if (run.done()) continue;
    over = false;
    if (run.due() > played) continue;
    const auto out = run.step(sender, played, clock_.now());
    if (!out) {
      tell(played, fmt::format("跳过一幕 {}（{}）", run.id(), out.error().code),
           fmt::format("left a scene {} ({})", run.id(), out.error().code));
    } else if (out.value()) {
      ++published_;
      const auto& [act, zh, en] = *out.value();
      const std::string_view word = act == "withdraw"  ? "撤回"
                                    : act == "correct" ? "更正"
                                    : act == "update"  ? "更新"
                                                       : "发布";
      tell(played, fmt::format("{}：{}", word, zh), fmt::format("{}: {}", act, en));
    }
  }
  if (over) renew_one(played);
}

void Demo::keep_ready(Played played, const Send& sender) {
  if (ready_.empty() || played < next_ready_) return;
  next_ready_ = played + kReadyEvery;
  Performance& now = ready_[ready_at_];
  if (now.done()) {
    const auto waiting = now.waits(sender);
    if (!waiting || waiting.value()) return;
    // A visitor took it further: the next one, and after the last the first again as a new
    // revision.
    ready_at_ = (ready_at_ + 1) % ready_.size();
    if (ready_[ready_at_].done()) ready_[ready_at_].ready_again(sender, played);
  }
  Performance& next = ready_[ready_at_];
  while (!next.done()) {
    if (const auto out = next.step(sender, played, clock_.now()); !out || next.due() > played)
      break;
  }
}

void Demo::renew_one(Played played) {
  if (next_renewal_ == Played(0)) next_renewal_ = played + kRenewEvery;
  if (played < next_renewal_) return;
  next_renewal_ = played + kRenewEvery;
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Performance& run = runs_[(renewed_ + i) % runs_.size()];
    if (!run.renew(played)) continue;
    renewed_ = (renewed_ + i + 1) % runs_.size();
    return;
  }
}

Result<json::object> Demo::send(std::string_view account, std::string_view method,
                                const std::string& target, const json::object& body,
                                std::optional<std::int64_t> version) {
  const auto token = people_.tokens.find(account);
  if (token == people_.tokens.end())
    return Error{Errc::not_found, fmt::format("no account {}", account), "not_found"};
  http::HeaderList headers{{"Authorization", "Bearer " + token->second}};
  if (method != "GET") {
    headers.emplace_back("Content-Type",
                         method == "PATCH" ? "application/merge-patch+json" : "application/json");
  }
  if (version) headers.emplace_back("If-Match", fmt::format("\"{}\"", *version));
  CLARION_TRY(auto answer,
              client_.request(method, target, headers, method == "GET" ? "" : to_json_text(body)));
  CLARION_TRY(auto read, parse_json(answer.body, {.max_bytes = 4U << 20U}));
  json::object* object = read.if_object();
  if (object == nullptr) return Error{Errc::corrupt, "the answer is no object", "json_invalid"};
  if (answer.status < 200 || answer.status > 299) {
    const std::string code(string_or(*object, "code", "refused"));
    if (answer.status == 429 || answer.status == 503)
      return Error{Errc::overloaded, "the server is busy", code};
    return Error{Errc::conflict, fmt::format("{} {}: {}", method, answer.status, code), code};
  }
  return std::move(*object);
}

void Demo::tell(Played played, std::string_view zh, std::string_view en) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(played).count();
  options_.say(fmt::format("[演示 {:02}:{:02}] {} ｜ {}", seconds / 60, seconds % 60, zh, en));
}

}  // namespace clarion::demo
