#include "app/command_line.h"
#include "app/line_source.h"
#include "intake/batch.h"
#include "intake/parse.h"
#include "ops/clock.h"
#include "rules/examples.h"
#include "rules/explain.h"
#include "rules/lint.h"
#include "rules/profile.h"
#include "rules/rule_set.h"
#include "rules/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace clarion::app {
namespace {

Result<std::vector<rules::PackSource>> packs_of(const std::string& dir) {
  return dir.empty() ? Result<std::vector<rules::PackSource>>(rules::builtin_packs())
                     : rules::read_packs(dir);
}

int rules_check(const std::string& dir) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  std::size_t errors = 0, warnings = 0;
  for (const rules::Problem& problem : rules::lint(packs.value())) {
    fmt::print("{}\n", rules::to_text(problem));
    ++(problem.warning ? warnings : errors);
  }
  fmt::print("{} packs, {} errors, {} warnings\n", packs.value().size(), errors, warnings);
  return errors == 0 ? 0 : 1;
}

int rules_test(const std::string& dir) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  const auto set = rules::RuleSet::make(packs.value(), {.run_examples = false});
  if (!set) {
    fmt::print(stderr, "clarion: {}\n", set.error().text);
    return 1;
  }
  std::size_t passed = 0, failed = 0;
  for (const rules::ExampleResult& result : rules::run_examples(*set.value())) {
    ++(result.passed ? passed : failed);
    if (!result.passed) fmt::print("{}:{}: {}\n", result.file, result.line, rules::to_text(result));
  }
  fmt::print("{} rules, {} examples passed, {} failed\n", set.value()->rules().size(), passed,
             failed);
  return failed == 0 ? 0 : 1;
}

int rules_explain(const std::string& dir, const std::string& text, bool as_json) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  const auto set = rules::RuleSet::make(packs.value(), {});
  if (!set) return fail(set.error());
  const rules::Explanation explanation = rules::explain(*set.value(), text);
  if (as_json) {
    fmt::print("{}\n", json::serialize(rules::to_json(explanation)));
  } else {
    fmt::print("{}", rules::to_text(explanation));
  }
  return 0;
}

std::uint64_t clock_ns(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(time.tv_nsec);
}
std::uint64_t steady_ns() { return clock_ns(CLOCK_MONOTONIC); }
double cpu_seconds() { return static_cast<double>(clock_ns(CLOCK_THREAD_CPUTIME_ID)) / 1e9; }

/// The posts of a file, at most 256 MiB of text: what is measured must fit into memory.
struct BenchPosts {
  std::vector<model::Post> posts;
  std::size_t bytes = 0;
  bool cut = false;
};
Result<BenchPosts> read_posts(const std::string& file) {
  constexpr std::size_t kMostBytes = 256U << 20U;
  CLARION_TRY(const auto source, LineSource::open(file, intake::PostLimits::kLineBytes));
  BenchPosts out;
  intake::PostParser parser;
  model::Post post;
  LineBlock block;
  std::uint64_t rejected = 0;
  while (!out.cut) {
    CLARION_TRY(const bool more, source->next(block));
    if (!more) break;
    for (std::string_view rest = block.bytes; !rest.empty();) {
      const std::string_view line = intake::take_line(rest);
      if (intake::is_blank(line)) continue;
      if (!parser.parse(line, post)) {
        ++rejected;
        continue;
      }
      if (post.op == model::Post::Op::remove) continue;
      out.cut = out.bytes + post.text.size() > kMostBytes;
      if (out.cut) break;
      out.bytes += post.text.size();
      out.posts.push_back(std::move(post));
      post = {};
    }
  }
  if (rejected > 0) fmt::print(stderr, "clarion: {}: {} lines are no posts\n", file, rejected);
  if (out.posts.empty()) return Error{Errc::not_found, fmt::format("{}: holds no posts", file)};
  return out;
}

/// CPU seconds of one pass over the posts, and how many were flagged.
std::pair<double, std::size_t> scan_all(rules::Scanner& scanner, const BenchPosts& posts) {
  std::size_t flagged = 0;
  const double begin = cpu_seconds();
  for (const model::Post& post : posts.posts) flagged += scanner.scan(post, false).flagged ? 1 : 0;
  return {cpu_seconds() - begin, flagged};
}

double percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

int rules_bench(const std::string& dir, const std::string& file) {
  const auto packs = packs_of(dir);
  if (!packs) return fail(packs.error());
  const double before = cpu_seconds();
  const auto set = rules::RuleSet::make(packs.value(), {.run_examples = false});
  if (!set) return fail(set.error());
  const double compiling = cpu_seconds() - before;
  const auto read = read_posts(file);
  if (!read) return fail(read.error());
  const BenchPosts& posts = read.value();

  // Timed without the profile, whose clock costs; at least three passes and a second.
  rules::Scanner scanner(set.value());
  std::vector<double> passes;
  double all = 0;
  std::size_t flagged = scan_all(scanner, posts).second;  // and warms up
  constexpr std::size_t kLeast = 3, kMost = 1000;
  while (passes.size() < kLeast || (all < 1 && passes.size() < kMost)) {
    passes.push_back(std::max(scan_all(scanner, posts).first, 1e-9));
    all += passes.back();
  }
  std::sort(passes.begin(), passes.end());
  rules::Profile profile{.now_ns = steady_ns};
  scanner.set_profile(&profile);
  scan_all(scanner, posts);

  const rules::RuleSet::Statistics& made = set.value()->statistics();
  const auto count = static_cast<double>(posts.posts.size());
  const double median = passes[passes.size() / 2];
  const std::uint64_t spent = profile.fold_ns + profile.hyperscan_ns + profile.evaluate_ns;
  fmt::print("rules         {} in {} packs, {} phrases and {} regexes, compiled in {:.2f} CPU s\n",
             made.rules, made.packs, made.literals, made.regexes, compiling);
  fmt::print("posts         {} with {:.1f} MB of text{}, {} flagged ({:.1f} %)\n",
             posts.posts.size(), static_cast<double>(posts.bytes) / 1e6,
             posts.cut ? " (the first 256 MiB of the file)" : "", flagged,
             percent(flagged, posts.posts.size()));
  fmt::print(
      "throughput    {:.0f} posts/s, {:.1f} MB/s a core; median of {} passes, {:.0f} to {:.0f}\n",
      count / median, static_cast<double>(posts.bytes) / 1e6 / median, passes.size(),
      count / passes.back(), count / passes.front());
  fmt::print(
      "by Hyperscan  {} of {} rules ({:.1f} %), {} of {} texts ({:.1f} %), {:.1f} % of the time\n",
      made.triggered_rules, made.rules, percent(made.triggered_rules, made.rules),
      profile.hyperscan_texts, profile.texts, percent(profile.hyperscan_texts, profile.texts),
      percent(profile.hyperscan_ns, spent));
  fmt::print(
      "the rest      {:.1f} % folding, {:.1f} % rules: {} texts ({:.1f} %) held a phrase that "
      "made rules worth a look, {:.1f} rules each\n",
      percent(profile.fold_ns, spent), percent(profile.evaluate_ns, spent), profile.triggered_texts,
      percent(profile.triggered_texts, profile.texts),
      profile.triggered_texts == 0 ? 0.0
                                   : static_cast<double>(profile.rules_evaluated) /
                                         static_cast<double>(profile.triggered_texts));
  return 0;
}

}  // namespace

void add_rules_verbs(CommandLine& line) {
  CLI::App& rules = line.group("rules", "Check, test and explain rule packs");
  const auto dir = std::make_shared<std::string>();

  CLI::App& check = CommandLine::verb(rules, "check", "Lint packs", "clarion rules check rules/");
  check.add_option("DIR", *dir, "Folder of packs (default: those built in)");
  line.run(check, [dir] { return rules_check(*dir); });

  CLI::App& test =
      CommandLine::verb(rules, "test", "Run each rule's own examples", "clarion rules test rules/");
  test.add_option("DIR", *dir, "Folder of packs (default: those built in)");
  line.run(test, [dir] { return rules_test(*dir); });

  const auto posts = std::make_shared<std::string>();
  CLI::App& bench = CommandLine::verb(
      rules, "bench", "How fast packs scan posts, and how much of that Hyperscan does",
      "clarion rules bench rules/ posts.ndjson.xz");
  bench.add_option("DIR", *dir, "Folder of packs")->required();
  bench.add_option("FILE", *posts, "NDJSON posts, also .xz and .gz")->required();
  line.run(bench, [dir, posts] { return rules_bench(*dir, *posts); });

  const auto text = std::make_shared<std::string>();
  const auto as_json = std::make_shared<bool>(false);
  CLI::App& explain = CommandLine::verb(
      rules, "explain", "What a text folds to, which rules hit where, how the score came about",
      "clarion rules explain '听说喝点白酒就能杀死新冠病毒'");
  explain.add_option("--rules", *dir, "Folder of packs (default: those built in)");
  explain.add_flag("--json", *as_json, "As JSON");
  explain.add_option("TEXT", *text, "The text")->required();
  line.run(explain, [dir, text, as_json] { return rules_explain(*dir, *text, *as_json); });
}

}  // namespace clarion::app
