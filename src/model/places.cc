// Finds places of Guangdong in folded text. The hand lists rest on reading the table against the
// labelled posts (reference regions.md, "Matching rules"): which short names are words, parts of
// words or other provinces' places too.
#include "model/region.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstring>

namespace clarion::model {
namespace {

constexpr std::size_t kHan = 3;  // bytes of a Han character in UTF-8
constexpr std::size_t kMost = 16;

/// Short names that need a suffix, a relative beside them or an address word behind them.
constexpr std::string_view kVague[] = {
    "中山", "河源", "江门", "云浮", "阳江", "天河", "白云", "花都", "南沙", "仁化", "始兴",
    "新丰", "曲江", "福田", "南山", "盐田", "龙华", "光明", "龙湖", "金平", "濠江", "南澳",
    "南海", "三水", "高明", "江海", "新会", "台山", "开平", "鹤山", "坡头", "电白", "化州",
    "高要", "广宁", "怀集", "封开", "德庆", "四会", "惠城", "惠阳", "惠东", "博罗", "龙门",
    "梅江", "大埔", "丰顺", "五华", "平远", "兴宁", "城区", "海丰", "陆河", "源城", "紫金",
    "龙川", "连平", "和平", "东源", "江城", "阳东", "阳西", "阳春", "清城", "清新", "阳山",
    "连山", "连南", "英德", "榕城", "惠来", "云城", "云安", "新兴", "罗定", "霞山"};

/// Full names that other places bear too, or that are words.
constexpr std::string_view kVagueInFull[] = {
    "城区",   "东城街道", "南城街道", "东区街道", "西区街道", "南区街道", "民众街道",
    "港口镇", "三角镇",   "桥头镇",   "沙田镇",   "清溪镇",   "沙溪镇",   "大涌镇",
    "长安镇", "石龙镇",   "茶山镇",   "黄江镇",   "三乡镇",   "石排镇",   "神湾镇"};

/// Townships known far and wide by their short names; the others' count beside a relative only.
constexpr std::string_view kKnownTownships[] = {"虎门",   "樟木头", "麻涌", "道滘", "望牛墩",
                                                "高埗",   "小榄",   "坦洲", "寮步", "塘厦",
                                                "大岭山", "石碣",   "阜沙", "板芙", "五桂山"};

/// What a vague short name may stand right before.
constexpr std::string_view kAddressWords[] = {
    "机场",   "火车站", "高铁站",   "北站", "南站", "东站", "西站", "地铁", "公安",   "警方",
    "警察",   "交警",   "消防",     "政府", "街道", "气象", "疾控", "卫健", "教育局", "人民医院",
    "中医院", "法院",   "检察",     "应急", "三防", "市民", "居民", "村民", "街坊",   "附近",
    "境内",   "各地",   "地区",     "辖区", "全区", "全县", "全市", "口岸", "发布",   "本地",
    "多地",   "水务",   "疫情防控", "籍",   "人大", "市区", "县城", "老城"};

/// Where a name is none: right after or right before one of these characters, or these words.
struct Exception {
  std::string_view name;
  std::string_view before;  // characters
  std::string_view after;   // characters
};
constexpr Exception kExceptions[] = {
    {"江西", "浙龙珠长湛阳镇九", "北湾"},
    {"海南", "上沿渤黄东北", "京通昌"},
    {"湖南", "太庭西东", "岸"},
    {"福建", "幸", "设造立"},
    {"广东", "推", ""},
    {"珠海", "明", ""},
    {"清远", "澄冷肃", "离"},
    {"海珠", "上", ""},
    {"越秀", "卓超穿", ""},
    {"增城", "新激剧倍递", ""},
    {"从化", "", "工学肥疗石验妆"},
    {"宝安", "宝", "全静"},
    {"南雄", "湖河云海", ""},
    {"黄埔", "", "军"},
    {"罗湖", "波", ""},
    {"天河", "", "机核号一二"},
    {"南沙", "", "群岛"},
    {"白云", "", "山"},
    {"增城市", "新激剧倍递", ""},
    {"南海区", "", "域"},
    {"光明区", "", "域间"},
    {"白云区", "", "域"},
    {"城区", "", "域"},
    {"大埔", "港", ""},
    {"梅县", "黄", ""},
    {"梅县区", "黄", ""},
};

/// Other provinces' places of the same full name: their parents.
constexpr std::pair<std::string_view, std::string_view> kRivals[] = {
    {"白云区", "贵阳"}, {"龙华区", "海口"}, {"南山区", "鹤岗"}, {"和平", "天津"}, {"和平", "沈阳"},
    {"兴宁", "南宁"},   {"曲江", "西安"},   {"中山", "大连"},   {"大埔", "香港"}};

constexpr std::pair<std::string_view, std::string_view> kNeighbours[] = {
    {"810000", "香港"}, {"820000", "澳门"}, {"450000", "广西"}, {"460000", "海南"},
    {"430000", "湖南"}, {"360000", "江西"}, {"350000", "福建"}};

template <class List>
bool is_in(const List& list, std::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

struct Name {
  std::string text;
  std::uint16_t region = 0;  // index in regions()
  bool vague = false;
};

/// Names by their first two characters; none is shorter. Never changes after it was built.
class Gazetteer {
 public:
  static constexpr std::size_t kNoRegion = 0xFFFF;

  Gazetteer() {
    const auto all = regions();
    parents_.resize(all.size(), kNoRegion);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (const Region* parent = find_region(all[i].parent)) {
        parents_[i] = static_cast<std::uint16_t>(parent - all.data());
      }
      add_names(all[i], static_cast<std::uint16_t>(i));
    }
    std::sort(names_.begin(), names_.end(), [](const Name& a, const Name& b) {
      const std::string_view x = head(a.text);
      const std::string_view y = head(b.text);
      return x != y ? x < y : a.text.size() > b.text.size();  // the longest first
    });
    for (std::size_t i = names_.size(); i-- > 0;)
      slot_of(names_[i].text) = static_cast<std::uint16_t>(i + 1);
    for (const Name& name : names_) heads_.set(hash(name.text));
  }

  /// The longest name that the text starts with, or null.
  const Name* find(std::string_view text) const {
    if (text.size() < 2 * kHan || !heads_.test(hash(text))) return nullptr;
    for (std::size_t slot = hash(text) % kSlots;; slot = (slot + 1) % kSlots) {
      if (slots_[slot] == 0) return nullptr;
      std::size_t i = slots_[slot] - 1U;
      if (head(names_[i].text) != head(text)) continue;
      for (; i < names_.size() && head(names_[i].text) == head(text); ++i) {
        if (text.starts_with(names_[i].text)) return &names_[i];
      }
      return nullptr;
    }
  }

  std::size_t parent(std::size_t region) const { return parents_[region]; }

 private:
  static constexpr std::size_t kSlots = 2048;
  static constexpr unsigned kHashBits = 15;

  static std::string_view head(std::string_view text) { return text.substr(0, 2 * kHan); }
  static std::size_t hash(std::string_view text) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data(), 2 * kHan);
    return (word * 0x9E3779B97F4A7C15ULL) >> (64U - kHashBits);
  }
  std::uint16_t& slot_of(std::string_view text) {
    std::size_t slot = hash(text) % kSlots;
    while (slots_[slot] != 0 && head(names_[slots_[slot] - 1U].text) != head(text))
      slot = (slot + 1) % kSlots;
    return slots_[slot];
  }

  void add(std::string text, std::uint16_t region, bool vague) {
    if (text.size() >= 2 * kHan) names_.push_back({std::move(text), region, vague});
  }

  void add_names(const Region& place, std::uint16_t index) {
    add(place.name_zh, index, is_in(kVagueInFull, place.name_zh));
    for (const auto& [code, name] : kNeighbours) {
      if (place.code == code) add(std::string(name), index, false);
    }
    std::string brief = place.short_zh;
    if (place.code.size() > 6) {  // a township: the table has its full name alone
      brief = place.name_zh;
      for (const std::string_view suffix : {"街道", "镇"}) {
        if (brief.ends_with(suffix)) brief.resize(brief.size() - suffix.size());
      }
      if (brief != place.name_zh) add(brief, index, !is_in(kKnownTownships, brief));
      return;
    }
    if (brief.empty() || brief == place.name_zh) return;
    add(brief, index, is_in(kVague, brief));
    if (place.name_zh.ends_with("自治县")) add(brief + "县", index, false);
  }

  std::vector<Name> names_;
  std::vector<std::uint16_t> parents_;
  std::array<std::uint16_t, kSlots> slots_{};  // index in names_ + 1
  std::bitset<1U << kHashBits>
      heads_;  // the hashes of all first two characters: nearly all text fails here
};

const Gazetteer& gazetteer() {
  static const Gazetteer kTable;
  return kTable;
}

/// True when the character at the start of `text` is one of `characters`.
bool starts_with_one(std::string_view text, std::string_view characters) {
  if (text.size() < kHan) return false;
  for (std::size_t i = 0; i + kHan <= characters.size(); i += kHan) {
    if (text.starts_with(characters.substr(i, kHan))) return true;
  }
  return false;
}

bool is_exception(std::string_view folded, std::size_t at, std::string_view name) {
  const std::string_view after = folded.substr(at + name.size());
  for (const Exception& exception : kExceptions) {
    if (exception.name != name) continue;
    if (starts_with_one(after, exception.after)) return true;
    if (at >= kHan && starts_with_one(folded.substr(at - kHan), exception.before)) return true;
  }
  for (const auto& [rival_name, parent] : kRivals) {
    constexpr std::size_t kNear = 5 * kHan;
    if (!name.starts_with(rival_name)) continue;
    const std::size_t from = at < kNear ? 0 : at - kNear;
    if (folded.substr(from, at - from).find(parent) != std::string_view::npos) return true;
  }
  return false;
}

bool has_address_word(std::string_view after) {
  return std::any_of(std::begin(kAddressWords), std::end(kAddressWords),
                     [after](std::string_view word) { return after.starts_with(word); });
}

/// A name met in the text.
struct Met {
  std::size_t region = Gazetteer::kNoRegion;
  std::size_t end = 0;
  bool sure = false;
};

/// Two names beside each other vouch for one another: a parent and its child always, two of one
/// parent when one is sure.
void vouch(const Gazetteer& places, Met& a, Met& b) {
  const std::size_t parent_a = places.parent(a.region);
  const std::size_t parent_b = places.parent(b.region);
  const bool siblings =
      parent_a == parent_b && parent_a != Gazetteer::kNoRegion && a.region != b.region;
  if (parent_a == b.region || parent_b == a.region || (siblings && (a.sure || b.sure))) {
    a.sure = b.sure = true;
  }
}

}  // namespace

std::vector<std::string> regions_in_text(std::string_view folded) {
  constexpr std::size_t kBeside = 2 * kHan;  // bytes between two names
  const Gazetteer& places = gazetteer();
  const auto all = regions();
  std::bitset<512> named;
  Met last;
  for (std::size_t at = 0; at + 2 * kHan <= folded.size();) {
    const auto first = static_cast<unsigned char>(folded[at]);
    if (first < 0xE4 || first > 0xE9) {
      ++at;
      continue;
    }
    const Name* name = places.find(folded.substr(at));
    if (name == nullptr || is_exception(folded, at, name->text)) {
      at += kHan;
      continue;
    }
    const std::size_t end = at + name->text.size();
    const bool in_full = name->text == all[name->region].name_zh;
    Met met{name->region, end, !name->vague || (!in_full && has_address_word(folded.substr(end)))};
    if (last.region != Gazetteer::kNoRegion && at - last.end <= kBeside) {
      vouch(places, last, met);
      if (last.sure) named.set(last.region);
    }
    if (met.sure) named.set(met.region);
    last = met;
    // A name that is not proved may hide one that starts inside it.
    at = met.sure ? end : at + kHan;
  }
  std::vector<std::string> codes;
  if (named.none()) return codes;
  std::bitset<512> with_child;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!named.test(i)) continue;
    for (std::size_t up = places.parent(i); up != Gazetteer::kNoRegion; up = places.parent(up))
      with_child.set(up);
  }
  for (std::size_t i = 0; i < all.size() && codes.size() < kMost; ++i) {
    if (named.test(i) && !with_child.test(i)) codes.push_back(all[i].code);
  }
  return codes;
}

}  // namespace clarion::model
