#include "app/verb_scan.h"

#include "app/command_line.h"
#include "app/library_files.h"
#include "app/line_source.h"
#include "app/scan_worker.h"
#include "intake/parse.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <thread>

namespace clarion::app {
namespace {

/// A line on a terminal that says how far it is.
class Bar {
 public:
  Bar(std::FILE* err, const ops::Clock& clock)
      : err_(err), clock_(clock), shown_(::isatty(::fileno(err)) != 0) {}
  void update(const ScanCounts& counts, const LineSource& source, std::string_view file) {
    if (!shown_) return;
    constexpr std::chrono::milliseconds kEvery{100};
    const auto now = clock_.steady();
    if (drawn_ && now - last_ < kEvery) return;
    last_ = now;
    drawn_ = true;
    std::string line = fmt::format("\r\033[K{}", file);
    if (const std::uint64_t total = source.total_bytes(); total > 0) {
      constexpr std::size_t kWidth = 30;
      const std::uint64_t read = std::min(source.read_bytes(), total);
      const auto full = static_cast<std::size_t>(read * kWidth / total);
      line +=
          fmt::format(" [{:#<{}}{:.<{}}] {:3}%", "", full, "", kWidth - full, read * 100 / total);
    }
    line += fmt::format(" {} posts, {} flagged", counts.posts, counts.flagged);
    print(line);
  }
  void clear() {
    if (!drawn_) return;
    drawn_ = false;
    print("\r\033[K");
  }

 private:
  void print(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), err_);
    std::fflush(err_);
  }
  std::FILE* err_;
  const ops::Clock& clock_;
  bool shown_, drawn_ = false;
  std::chrono::steady_clock::time_point last_{};
};

bool write_all(std::FILE* file, std::string_view text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size();
}

/// One run over all inputs: reads blocks, has them scanned, writes what came of them in their
/// order.
class Run {
 public:
  Run(const ScanSetup& setup, std::size_t threads, std::FILE* out, std::FILE* err,
      const ops::Clock& clock)
      : out_(out), err_(err), bar_(err, clock) {
    if (threads == 1) {
      alone_.emplace(setup);
    } else {
      pool_.emplace(threads, setup);
      most_ = threads * 3;  // one at work, one waiting, one being written
    }
  }

  Status file(const std::string& path) {
    CLARION_TRY(const auto source, LineSource::open(path, intake::PostLimits::kLineBytes));
    const std::string_view name = path == "-" ? std::string_view("stdin") : std::string_view(path);
    for (;;) {
      std::unique_ptr<ScanJob> job = take_job();
      job->file = name;
      auto more = source->next(job->block);
      if (!more) {
        CLARION_TRY(finish());
        return std::move(more).error();
      }
      if (!more.value()) break;
      if (alone_) {
        alone_->run(*job);
        CLARION_TRY(write(*job));
        spare_.push_back(std::move(job));
      } else {
        pool_->start(*job);
        pending_.push_back(std::move(job));
        while (pending_.size() >= most_ ||
               (!pending_.empty() && pool_->is_done(*pending_.front()))) {
          CLARION_TRY(finish_oldest());
        }
      }
      bar_.update(counts_, *source, name);
    }
    return finish();
  }

  /// Waits for what is under way and writes it.
  Status finish() {
    while (!pending_.empty()) {
      CLARION_TRY(finish_oldest());
    }
    if (std::fflush(out_) != 0) return output_failed();
    bar_.clear();
    return ok();
  }
  [[nodiscard]] const ScanCounts& counts() const { return counts_; }

 private:
  std::unique_ptr<ScanJob> take_job() {
    if (spare_.empty()) return std::make_unique<ScanJob>();
    auto job = std::move(spare_.back());
    spare_.pop_back();
    return job;
  }

  Status finish_oldest() {
    pool_->wait(*pending_.front());
    CLARION_TRY(write(*pending_.front()));
    spare_.push_back(std::move(pending_.front()));
    pending_.pop_front();
    return ok();
  }

  Status write(const ScanJob& job) {
    counts_.add(job.counts);
    if (!job.complaints.empty()) {
      bar_.clear();
      write_all(err_, job.complaints);
    }
    if (!write_all(out_, job.results)) return output_failed();
    return ok();
  }
  static Error output_failed() {
    return Error{Errc::unavailable, "standard output cannot be written"};
  }

  std::FILE* out_;
  std::FILE* err_;
  Bar bar_;
  std::optional<ScanWorker> alone_;
  // Before the pool, so that its threads end before the jobs they work on.
  std::deque<std::unique_ptr<ScanJob>> pending_;
  std::vector<std::unique_ptr<ScanJob>> spare_;
  std::optional<ScanPool> pool_;
  std::size_t most_ = 1;
  ScanCounts counts_;
};

Result<std::shared_ptr<const rules::RuleSet>> load_rules(const ScanOptions& options) {
  std::vector<rules::PackSource> packs;
  if (options.rules_dir.empty()) {
    packs = rules::builtin_packs();
  } else {
    CLARION_TRY(packs, rules::read_packs(options.rules_dir));
  }
  return rules::RuleSet::make(packs, {.flag_score = options.flag_score});
}

int failed(std::FILE* err, const Error& error, std::string_view option = {}) {
  fmt::print(err, "clarion scan: {}{}{}\n", option, option.empty() ? "" : ": ", error.text);
  return error.errc == Errc::invalid ? 2 : 1;
}

void print_summary(std::FILE* err, const ScanCounts& counts,
                   std::chrono::steady_clock::duration took) {
  const double seconds = std::max(std::chrono::duration<double>(took).count(), 1e-6);
  fmt::print(err,
             "{} posts, {} flagged, {} deletes, {} lines rejected in {:.2f} s: {:.0f} posts/s, "
             "{:.1f} MB/s\n",
             counts.posts, counts.flagged, counts.deletes, counts.rejected, seconds,
             static_cast<double>(counts.posts) / seconds,
             static_cast<double>(counts.bytes) / 1e6 / seconds);
}

}  // namespace

int run_scan(const ScanOptions& options, std::FILE* out, std::FILE* err, const ops::Clock& clock) {
  constexpr std::size_t kMostThreads = 256;
  if (options.threads > kMostThreads) {
    return failed(err,
                  {Errc::invalid, fmt::format("{} is not 0..{}", options.threads, kMostThreads)},
                  "--threads");
  }
  auto rules = load_rules(options);
  if (!rules) {  // a wrong option or configuration, also when the folder is not there
    failed(err, rules.error(), options.rules_dir.empty() ? "" : "--rules");
    return 2;
  }
  auto library = load_library(options.library, err);
  if (!library) {
    failed(err, library.error(), "--library");
    return 2;
  }
  const ScanSetup setup{std::move(rules).value(), library.value().index, options.match,
                        options.all};
  const std::size_t threads =
      options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
  std::vector<std::string> files = options.files;
  if (files.empty()) files.emplace_back("-");

  const auto started = clock.steady();
  Run run(setup, std::min(threads, kMostThreads), out, err, clock);
  int status = library.value().bad == 0 ? 0 : 1;
  for (const std::string& file : files) {
    if (const auto done = run.file(file); !done) {
      failed(err, done.error());
      status = 1;
      break;
    }
  }
  print_summary(err, run.counts(), clock.steady() - started);
  return status;
}

void add_scan_verbs(CommandLine& line) {
  const auto options = std::make_shared<ScanOptions>();
  CLI::App& scan = line.verb("scan", "Scan NDJSON posts offline: one result a flagged post",
                             "clarion scan --all posts.ndjson.xz > results.ndjson");
  scan.add_option("--rules", options->rules_dir, "Folder of rule packs (default: those built in)");
  scan.add_option("--threads", options->threads, "1 to 256 (default: one a core)")
      ->check(CLI::Range(1, 256));
  scan.add_flag("--all", options->all, "A result for every post, with its best five debunks");
  add_repeated(scan, "--library", options->library,
               "File of debunks (NDJSON, ClaimReview, DataFeed); may stand several times");
  scan.add_option("--match", options->match, "For which posts the library is asked")
      ->transform(CLI::CheckedTransformer(
          std::map<std::string, MatchPosts>{{"none", MatchPosts::none},
                                            {"flagged", MatchPosts::flagged},
                                            {"all", MatchPosts::all}},
          CLI::ignore_case))
      ->default_str("flagged");
  scan.add_option("--flag-score", options->flag_score, "Score from which a post is flagged")
      ->check(CLI::Range(0.001, 1.0));
  scan.add_option("FILE", options->files, "NDJSON, also .xz and .gz; - or none: standard input");
  line.run(scan,
           [options] { return run_scan(*options, stdout, stderr, *ops::make_system_clock()); });
}

}  // namespace clarion::app
