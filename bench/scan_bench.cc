// Throughput of rules::Scanner on generated posts: ./bench_scan. Posts a second are
// items_per_second, of one core. CLARION_BENCH_POSTS names a file of NDJSON posts to scan instead
// (only their "text" is read).
#include "base/assert.h"
#include "base/json.h"
#include "rules/rule_set.h"
#include "rules/scanner.h"

#include <benchmark/benchmark.h>

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace clarion::rules {
namespace {

/// Everyday words; a few of them (转发, 注意, 明天, 医院) are also words of rules, as in real
/// posts.
constexpr std::string_view kWords[] = {
    "今天", "我们", "一个", "大家", "没有", "可以", "时候", "自己",   "知道", "现在", "朋友",
    "工作", "生活", "孩子", "学校", "老师", "同学", "手机", "视频",   "照片", "电影", "音乐",
    "吃饭", "早上", "晚上", "周末", "回家", "上班", "地铁", "公交",   "天气", "下雨", "太阳",
    "公园", "散步", "跑步", "健康", "身体", "医院", "医生", "妈妈",   "爸爸", "宝宝", "开心",
    "难过", "喜欢", "讨厌", "觉得", "希望", "努力", "加油", "谢谢",   "分享", "转发", "注意",
    "明天", "超市", "价格", "便宜", "好吃", "味道", "咖啡", "火锅",   "奶茶", "旅游", "酒店",
    "机票", "风景", "城市", "广州", "深圳", "新闻", "记者", "公司",   "老板", "同事", "会议",
    "项目", "电脑", "游戏", "比赛", "球队", "冠军", "明星", "演唱会", "衣服", "鞋子", "快递",
    "房子", "装修", "的",   "了",   "是",   "在",   "也",   "就",     "都",   "还",   "很",
    "又",   "不",   "要",   "会",   "去",   "来",   "说",   "看",     "想",   "做",   "让"};
constexpr std::string_view kEnds[] = {"，", "。", "！",   "～", " ",     "，",
                                      "，", "?",  "[心]", "😀", "#话题#"};

/// About 95 characters (280 bytes) in the median, as on Weibo.
std::vector<std::string> make_posts(std::size_t count) {
  std::mt19937_64 random(20261124);  // NOLINT: fixed on purpose
  const auto pick = [&random](const auto& list) { return list[random() % std::size(list)]; };
  std::vector<std::string> posts;
  for (std::size_t i = 0; i < count; ++i) {
    std::string text;
    for (std::size_t words = 20 + random() % 80; words > 0; --words) {
      text += pick(kWords);
      if (random() % 6 == 0) text += pick(kEnds);
    }
    posts.push_back(std::move(text));
  }
  return posts;
}

const std::vector<std::string>& posts() {
  static const std::vector<std::string> all = [] {
    const char* file = std::getenv("CLARION_BENCH_POSTS");
    if (file == nullptr) return make_posts(10'000);
    std::vector<std::string> read;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) {
      const auto value = parse_json(line);
      if (value && value.value().is_object())
        read.emplace_back(string_or(value.value().as_object(), "text"));
    }
    return read;
  }();
  return all;
}

/// Rules in the shape of ours: a claim in order, an urgency word, a denial. Words are pairs of
/// common characters, so that posts hold some of them.
PackSource make_pack(std::size_t number, std::size_t rules) {
  std::mt19937_64 random(number + 7);  // NOLINT: fixed on purpose
  const auto phrase = [&random] {
    std::string out;
    for (std::size_t i = 2 + random() % 3; i > 0; --i) {
      const auto c = static_cast<std::uint32_t>(0x4E00 + random() % 3000);
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
    return out;
  };
  const auto phrases = [&phrase](std::size_t count) {
    std::string out = "[";
    for (std::size_t i = 0; i < count; ++i) out += (i != 0 ? ", " : "") + phrase();
    return out + "]";
  };
  std::string yaml = fmt::format("pack: bench{}\nversion: 1\nrules:\n", number);
  for (std::size_t i = 0; i < rules; ++i) {
    yaml += fmt::format(
        "  - id: bench{}.r{}\n    topic: infectious\n    weight: 0.4\n    match:\n      all:\n"
        "        - sequence: {{parts: [{}, {}], gap: 12}}\n        - any: [转发, 注意, 明天, {}]\n "
        "       - none: [辟谣, 谣言, {}]\n",
        number, i, phrases(6), phrases(4), phrase(), phrase());
  }
  return {fmt::format("bench{}.yaml", number), yaml};
}

std::vector<PackSource> make_packs(std::size_t rules) {
  constexpr std::size_t kRulesOfAPack = 500;
  std::vector<PackSource> packs;
  for (std::size_t done = 0; done < rules; done += kRulesOfAPack) {
    packs.push_back(make_pack(packs.size(), std::min(kRulesOfAPack, rules - done)));
  }
  return packs;
}

void scan(benchmark::State& state, const std::vector<PackSource>& packs) {
  const auto set = RuleSet::make(packs);
  if (!set) {
    state.SkipWithError(set.error().text.c_str());
    return;
  }
  Scanner scanner(set.value());
  Profile profile;  // no clock: counts only
  scanner.set_profile(&profile);
  std::size_t bytes = 0;
  std::size_t flagged = 0;
  std::size_t count = 0;
  std::size_t next = 0;
  for (auto _ : state) {
    const std::string& text = posts()[next];
    if (++next == posts().size()) next = 0;
    flagged += scanner.scan({text}).flagged ? 1U : 0U;
    bytes += text.size();
    ++count;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count));
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.counters["rules"] = static_cast<double>(set.value()->statistics().rules);
  state.counters["phrases"] = static_cast<double>(set.value()->statistics().literals);
  state.counters["triggered_percent"] =
      100.0 * static_cast<double>(profile.triggered_texts) / static_cast<double>(profile.texts);
  state.counters["flagged_percent"] =
      100.0 * static_cast<double>(flagged) / static_cast<double>(count);
}

void scan_builtin(benchmark::State& state) { scan(state, builtin_packs()); }
BENCHMARK(scan_builtin);

void scan_synthetic(benchmark::State& state) {
  scan(state, make_packs(static_cast<std::size_t>(state.range(0))));
}
BENCHMARK(scan_synthetic)->Arg(12)->Arg(1000)->Arg(5000);

void fold_alone(benchmark::State& state) {
  text::Folded folded;
  std::size_t next = 0;
  for (auto _ : state) {
    text::fold(posts()[next], folded);
    if (++next == posts().size()) next = 0;
    benchmark::DoNotOptimize(folded.bytes.data());
  }
}
BENCHMARK(fold_alone);

}  // namespace
}  // namespace clarion::rules

BENCHMARK_MAIN();
