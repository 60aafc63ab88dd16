#include "library/matcher.h"

#include "library/tokens.h"
#include "text/fold.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <random>
#include <set>

namespace clarion::library {
namespace {

std::shared_ptr<const Entry> entry(std::string id, std::string claim,
                                   std::string explanation = {}) {
  return make_entry({.id = std::move(id),
                     .claim = std::move(claim),
                     .verdict = "false",
                     .explanation = std::move(explanation)});
}
std::vector<std::pair<std::string, double>> ask(Matcher& matcher, std::string_view text,
                                                std::size_t most = 5) {
  std::vector<std::pair<std::string, double>> out;
  for (const Match& match : matcher.match(text::fold(text).bytes, most))
    out.emplace_back(match.entry->debunk.id, match.score);
  return out;
}
Matcher matcher_of(std::vector<std::shared_ptr<const Entry>> entries) {
  return Matcher(Index::make(std::move(entries)));
}

const std::vector<std::shared_ptr<const Entry>>& small_library() {
  static const std::vector<std::shared_ptr<const Entry>> entries = {
      entry("d-water", "广州自来水厂被污染，今晚起全市停水三天",
            "水务部门表示水质正常，没有停水计划。"),
      entry("d-wine", "喝高度白酒可以杀死体内的新型冠状病毒", "饮酒不能杀灭体内病毒。"),
      entry("d-quake", "专家预测明天凌晨四川将发生8级地震", "目前人类还不能准确预报地震。"),
      entry("d-wenzhou", "温州市民卡可以领取五百元消费券", "此为旧闻。"),
      make_entry({.id = "d-said",
                  .verdict = "false",
                  .explanation = "经查，该微博称“东江大桥桥墩断裂禁止通行”不实，已辟谣。"})};
  return entries;
}

TEST(Matcher, KnowsAClaimThatIsTold) {
  Matcher matcher = matcher_of(small_library());
  const auto found = matcher.match(
      text::fold("紧急通知！听说喝高度白酒可以杀死体内的新型冠状病毒，快转给家人").bytes);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].entry->debunk.id, "d-wine");
  EXPECT_TRUE(found[0].known) << found[0].score;
}

TEST(Matcher, SeesThroughDisguiseAndScript) {
  Matcher matcher = matcher_of(small_library());
  const auto found = matcher.match(text::fold("喝高度白酒，可以殺死體內的新 型 冠 狀🔥病毒").bytes);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].entry->debunk.id, "d-wine");
  EXPECT_TRUE(found[0].known) << found[0].score;
}

TEST(Matcher, KnowsWhatAnExplanationQuotes) {
  Matcher matcher = matcher_of(small_library());
  const auto found = matcher.match(text::fold("东江大桥桥墩断裂，禁止通行，大家绕路").bytes);
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found[0].entry->debunk.id, "d-said");
  EXPECT_TRUE(found[0].known) << found[0].score;
}

TEST(Matcher, OnlySuggestsWhenTheTextIsShort) {
  Matcher matcher = matcher_of({entry("d", "喝白酒能防新冠病毒")});
  const auto found = matcher.match(text::fold("喝白酒能防新冠病毒").bytes);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].known);
  EXPECT_GT(found[0].score, kSuggest);
}

TEST(Matcher, OnlySuggestsWhenANumberAPlaceOrADenialSaysOtherwise) {
  Matcher matcher = matcher_of(small_library());
  const auto known = [&](const char* text) {
    const auto found = matcher.match(text::fold(text).bytes);
    return !found.empty() && found[0].known;
  };
  EXPECT_TRUE(known("朋友说，专家预测明天凌晨四川将发生8级地震"));
  EXPECT_FALSE(known("朋友说，专家预测明天凌晨四川将发生5级地震"));
  EXPECT_FALSE(known("朋友说，专家预测明天凌晨云南将发生8级地震"));
  EXPECT_FALSE(known("辟谣：专家预测明天凌晨四川将发生8级地震，别信"));
}

TEST(Matcher, FindsNothingInAStrangersText) {
  Matcher matcher = matcher_of(small_library());
  EXPECT_TRUE(ask(matcher, "hello world").empty());
  EXPECT_TRUE(ask(matcher, "").empty());
  for (const auto& [id, score] : ask(matcher, "今天天气真好，我们一起去公园散步吧"))
    EXPECT_LT(score, 0.2);
}

TEST(Matcher, BreaksTiesById) {
  std::vector<std::shared_ptr<const Entry>> entries;
  for (const char* id : {"c", "a", "e", "b", "d", "f"})
    entries.push_back(entry(id, "超市的盐明天起全部下架停售"));
  Matcher matcher = matcher_of(entries);
  const auto found = ask(matcher, "超市的盐明天起全部下架停售，赶快去买", 4);
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].first, "a");
  EXPECT_EQ(found[3].first, "d");
}

TEST(Matcher, RemembersNothingOfTheTextsBefore) {
  Matcher matcher = matcher_of(small_library());
  const char* text = "广州自来水厂被污染了，今晚起全市停水三天，赶紧存水";
  const auto first = ask(matcher, text);
  for (const char* other : {"喝酒", "四川地震8级", "", "一二三四五六七八九十"}) ask(matcher, other);
  EXPECT_EQ(ask(matcher, text), first);
  Matcher fresh = matcher_of(small_library());
  EXPECT_EQ(ask(fresh, text), first);
}

TEST(Matcher, AnswersARepeatedTextAsTheFirstTime) {
  Matcher matcher = matcher_of(small_library());
  const std::string longest(5000, 'x');
  for (const std::string& text :
       {std::string("广州自来水厂被污染了，今晚起全市停水三天，赶紧存水"),
        std::string("喝高度白酒"), std::string(), longest + "四川将发生8级地震"}) {
    const auto first = ask(matcher, text, 3);
    EXPECT_EQ(ask(matcher, text, 3), first);
    const auto one = ask(matcher, text, 1);
    EXPECT_EQ(one.size(), std::min<std::size_t>(1, first.size()))
        << "asked for fewer the next time";
    EXPECT_EQ(ask(matcher, text, 3), first);
  }
}

TEST(Matcher, GoesOverToAnotherIndex) {
  Matcher matcher = matcher_of(small_library());
  const char* text = "高速公路收费站今晚起全部关闭不许出城";
  EXPECT_TRUE(ask(matcher, text).empty() || ask(matcher, text)[0].second < 0.5);
  auto entries = small_library();
  entries.push_back(entry("d-road", "高速公路收费站今晚起全部关闭，不许出城"));
  matcher.use(Index::make(entries, 2));
  EXPECT_EQ(ask(matcher, text)[0].first, "d-road");
  EXPECT_GE(ask(matcher, text)[0].second, kKnown);
}

TEST(Index, KeepsTheLastOfOneId) {
  const auto index = Index::make({entry("a", "第一个说法在此"), entry("a", "第二个说法在此")});
  EXPECT_EQ(index->size(), 1U);
  ASSERT_NE(index->find("a"), nullptr);
  EXPECT_EQ(index->find("a")->debunk.claim, "第二个说法在此");
  EXPECT_EQ(index->find("b"), nullptr);
}

TEST(Index, MayBeEmpty) {
  Matcher matcher = matcher_of({});
  EXPECT_TRUE(ask(matcher, "随便说点什么都可以").empty());
}

/// What the matcher must give, by the formulas of README.md over maps, without its buffers.
class Slow {
 public:
  explicit Slow(const std::vector<std::shared_ptr<const Entry>>& entries) {
    for (const auto& each : entries) entries_[each->debunk.id] = each;
    double tokens = 0;
    for (const auto& [id, each] : entries_) {
      tokens += each->length;
      for (const auto& [token, count] : each->terms) ++with_[token];
    }
    average_ = std::max(1.0, tokens / static_cast<double>(entries_.size()));
  }

  /// Ids and scores, best first.
  [[nodiscard]] std::vector<std::pair<std::string, double>> match(std::string_view folded) const {
    std::vector<Token> tokens;
    const std::size_t characters = append_tokens(folded, tokens);
    std::set<std::uint64_t> distinct;
    for (const Token& token : tokens) distinct.insert(token.hash);
    double all = 0;
    for (const std::uint64_t token : distinct) all += rarity(token);
    std::vector<std::pair<std::string, double>> out;
    for (const auto& [id, each] : entries_) {
      double bm25 = 0, explained = 0;
      for (const auto& [token, count] : each->terms) {
        if (!distinct.contains(token)) continue;
        const double length = 1.2 * (0.25 + 0.75 * each->length / average_);
        bm25 += rarity(token) * count * 2.2 / (count + length);
        explained += rarity(token);
      }
      if (explained == 0) continue;
      explained /= all;
      double key = 0, mass = 0;
      const std::set<std::uint64_t> wanted(each->key.begin(), each->key.end());
      for (const std::uint64_t token : wanted) key += rarity(token);
      const std::size_t window = std::max<std::size_t>(40, 2 * each->key_length);
      for (std::size_t from = 0; from < tokens.size(); ++from) {
        std::set<std::uint64_t> here;
        double sum = 0;
        for (std::size_t i = from; i < std::min(from + window, tokens.size()); ++i) {
          if (wanted.contains(tokens[i].hash) && here.insert(tokens[i].hash).second)
            sum += rarity(tokens[i].hash);
        }
        mass = std::max(mass, sum);
      }
      const double share = key > 0 ? mass / key : 0;
      const double x = -6.14 + (each->has_key ? 5.35 * share : 1.56) + 3.53 * explained +
                       4.14 * bm25 / (all * 2.2 / 1.72) + 2.03 * std::log(1 + bm25) / 3 +
                       4.6 * share * std::min(mass, 40.0) / 40;
      const bool says = (share >= 0.8 && mass >= 25 && explained >= 0.08) ||
                        (share >= 0.55 && explained >= 0.25) || explained >= 0.45;
      const bool numbers = std::all_of(each->key_numbers.begin(), each->key_numbers.end(),
                                       [&](std::uint64_t n) { return distinct.contains(n); });
      const double score = 1 / (1 + std::exp(-x));
      out.emplace_back(id, says && numbers && characters >= 12 ? score : score * 0.6);
    }
    std::stable_sort(out.begin(), out.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    return out;
  }

 private:
  double rarity(std::uint64_t token) const {
    const auto found = with_.find(token);
    const double with = found == with_.end() ? 0 : found->second;
    return std::log(1 + (2000 - with + 0.5) / (with + 0.5));
  }
  std::map<std::string, std::shared_ptr<const Entry>> entries_;
  std::map<std::uint64_t, double> with_;
  double average_ = 1;
};

TEST(Matcher, AgreesWithASlowTwinOnRandomLibraries) {
  std::mt19937 random(4);
  const auto below = [&random](std::size_t n) { return static_cast<std::size_t>(random() % n); };
  // Characters of which no pair is a common word, so that the twin needs no table of them.
  const std::vector<std::string> alphabet = {"鲸", "鹭", "榕", "珊", "瑚", "礁", "潮", "汐",
                                             "贝", "壳", "帆", "锚", "a",  "b ", "7",  "，"};
  const auto text = [&](std::size_t most) {
    std::string out;
    for (std::size_t n = 2 + below(most); n > 0; --n) out += alphabet[below(alphabet.size())];
    return out;
  };
  for (int round = 0; round < 30; ++round) {
    std::vector<std::shared_ptr<const Entry>> entries;
    const std::size_t size = 1 + below(18);  // all of them become candidates
    for (std::size_t i = 0; i < size; ++i)
      entries.push_back(entry("d" + std::to_string(below(30)), text(20), text(60)));
    const Slow slow(entries);
    Matcher matcher = matcher_of(entries);
    for (int query = 0; query < 20; ++query) {
      const std::string folded = text::fold(text(40)).bytes;
      const auto wanted = slow.match(folded);
      const auto found = matcher.match(folded, 20);
      ASSERT_EQ(found.size(), wanted.size());
      std::map<std::string, double> scores(wanted.begin(), wanted.end());
      for (std::size_t i = 0; i < found.size(); ++i) {
        // Postings keep single precision, so neighbours may change places within it.
        EXPECT_NEAR(found[i].score, scores.at(found[i].entry->debunk.id), 0.00051);
        EXPECT_NEAR(found[i].score, wanted[i].second, 0.00051);
      }
    }
  }
}

}  // namespace
}  // namespace clarion::library
