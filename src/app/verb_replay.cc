#include "app/command_line.h"
#include "app/follow_view.h"
#include "app/line_source.h"
#include "app/replay.h"
#include "intake/batch.h"
#include "intake/parse.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <memory>

namespace clarion::app {
namespace {

using Moment = std::chrono::steady_clock::time_point;

struct ReplayOptions {
  std::string file, url, token_file;
  double rate = 0, speed = 0;
};

/// When a line is to go out, by the rate or by the posts' own times.
class Pace {
 public:
  Pace(const ReplayOptions& given, Moment begun)
      : rate_(given.rate), speed_(given.speed), begun_(begun), due_(begun) {}

  Moment due(std::string_view line) {
    using Seconds = std::chrono::duration<double>;
    if (rate_ > 0) {
      due_ = begun_ + std::chrono::duration_cast<Moment::duration>(
                          Seconds(static_cast<double>(lines_++) / rate_));
    } else if (speed_ > 0 && parser_.parse(line, post_) && post_.created_at) {
      const model::Time time = post_.created_at->time;
      if (!first_) first_ = time;
      const Moment at =
          begun_ + std::chrono::duration_cast<Moment::duration>(Seconds(time - *first_) / speed_);
      due_ = std::max(due_, at);  // what stands out of order goes out with what stands before it
    }
    return due_;
  }

 private:
  double rate_, speed_;
  Moment begun_, due_;
  std::uint64_t lines_ = 0;
  intake::PostParser parser_;
  model::Post post_;
  std::optional<model::Time> first_;
};

/// Lines that are due this soon after one another go out together.
constexpr std::chrono::milliseconds kTogether{100};

class Replay {
 public:
  Replay(const ReplayOptions& given, Sender& sender, int stop)
      : sender_(sender),
        stop_(stop),
        pace_(given, std::chrono::steady_clock::now()),
        paced_(given.rate > 0 || given.speed > 0),
        bar_(::isatty(STDERR_FILENO) != 0) {}

  Status run(LineSource& source) {
    LineBlock block;
    for (;;) {
      CLARION_TRY(const bool more, source.next(block));
      if (!more) break;
      std::string_view rest = block.bytes;
      for (std::uint64_t number = block.first_line; !rest.empty(); ++number) {
        const std::string_view line = intake::take_line(rest);
        if (intake::is_blank(line)) continue;
        CLARION_TRY(take(number, line));
      }
    }
    return flush();
  }
  void end_bar() const {
    if (bar_) fmt::print(stderr, "\r\033[K");
  }

 private:
  Status take(std::uint64_t number, std::string_view line) {
    const Moment due = pace_.due(line);
    if (sender_.is_full(line) || (paced_ && sender_.held() > 0 && due > first_due_ + kTogether)) {
      CLARION_TRY(flush());
    }
    if (sender_.held() == 0) first_due_ = due;
    last_due_ = due;
    sender_.add(number, line);
    return ok();
  }
  Status flush() {
    if (sender_.held() == 0) return ok();
    const auto now = std::chrono::steady_clock::now();
    if (paced_ && last_due_ > now &&
        !pause(std::chrono::ceil<std::chrono::milliseconds>(last_due_ - now), stop_))
      return Error{Errc::cancelled, "stopped"};
    CLARION_TRY(sender_.send());
    if (bar_)
      fmt::print(stderr, "\r\033[K{} posts, {} flagged", sender_.counts().sent,
                 sender_.counts().flagged);
    return ok();
  }

  Sender& sender_;
  int stop_;
  Pace pace_;
  bool paced_, bar_;
  Moment first_due_, last_due_;
};

int replay(const ReplayOptions& given) {
  if (const auto url = http::parse_url(given.url); !url)
    return fail({Errc::invalid, url.error().text});
  if (given.rate > 0 && given.speed > 0)
    return fail({Errc::invalid, "--rate and --speed exclude each other"});
  Sender::Options options;
  options.url = given.url;
  auto token = read_token(given.token_file);
  if (!token) return fail(token.error());
  options.token = std::move(token).value();
  auto source = LineSource::open(given.file, intake::PostLimits::kLineBytes);
  if (!source) return fail(source.error());
  const auto stop = open_stop_signals();
  if (!stop) return fail(stop.error());
  options.stop = stop.value();
  const auto random = ops::make_system_random();
  auto sender = Sender::make(
      options, *random, [&](std::uint64_t line, std::string_view code, std::string_view detail) {
        fmt::print(stderr, "{}:{}: {}: {}\n", given.file, line, printable(code), printable(detail));
      });
  if (!sender) return fail(sender.error());

  const auto begun = std::chrono::steady_clock::now();
  Replay run(given, sender.value(), stop.value());
  const Status done = run.run(*source.value());
  run.end_bar();
  ::close(stop.value());
  const double seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  const Sender::Counts& counts = sender.value().counts();
  fmt::print(
      "sent {}, accepted {}, flagged {}, duplicates {}, rejected {}; {} batches, {} retries; "
      "{:.1f} s, {:.0f} posts/s\n",
      counts.sent, counts.accepted, counts.flagged, counts.duplicates, counts.rejected,
      counts.batches, counts.retries, seconds,
      static_cast<double>(counts.sent) / std::max(seconds, 0.001));
  if (!done)
    fmt::print(stderr, "clarion: {}; {} posts were taken, the rest was not sent\n",
               printable(done.error().text), counts.sent);
  return done && counts.rejected == 0 ? 0 : 1;
}

}  // namespace

void add_replay_verbs(CommandLine& line) {
  const auto given = std::make_shared<ReplayOptions>();
  CLI::App& verb = line.verb(
      "replay",
      "Send recorded posts as a live source would; without --rate and --speed as fast as the "
      "server takes them. What the server refuses for now is sent again, and counts once. The "
      "token of scope ingest comes from --token-file or CLARION_TOKEN",
      "clarion replay posts.ndjson.xz --to http://127.0.0.1:8080 --rate 200");
  verb.add_option("FILE", given->file, "NDJSON, also .xz and .gz; - is standard input")->required();
  verb.add_option("--to", given->url, "http:// or https:// address of the server")->required();
  verb.add_option("--rate", given->rate, "Posts a second")->check(CLI::Range(0.001, 1e6));
  verb.add_option("--speed", given->speed, "So many times as fast as the posts' own times")
      ->check(CLI::Range(0.001, 1e6));
  verb.add_option("--token-file", given->token_file, "First line is the token");
  line.run(verb, [given] { return replay(*given); });
}

}  // namespace clarion::app
