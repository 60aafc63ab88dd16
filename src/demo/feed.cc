#include "demo/feed.h"

#include "base/assert.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::demo {
namespace {

constexpr std::size_t kMostAtOnce = 100;
constexpr int kLaterRounds = 3;  // times slower: the visitor has seen it, the desk goes on
constexpr Played kBetweenRounds{10'000};

}  // namespace

Result<std::vector<FeedLine>> read_feed(std::string_view ndjson) {
  std::vector<FeedLine> out;
  for (std::size_t number = 1; !ndjson.empty(); ++number) {
    const std::string_view line = ndjson.substr(0, ndjson.find('\n'));
    ndjson.remove_prefix(std::min(ndjson.size(), line.size() + 1));
    if (line.empty()) continue;
    const auto wrong = [number](std::string_view what) {
      return Error{Errc::invalid, fmt::format("feed.ndjson:{}: {}", number, what)};
    };
    auto read = parse_json(line);
    if (!read) return wrong(read.error().text);
    json::object* post = read.value().if_object();
    if (post == nullptr || string_or(*post, "id").empty()) return wrong("no post with an id");
    const json::value* after = post->if_contains("after_s");
    if (after == nullptr || !after->is_number()) return wrong("no after_s");
    const Played at(static_cast<std::int64_t>(after->to_number<double>() * 1000));
    if (at < Played(0) || (!out.empty() && at < out.back().after))
      return wrong("after_s is smaller than above");
    post->erase("after_s");
    post->erase("about");
    out.push_back({at, std::move(*post)});
  }
  if (out.empty()) return Error{Errc::invalid, "feed.ndjson: holds no post"};
  return out;
}

Feed::Feed(std::vector<FeedLine> lines, std::string run)
    : lines_(std::move(lines)), run_(std::move(run)) {
  CLARION_ASSERT(!lines_.empty());
}

Played Feed::time_of(std::size_t line) const {
  return round_start_ + lines_[line].after * (round_ == 1 ? 1 : kLaterRounds);
}

std::string Feed::id_now(std::string_view id) const {
  return fmt::format("{}-{}-{}", id, run_, round_);
}

std::string Feed::due(Played played, model::Time now) {
  std::string out;
  for (std::size_t count = 0; count < kMostAtOnce && time_of(next_) <= played; ++count) {
    json::object post = lines_[next_].post;
    post["id"] = id_now(string_or(post, "id"));
    for (const char* other : {"repost_of", "reply_to"}) {
      if (const json::string* id = find_string(post, other)) post[other] = id_now(*id);
    }
    const json::value* rev = post.if_contains("rev");
    const bool edit = rev != nullptr && rev->is_int64() && rev->get_int64() > 1;
    post[edit ? "edited_at" : "created_at"] = model::to_text(now);
    out += to_json_text(post);
    out += '\n';
    ++given_;
    if (++next_ == lines_.size()) {
      round_start_ = time_of(next_ - 1) + kBetweenRounds;
      next_ = 0;
      ++round_;
    }
  }
  return out;
}

std::optional<std::string> Feed::text_of(std::string_view id) const {
  const auto found = std::find_if(lines_.begin(), lines_.end(), [id](const FeedLine& line) {
    return string_or(line.post, "id") == id;
  });
  if (found == lines_.end()) return std::nullopt;
  return std::string(string_or(found->post, "text"));
}

}  // namespace clarion::demo
