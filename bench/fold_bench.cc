// Speed of the fold, the second keys, sketches and places on one core, over posts like those of a
// feed.
#include "group/sketch.h"
#include "model/region.h"
#include "text/fold.h"
#include "text/views.h"

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

namespace clarion {
namespace {

/// 1,000 posts of some 300 bytes: Han with punctuation, hashtags, numbers, links, a few traditional
/// and disguised characters.
const std::vector<std::string>& posts() {
  static const std::vector<std::string> kPosts = [] {
    const std::string parts[] = {
        "【紧急通知】接上级通知，今晚八点起全市停水停电三天，请大家马上储水！",
        "听说广州白云区有人喝了消毒水，已经送医院抢救，大家千万不要相信这种偏方。",
        "#台风山竹#最新消息：中心附近最大风力14级（45米/"
        "秒），预计明天下午在阳江到湛江一带沿海登陆。",
        "轉發俾屋企人知：聽日打風放假，唔好出街，小心高空墜物。",
        "网页链接 http://t.cn/8FIvV05 ，转发@广州发布：官方辟谣，封.城为不实消息。",
        "有网友爆料，化工厂火乍了，附近居民正在撤离🙏🙏🙏，请扩散，救人要紧！！",
    };
    std::vector<std::string> out;
    std::uint32_t state = 1;
    for (int i = 0; i < 1000; ++i) {
      std::string post;
      for (int n = 0; n < 3; ++n) {
        state = state * 1664525U + 1013904223U;
        post += parts[(state >> 16U) % std::size(parts)];
      }
      out.push_back(post + std::to_string(state));
    }
    return out;
  }();
  return kPosts;
}

template <class F>
void run(benchmark::State& state, F&& one) {
  std::int64_t bytes = 0;
  for (const auto _ : state) {
    for (const std::string& post : posts()) {
      one(post);
      bytes += static_cast<std::int64_t>(post.size());
    }
  }
  state.SetBytesProcessed(bytes);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(posts().size()));
}

void Fold(benchmark::State& state) {
  text::Folded folded;
  run(state, [&](const std::string& post) {
    text::fold(post, folded);
    benchmark::DoNotOptimize(folded.bytes.data());
  });
}
BENCHMARK(Fold);

void FoldAndKey(benchmark::State& state) {
  const auto view = static_cast<text::View>(state.range(0));
  text::Folded folded;
  text::Folded key;
  run(state, [&](const std::string& post) {
    text::fold(post, folded);
    text::view_key(view, folded, key);
    benchmark::DoNotOptimize(key.bytes.data());
  });
}
BENCHMARK(FoldAndKey)->DenseRange(0, 2)->ArgName("view");

void FoldAndSketch(benchmark::State& state) {
  text::Folded folded;
  std::vector<std::uint64_t> scratch;
  run(state, [&](const std::string& post) {
    text::fold(post, folded);
    benchmark::DoNotOptimize(group::sketch_of(folded.bytes, scratch));
  });
}
BENCHMARK(FoldAndSketch);

void FoldAndPlaces(benchmark::State& state) {
  text::Folded folded;
  run(state, [&](const std::string& post) {
    text::fold(post, folded);
    benchmark::DoNotOptimize(model::regions_in_text(folded.bytes));
  });
}
BENCHMARK(FoldAndPlaces);

}  // namespace
}  // namespace clarion

BENCHMARK_MAIN();
