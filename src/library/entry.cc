#include "library/entry.h"

#include "library/tokens.h"
#include "model/region.h"
#include "text/fold.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace clarion::library {
namespace {

/// Provinces, large cities and countries beside the places of guangdong.json: a claim about one of
/// them is no claim about another. Simplified, as fold gives them.
constexpr std::string_view kPlaces[] = {
    "北京",       "上海",   "天津",   "重庆",     "河北",     "山西",   "辽宁",   "吉林",
    "黑龙江",     "江苏",   "浙江",   "安徽",     "福建",     "江西",   "山东",   "河南",
    "湖北",       "湖南",   "广东",   "海南",     "四川",     "贵州",   "云南",   "陕西",
    "甘肃",       "青海",   "台湾",   "内蒙古",   "广西",     "西藏",   "宁夏",   "新疆",
    "香港",       "澳门",   "石家庄", "太原",     "沈阳",     "大连",   "长春",   "哈尔滨",
    "南京",       "苏州",   "无锡",   "常州",     "徐州",     "南通",   "扬州",   "杭州",
    "宁波",       "温州",   "嘉兴",   "台州",     "金华",     "合肥",   "福州",   "厦门",
    "泉州",       "南昌",   "济南",   "青岛",     "烟台",     "淄博",   "潍坊",   "临沂",
    "郑州",       "洛阳",   "南阳",   "信阳",     "武汉",     "襄阳",   "宜昌",   "黄冈",
    "十堰",       "荆州",   "孝感",   "长沙",     "株洲",     "岳阳",   "海口",   "三亚",
    "成都",       "绵阳",   "贵阳",   "昆明",     "西安",     "兰州",   "西宁",   "呼和浩特",
    "南宁",       "桂林",   "拉萨",   "银川",     "乌鲁木齐", "唐山",   "保定",   "邯郸",
    "鞍山",       "大庆",   "舒兰",   "齐齐哈尔", "台北",     "高雄",   "台中",   "台南",
    "新北",       "美国",   "英国",   "法国",     "德国",     "日本",   "韩国",   "朝鲜",
    "俄罗斯",     "意大利", "西班牙", "印度",     "伊朗",     "巴西",   "加拿大", "澳大利亚",
    "澳洲",       "新加坡", "泰国",   "越南",     "缅甸",     "菲律宾", "印尼",   "马来西亚",
    "印度尼西亚", "乌克兰", "以色列", "埃及",     "南非",     "瑞典",   "瑞士",   "荷兰",
};

/// Words that deny or report a denial.
constexpr std::string_view kDenials[] = {
    "辟谣", "谣言",   "造谣", "不实", "假消息",   "谣传",   "信谣",   "传谣",   "不能",
    "不会", "不可能", "无法", "并非", "没有证据", "无证据", "不存在", "不可信", "不是真",
};

/// Characters by which a claim itself denies something.
constexpr std::string_view kNo[] = {"不", "没", "无", "未", "非"};

std::vector<std::uint64_t> hashes_of(std::string_view folded) {
  std::vector<Token> tokens;
  append_tokens(folded, tokens);
  std::vector<std::uint64_t> out;
  out.reserve(tokens.size());
  for (const Token& token : tokens) out.push_back(token.hash);
  return out;
}

void sort_unique(std::vector<std::uint64_t>& list) {
  std::sort(list.begin(), list.end());
  list.erase(std::unique(list.begin(), list.end()), list.end());
}

/// Tokens of the places that a folded text names.
std::vector<std::uint64_t> place_tokens(std::string_view folded) {
  std::vector<std::uint64_t> out;
  const auto add = [&out](std::string_view name) {
    const auto tokens = hashes_of(name);
    out.insert(out.end(), tokens.begin(), tokens.end());
  };
  for (const std::string_view place : kPlaces) {
    if (folded.find(place) != std::string_view::npos) add(place);
  }
  for (const std::string& code : model::regions_in_text(folded)) {
    const model::Region* region = model::find_region(code);
    if (region != nullptr) add(text::fold(region->short_zh).bytes);
  }
  sort_unique(out);
  return out;
}

bool is_any(std::string_view at, std::initializer_list<std::string_view> marks, std::size_t& size) {
  for (const std::string_view mark : marks) {
    if (!at.starts_with(mark)) continue;
    size = mark.size();
    return true;
  }
  return false;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

/// What a text quotes in “…”, 「…」, 『…』 or straight quotes: at most three passages of 4 to 120
/// characters. Official judgements begin: 此微博称“…”不实.
std::vector<std::string_view> quotes_of(std::string_view text) {
  constexpr std::size_t kMost = 3, kShortest = 4, kLongest = 120;
  std::vector<std::string_view> out;
  std::size_t open = std::string_view::npos;
  for (std::size_t i = 0; i < text.size() && out.size() < kMost;) {
    std::size_t size = 1;
    const std::string_view at = text.substr(i);
    const bool straight = at.front() == '"';
    const bool opens = is_any(at, {"“", "「", "『"}, size);
    const bool closes = !opens && is_any(at, {"”", "」", "』"}, size);
    if (open != std::string_view::npos && (closes || straight)) {
      const std::string_view passage = text.substr(open, i - open);
      const std::size_t length = characters(passage);
      if (length >= kShortest && length <= kLongest) out.push_back(passage);
      open = std::string_view::npos;
    } else if (opens || straight) {
      open = i + size;
    }
    i += size;
  }
  return out;
}

/// Up to the first sentence end, 80 characters at most.
std::string_view first_sentence(std::string_view text) {
  constexpr std::size_t kMost = 80;
  std::size_t count = 0, size = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (is_any(text.substr(i), {"。", "！", "？", "\n"}, size) || ++count > kMost)
      return text.substr(0, i);
  }
  return text;
}

void add_terms(std::string_view original, std::vector<std::uint64_t>& all) {
  const auto tokens = hashes_of(text::fold(original).bytes);
  all.insert(all.end(), tokens.begin(), tokens.end());
}

void set_key(Entry& entry) {
  const Debunk& debunk = entry.debunk;
  std::vector<std::string_view> parts;
  if (!debunk.claim.empty() || !debunk.title.empty()) {
    parts.push_back(debunk.claim.empty() ? debunk.title : debunk.claim);
  } else {
    parts = quotes_of(debunk.explanation);
    entry.has_key = !parts.empty();
    if (parts.empty()) parts.push_back(first_sentence(debunk.explanation));
  }
  std::vector<Token> tokens;
  std::string folded;
  for (const std::string_view part : parts) {
    const std::string piece = text::fold(part).bytes;
    append_tokens(piece, tokens);
    folded += piece;
    folded += '\n';
  }
  entry.key_length = static_cast<std::uint32_t>(tokens.size());
  for (const Token& token : tokens) {
    entry.key.push_back(token.hash);
    if (token.number) entry.key_numbers.push_back(token.hash);
  }
  sort_unique(entry.key);
  sort_unique(entry.key_numbers);
  entry.key_places = place_tokens(folded);
  entry.key_denies =
      denies(folded) || std::any_of(std::begin(kNo), std::end(kNo), [&](std::string_view no) {
        return folded.find(no) != std::string::npos;
      });
}

}  // namespace

bool denies(std::string_view folded) {
  return std::any_of(std::begin(kDenials), std::end(kDenials), [&](std::string_view word) {
    return folded.find(word) != std::string_view::npos;
  });
}

std::shared_ptr<const Entry> make_entry(Debunk debunk, bool is_notice) {
  auto entry = std::make_shared<Entry>();
  entry->debunk = std::move(debunk);
  entry->is_notice = is_notice;
  std::vector<std::uint64_t> all;
  add_terms(entry->debunk.claim, all);
  add_terms(entry->debunk.title, all);
  add_terms(entry->debunk.explanation, all);
  entry->length = static_cast<std::uint32_t>(all.size());
  std::sort(all.begin(), all.end());
  for (const std::uint64_t token : all) {
    if (!entry->terms.empty() && entry->terms.back().first == token) {
      ++entry->terms.back().second;
    } else {
      entry->terms.emplace_back(token, 1);
    }
  }
  set_key(*entry);
  return entry;
}

}  // namespace clarion::library
