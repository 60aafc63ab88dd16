// Speed of the library on one core: making a snapshot, and asking it, beside two baselines over the
// same debunks and posts: BM25 by a walk over all debunks without postings, and reading the posts'
// tokens alone.
#include "library/matcher.h"
#include "library/tokens.h"
#include "text/fold.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <unordered_map>
#include <vector>

namespace clarion::library {
namespace {

constexpr std::size_t kDebunks = 10'000, kPosts = 500;

class Words {
 public:
  /// Sentences of words whose frequency falls like that of real ones (Zipf's law): a few stand in
  /// most texts, most in few.
  std::string text(std::size_t words) {
    std::string out;
    for (std::size_t i = 0; i < words; ++i) {
      const std::uint32_t a = next(), b = next();
      const std::uint32_t word = std::min(a % (1U + b % 3000U), 3000U);
      for (std::uint32_t k = 0; k < 2; ++k) {
        const std::uint32_t code = 0x4E00 + (word * 2 + k) * 7 % 0x5000;
        out += static_cast<char>(0xE0U | (code >> 12U));
        out += static_cast<char>(0x80U | ((code >> 6U) & 0x3FU));
        out += static_cast<char>(0x80U | (code & 0x3FU));
      }
    }
    return out;
  }

 private:
  std::uint32_t next() {
    state_ = state_ * 1664525U + 1013904223U;
    return state_ >> 8U;
  }
  std::uint32_t state_ = 4;
};

const std::vector<std::shared_ptr<const Entry>>& entries() {
  static const auto kEntries = [] {
    Words words;
    std::vector<std::shared_ptr<const Entry>> out;
    for (std::size_t i = 0; i < kDebunks; ++i) {
      out.push_back(make_entry({.id = "d-" + std::to_string(i),
                                .claim = words.text(10),
                                .verdict = "false",
                                .explanation = words.text(60)}));
    }
    return out;
  }();
  return kEntries;
}

/// Every fourth repeats a claim among other words.
const std::vector<std::string>& posts() {
  static const auto kTexts = [] {
    Words words;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < kPosts; ++i) {
      std::string post = words.text(50);
      if (i % 4 == 0) post += entries()[i * 17 % kDebunks]->debunk.claim;
      out.push_back(text::fold(post).bytes);
    }
    return out;
  }();
  return kTexts;
}

template <class F>
void each_post(benchmark::State& state, F&& one) {
  std::size_t at = 0;
  for (const auto _ : state) {
    one(posts()[at]);
    at = (at + 1) % kPosts;
  }
  state.SetItemsProcessed(state.iterations());
}

void Match(benchmark::State& state) {
  const auto index = Index::make(entries());
  Matcher matcher(index);
  std::size_t asked = 0;
  each_post(state, [&](const std::string& post) {
    if (asked++ % kPosts == 0) {  // no post was asked before
      state.PauseTiming();
      matcher = Matcher(index);
      state.ResumeTiming();
    }
    benchmark::DoNotOptimize(matcher.match(post).data());
  });
}
BENCHMARK(Match);

void MatchRepost(benchmark::State& state) {
  Matcher matcher(Index::make(entries()));
  for (const std::string& post : posts()) benchmark::DoNotOptimize(matcher.match(post).data());
  each_post(state,
            [&](const std::string& post) { benchmark::DoNotOptimize(matcher.match(post).data()); });
}
BENCHMARK(MatchRepost);

/// Baseline: what a program does that keeps no postings.
void WalkOverAll(benchmark::State& state) {
  std::vector<Token> tokens;
  std::vector<std::uint64_t> mine;
  each_post(state, [&](const std::string& post) {
    tokens.clear();
    mine.clear();
    append_tokens(post, tokens);
    for (const Token& token : tokens) mine.push_back(token.hash);
    std::sort(mine.begin(), mine.end());
    std::size_t best = 0, most = 0;
    for (std::size_t i = 0; i < kDebunks; ++i) {
      std::size_t common = 0;
      for (const auto& [token, count] : entries()[i]->terms)
        common += std::binary_search(mine.begin(), mine.end(), token) ? 1 : 0;
      if (common > most) {
        most = common;
        best = i;
      }
    }
    benchmark::DoNotOptimize(best);
  });
}
BENCHMARK(WalkOverAll);

/// Baseline: reading alone.
void ReadTokens(benchmark::State& state) {
  std::vector<Token> tokens;
  each_post(state, [&](const std::string& post) {
    tokens.clear();
    append_tokens(post, tokens);
    benchmark::DoNotOptimize(tokens.data());
  });
}
BENCHMARK(ReadTokens);

/// A new snapshot of entries that are ready, as after an import of one debunk.
void MakeIndex(benchmark::State& state) {
  for (const auto _ : state) benchmark::DoNotOptimize(Index::make(entries()).get());
}
BENCHMARK(MakeIndex)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace clarion::library

BENCHMARK_MAIN();
