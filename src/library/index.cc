#include "library/index.h"

#include "library/tokens.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <string_view>

namespace clarion::library {
namespace {

constexpr double kK1 = 1.2, kB = 0.75;  // BM25's usual constants; measured best here too

/// A library smaller than this counts as if debunks on other matters filled it up, so that scores
/// mean the same in a library of twenty as in one of thousands; in them only common words occur.
constexpr double kFull = 2000;
/// Pairs of characters that stand in any text on any matter, and about how many texts they are in.
constexpr double kCommonShare = 0.1;
constexpr std::string_view kCommon[] = {
    "没有", "可以", "目前", "可能", "根据", "表示", "相关", "实际", "内容", "主要", "进行", "不是",
    "出现", "另外", "发现", "这样", "样的", "使用", "说法", "发布", "时间", "不能", "需要", "这是",
    "发生", "已经", "消息", "通过", "人员", "这个", "部分", "一个", "对于", "中的", "不会", "造成",
    "因为", "关于", "导致", "如果", "作用", "的说", "建议", "不要", "其他", "任何", "因此", "只是",
    "情况", "所以", "结果", "影响", "也有", "无法", "要是", "也不", "的是", "真的", "工作", "而且",
    "健康", "其实", "这些", "安全", "是在", "确实", "存在", "就是", "的人", "但是", "产生", "以及",
    "大家", "说明", "我们", "有一", "是否", "完全", "增加", "还是", "方式", "所有", "一定", "这种",
    "一种", "一般", "问题", "由于", "不可", "很多", "自己", "以上", "还有", "第一", "个人", "知道",
    "也是", "所谓", "一些", "至少", "今天", "今日", "今晚", "明天", "大量", "他们", "你们", "现在",
    "开始", "网友", "紧急", "通知", "转发", "提醒", "注意", "千万", "家人", "朋友", "告诉", "听说",
};

/// Where the search for a token begins in a table of 2^n slots.
std::size_t slot_of(std::uint64_t token, std::size_t mask) {
  return static_cast<std::size_t>(token) & mask;
}

}  // namespace

std::shared_ptr<const Index> Index::make(std::vector<std::shared_ptr<const Entry>> entries,
                                         std::uint64_t version) {
  std::shared_ptr<Index> index(new Index);
  index->version_ = version;
  const auto id = [](const std::shared_ptr<const Entry>& entry) -> const std::string& {
    return entry->debunk.id;
  };
  std::stable_sort(entries.begin(), entries.end(),
                   [&](const auto& a, const auto& b) { return id(a) < id(b); });
  for (auto& entry : entries) {
    if (!index->entries_.empty() && id(index->entries_.back()) == id(entry)) {
      index->entries_.back() = std::move(entry);
    } else {
      index->entries_.push_back(std::move(entry));
    }
  }
  index->number_terms();
  index->weigh();
  index->add_keys();
  return index;
}

void Index::number_terms() {
  std::size_t most = 16;
  for (const auto& entry : entries_) most += entry->terms.size() + entry->key.size();
  // At most half full, even were every token another one.
  const std::size_t slots = std::bit_ceil(2 * most);
  tokens_.assign(slots, 0);
  numbers_.assign(slots, kNoTerm);
  std::uint32_t next = 0;
  const auto add = [&](std::uint64_t token) {
    std::size_t at = slot_of(token, slots - 1);
    while (numbers_[at] != kNoTerm && tokens_[at] != token) at = (at + 1) & (slots - 1);
    if (numbers_[at] != kNoTerm) return;
    tokens_[at] = token;
    numbers_[at] = next++;
  };
  for (const auto& entry : entries_) {
    for (const auto& [token, count] : entry->terms) add(token);
    for (const std::uint64_t token : entry->key) add(token);
  }
  first_.assign(next + 1, 0);
  rarity_.assign(next, 0);
}

std::uint32_t Index::term(std::uint64_t token) const {
  const std::size_t mask = tokens_.size() - 1;
  for (std::size_t at = slot_of(token, mask);; at = (at + 1) & mask) {
    if (numbers_[at] == kNoTerm || tokens_[at] == token) return numbers_[at];
  }
}

void Index::weigh() {
  double tokens = 0;
  for (const auto& entry : entries_) {
    tokens += entry->length;
    for (const auto& [token, count] : entry->terms) ++first_[term(token) + 1];
  }
  const double average = entries_.empty() ? 1 : std::max(1.0, tokens / static_cast<double>(size()));
  const double all = std::max(kFull, static_cast<double>(size()));
  const double filled = all - static_cast<double>(size());
  const auto rarity = [all](double with) {
    return std::log(1 + (all - with + 0.5) / (with + 0.5));
  };
  unknown_ = rarity(0);
  for (std::size_t i = 0; i < rarity_.size(); ++i) rarity_[i] = rarity(first_[i + 1]);
  std::vector<Token> pair;
  for (const std::string_view word : kCommon) {
    pair.clear();
    append_tokens(word, pair);
    const std::uint32_t number = term(pair.front().hash);
    if (number != kNoTerm) rarity_[number] = rarity(first_[number + 1] + filled * kCommonShare);
  }
  for (std::size_t i = 1; i < first_.size(); ++i) first_[i] += first_[i - 1];
  postings_.resize(first_.back());
  std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
  for (std::size_t at = 0; at < size(); ++at) {
    const double length = kK1 * (1 - kB + kB * entries_[at]->length / average);
    for (const auto& [token, count] : entries_[at]->terms) {
      const std::uint32_t number = term(token);
      const double weight = rarity_[number] * count * (kK1 + 1) / (count + length);
      postings_[next[number]++] = {static_cast<std::uint32_t>(at), static_cast<float>(weight)};
    }
  }
}

void Index::add_keys() {
  keys_.reserve(size());
  for (const auto& entry : entries_) {
    KeyAt key{};
    const auto append = [this](const std::vector<std::uint64_t>& tokens) {
      const auto at = static_cast<std::uint32_t>(key_terms_.size());
      for (const std::uint64_t token : tokens) {
        const std::uint32_t number = term(token);
        if (number != kNoTerm) key_terms_.push_back(number);
      }
      return at;
    };
    key.terms = append(entry->key);
    for (std::size_t i = key.terms; i < key_terms_.size(); ++i)
      key.rarity += rarity_[key_terms_[i]];
    key.numbers = append(entry->key_numbers);
    key.places = append(entry->key_places);
    key.end = static_cast<std::uint32_t>(key_terms_.size());
    keys_.push_back(key);
  }
}

Index::Key Index::key(std::size_t at) const {
  const KeyAt& key = keys_[at];
  const std::uint32_t* terms = key_terms_.data();
  return {{terms + key.terms, terms + key.numbers},
          {terms + key.numbers, terms + key.places},
          {terms + key.places, terms + key.end},
          key.rarity};
}

const Entry* Index::find(std::string_view id) const {
  const auto at =
      std::lower_bound(entries_.begin(), entries_.end(), id,
                       [](const std::shared_ptr<const Entry>& entry, std::string_view wanted) {
                         return entry->debunk.id < wanted;
                       });
  return at != entries_.end() && (*at)->debunk.id == id ? at->get() : nullptr;
}

}  // namespace clarion::library
