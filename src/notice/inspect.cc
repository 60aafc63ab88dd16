#include "notice/inspect.h"

#include "text/fold.h"

#include <algorithm>
#include <array>
#include <optional>

namespace clarion::notice {
namespace {

using namespace std::string_view_literals;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Code points of a text.
std::u32string points_of(std::string_view text) {
  std::u32string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    char32_t point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k)
      point = (point << 6U) | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    out.push_back(point);
    i += length;
  }
  return out;
}

bool is_punctuation(char32_t c) {
  if (c < 0x80) return !is_digit(static_cast<char>(c)) && !is_letter(static_cast<char>(c));
  return (c >= 0x2000 && c <= 0x206F) || (c >= 0x3000 && c <= 0x303F) ||
         (c >= 0xFF00 && c <= 0xFF0F) || (c >= 0xFF1A && c <= 0xFF20) || c == 0xB7;
}

struct Word {
  std::string_view text, stands_for;
};
constexpr std::array<Word, 26> kSpelled = {
    {{"一", "1"},    {"二", "2"},    {"两", "2"},    {"三", "3"},      {"四", "4"},
     {"五", "5"},    {"六", "6"},    {"七", "7"},    {"八", "8"},      {"九", "9"},
     {"十", "10"},   {"十一", "11"}, {"十二", "12"}, {"one", "1"},     {"two", "2"},
     {"three", "3"}, {"four", "4"},  {"five", "5"},  {"six", "6"},     {"seven", "7"},
     {"eight", "8"}, {"nine", "9"},  {"ten", "10"},  {"eleven", "11"}, {"twelve", "12"},
     {"once", "1"}}};
constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                      "jul", "aug", "sep", "oct", "nov", "dec"};
/// Units that are one thing in both languages; longer spellings first.
constexpr std::array<Word, 33> kUnits = {
    {{"公里", "km"},     {"千米", "km"},   {"毫米", "mm"}, {"厘米", "cm"},    {"平方米", "m2"},
     {"米", "m"},        {"摄氏度", "°c"}, {"℃", "°c"},    {"度", "°c"},      {"级", "force"},
     {"公斤", "kg"},     {"千克", "kg"},   {"吨", "t"},    {"小时", "h"},     {"分钟", "min"},
     {"天", "day"},      {"%", "%"},       {"％", "%"},    {"kilomet", "km"}, {"km", "km"},
     {"millimet", "mm"}, {"mm", "mm"},     {"cm", "cm"},   {"met", "m"},      {"°c", "°c"},
     {"kg", "kg"},       {"ton", "t"},     {"hour", "h"},  {"minute", "min"}, {"min", "min"},
     {"day", "day"},     {"percent", "%"}, {"m ", "m"}}};

/// A word of Latin letters at `at` that begins there.
bool word_begins(std::string_view text, std::size_t at) {
  return at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]));
}

/// Lower case ASCII and ASCII digits and signs for full-width ones; other characters stay, so that
/// words are found as they are.
std::string plain(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 2 < text.size() && static_cast<unsigned char>(text[i]) == 0xEF &&
        (static_cast<unsigned char>(text[i + 1]) == 0xBC ||
         static_cast<unsigned char>(text[i + 1]) == 0xBD)) {
      const unsigned point = 0xF000U | ((static_cast<unsigned char>(text[i + 1]) & 0x3FU) << 6U) |
                             (static_cast<unsigned char>(text[i + 2]) & 0x3FU);
      if (point >= 0xFF01 && point <= 0xFF5E) {
        out += static_cast<char>(point - 0xFF01 + 0x21);
        i += 2;
        continue;
      }
    }
    out += text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
  }
  return out;
}

struct Number {
  std::string digits;  ///< normalised
  std::size_t begin, end;
};
/// Figures in order: 1,204 is one, 10:05 are two, 3.5 is one.
std::vector<Number> numbers_in(std::string_view text) {
  std::vector<Number> out;
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    std::string digits;
    while (i < text.size()) {
      if (is_digit(text[i])) {
        digits += text[i++];
      } else if (text[i] == ',' && i + 3 < text.size() && is_digit(text[i + 1]) &&
                 is_digit(text[i + 2]) && is_digit(text[i + 3]) &&
                 (i + 4 == text.size() || !is_digit(text[i + 4]))) {
        ++i;
      } else if (text[i] == '.' && i + 1 < text.size() && is_digit(text[i + 1]) &&
                 digits.find('.') == std::string::npos) {
        digits += text[i++];
      } else {
        break;
      }
    }
    while (digits.size() > 1 && digits.front() == '0' && digits[1] != '.') digits.erase(0, 1);
    out.push_back({std::move(digits), begin, i});
  }
  return out;
}

bool starts_with_at(std::string_view text, std::size_t at, std::string_view word) {
  return at <= text.size() && text.substr(at).starts_with(word);
}

}  // namespace

std::string letters_of(std::string_view text) {
  const std::string folded = text::fold(text).bytes;
  std::string out;
  for (std::size_t i = 0; i < folded.size();) {
    const auto lead = static_cast<unsigned char>(folded[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    const std::string_view one = std::string_view(folded).substr(i, length);
    const std::u32string point = points_of(one);
    if (!point.empty() && !is_punctuation(point[0])) out += one;
    i += length;
  }
  return out;
}

std::size_t common_run(std::string_view a, std::string_view b) {
  const std::u32string left = points_of(a), right = points_of(b);
  std::vector<std::size_t> row(right.size() + 1, 0);
  std::size_t best = 0;
  for (const char32_t c : left) {
    for (std::size_t j = right.size(); j > 0; --j) {
      row[j] = c == right[j - 1] ? row[j - 1] + 1 : 0;
      best = std::max(best, row[j]);
    }
  }
  return best;
}

Figures figures_in(std::string_view original) {
  const std::string text = plain(original);
  Figures out;
  for (const Number& number : numbers_in(text)) {
    if (number.digits == "0") continue;  // the minutes of 10:00
    out.written.insert(number.digits);
    std::size_t behind = number.end;
    while (behind < text.size() && text[behind] == ' ') ++behind;
    if ((starts_with_at(text, behind, "pm") || starts_with_at(text, behind, "p.m")) &&
        number.digits.size() <= 2 && number.digits != "12") {
      out.written.erase(number.digits);
      out.written.insert(std::to_string(std::stoi(number.digits) + 12));
    }
  }
  for (const Word& word : kSpelled) {
    for (std::size_t at = text.find(word.text); at != std::string::npos;
         at = text.find(word.text, at + 1)) {
      const bool latin = is_letter(word.text[0]);
      const std::size_t end = at + word.text.size();
      if (latin && (!word_begins(text, at) || (end < text.size() && is_letter(text[end]))))
        continue;
      out.spelled.insert(std::string(word.stands_for));
      break;
    }
  }
  for (std::size_t i = 0; i < kMonths.size(); ++i) {
    for (std::size_t at = text.find(kMonths[i]); at != std::string::npos;
         at = text.find(kMonths[i], at + 1)) {
      if (!word_begins(text, at)) continue;
      out.spelled.insert(std::to_string(i + 1));
      break;
    }
  }
  return out;
}

std::set<std::pair<std::string, std::string>> measures_in(std::string_view original) {
  const std::string text = plain(original) + " ";
  std::set<std::pair<std::string, std::string>> out;
  for (const Number& number : numbers_in(text)) {
    std::size_t behind = number.end;
    while (behind < text.size() && (text[behind] == ' ' || text[behind] == '-')) ++behind;
    for (const Word& unit : kUnits) {
      if (!starts_with_at(text, behind, unit.text)) continue;
      out.emplace(number.digits, unit.stands_for);
      break;
    }
    // "force 12" has its unit in front.
    const std::string_view before = std::string_view(text).substr(0, number.begin);
    if (before.ends_with("force ") || before.ends_with("level "))
      out.emplace(number.digits, "force");
  }
  return out;
}

std::set<std::string> verdicts_said(std::string_view original) {
  // In order: what is found is taken out, so that 不属实 is not also 属实.
  static constexpr std::array<Word, 34> kSaid = {{{"部分属实", "mixed"},
                                                  {"真假参半", "mixed"},
                                                  {"提醒有效", "mixed"},
                                                  {"不属实", "false"},
                                                  {"不实", "false"},
                                                  {"虚假", "false"},
                                                  {"谣言", "false"},
                                                  {"不是真的", "false"},
                                                  {"伪造", "false"},
                                                  {"误导", "misleading"},
                                                  {"断章取义", "misleading"},
                                                  {"过时", "outdated"},
                                                  {"旧消息", "outdated"},
                                                  {"没有得到", "unproven"},
                                                  {"尚待核实", "unproven"},
                                                  {"正在核实", "unproven"},
                                                  {"未经证实", "unproven"},
                                                  {"没有证据", "unproven"},
                                                  {"属实", "true"},
                                                  {"partly true", "mixed"},
                                                  {"mixed", "mixed"},
                                                  {"untrue", "false"},
                                                  {"not true", "false"},
                                                  {"false", "false"},
                                                  {"fake", "false"},
                                                  {"hoax", "false"},
                                                  {"forged", "false"},
                                                  {"misleading", "misleading"},
                                                  {"out of date", "outdated"},
                                                  {"outdated", "outdated"},
                                                  {"not confirmed", "unproven"},
                                                  {"being verified", "unproven"},
                                                  {"unproven", "unproven"},
                                                  {"is true", "true"}}};
  std::string text = plain(original);
  std::set<std::string> out;
  for (const Word& word : kSaid) {
    for (std::size_t at = text.find(word.text); at != std::string::npos;
         at = text.find(word.text)) {
      out.insert(std::string(word.stands_for));
      text.replace(at, word.text.size(), " ");
    }
  }
  return out;
}

Personal personal_data(std::string_view original) {
  const std::string text = plain(original);
  for (std::size_t i = 0; i < text.size();) {
    if (!is_digit(text[i])) {
      ++i;
      continue;
    }
    const std::size_t begin = i;
    std::string digits;
    std::size_t end = i;
    for (; i < text.size(); ++i) {
      // People write 138 0013 8000 and 138-0013-8000.
      if (is_digit(text[i])) {
        digits += text[i];
        end = i + 1;
      } else if ((text[i] != ' ' && text[i] != '-') || i + 1 == text.size() ||
                 !is_digit(text[i + 1])) {
        break;
      }
    }
    if (begin > 0 && is_letter(text[begin - 1])) continue;
    const bool check_letter = end < text.size() && text[end] == 'x';
    if (digits.size() == 18 || (digits.size() == 17 && check_letter))
      return Personal::identity_number;
    if (digits.size() == 13 && digits.starts_with("86")) digits.erase(0, 2);
    if (digits.size() == 11 && digits[0] == '1' && digits[1] >= '3') return Personal::phone;
  }
  for (std::size_t at = text.find('@'); at != std::string::npos; at = text.find('@', at + 1)) {
    const bool mail_or_name =
        at + 1 < text.size() && (is_letter(text[at + 1]) || is_digit(text[at + 1]) ||
                                 static_cast<unsigned char>(text[at + 1]) >= 0x80);
    if (mail_or_name) return Personal::handle;
  }
  for (const std::string_view word : {"微信号"sv, "微信id"sv, "qq号"sv, "抖音号"sv, "身份证号"sv}) {
    const std::size_t at = text.find(word);
    if (at == std::string::npos) continue;
    std::size_t behind = at + word.size();
    while (behind < text.size() && (text[behind] == ' ' || text[behind] == ':')) ++behind;
    if (behind < text.size() && (is_letter(text[behind]) || is_digit(text[behind])))
      return Personal::handle;
  }
  return Personal::none;
}

std::string risky_word(std::string_view original) {
  static constexpr std::array kRisky = {"碘片"sv,
                                        "碘化钾"sv,
                                        "催吐"sv,
                                        "止血带"sv,
                                        "涉水"sv,
                                        "蹚水"sv,
                                        "放血"sv,
                                        "洗胃"sv,
                                        "自行服药"sv,
                                        "自行用药"sv,
                                        "切开伤口"sv,
                                        "吸毒液"sv,
                                        "灌醋"sv,
                                        "iodine tablet"sv,
                                        "potassium iodide"sv,
                                        "induce vomiting"sv,
                                        "tourniquet"sv,
                                        "wade"sv};
  static constexpr std::array kNot = {"不"sv,     "勿"sv,     "别"sv,      "莫"sv,     "禁止"sv,
                                      "避免"sv,   "严禁"sv,   "do not "sv, "don't "sv, "don’t "sv,
                                      "never "sv, "avoid "sv, "not to "sv};
  const std::string text = plain(original);
  for (const std::string_view word : kRisky) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) {
      // A "not" shortly before it, in the same clause.
      constexpr std::size_t kBefore = 18;
      std::string_view before =
          std::string_view(text).substr(at < kBefore ? 0 : at - kBefore, std::min(at, kBefore));
      for (const std::string_view stop : {"。"sv, "；"sv, ". "sv, ";"sv, "\n"sv}) {
        if (const std::size_t cut = before.rfind(stop); cut != std::string_view::npos)
          before = before.substr(cut + stop.size());
      }
      const bool denied = std::any_of(kNot.begin(), kNot.end(), [&](std::string_view no) {
        return before.find(no) != std::string_view::npos;
      });
      if (!denied) return std::string(word);
    }
  }
  return "";
}

bool names_a_time(std::string_view original) {
  const std::string text = plain(original);
  for (const Number& number : numbers_in(text)) {
    for (const std::string_view mark :
         {"年"sv, "月"sv, "日"sv, "时"sv, "点"sv, ":"sv, "-"sv, "/"sv}) {
      if (starts_with_at(text, number.end, mark)) return true;
    }
  }
  const Figures figures = figures_in(text);
  return std::any_of(kMonths.begin(), kMonths.end(), [&](std::string_view month) {
    const std::size_t at = text.find(month);
    return at != std::string::npos && word_begins(text, at) && !figures.written.empty();
  });
}

ClaimUse claim_use(std::string_view original, std::string_view claim_text) {
  constexpr std::size_t kLeastBytes = 12;  // four Han characters: shorter ones stand anywhere
  const std::string claim = letters_of(claim_text);
  if (claim.size() < kLeastBytes) return {};
  const std::string text = letters_of(original);
  ClaimUse out;
  std::size_t first = std::string::npos;
  for (std::size_t at = text.find(claim); at != std::string::npos;
       at = text.find(claim, at + claim.size())) {
    if (out.times++ == 0) first = at;
  }
  if (out.times == 0) return out;
  const std::string_view before = std::string_view(text).substr(0, first);
  for (const std::string_view warning :
       {"不实"sv, "勿转发"sv, "不转发"sv, "是错的"sv, "有误"sv, "谣言"sv, "虚假"sv, "误导"sv,
        "过时"sv, "不是真的"sv, "未经证实"sv, "没有证据"sv, "false"sv, "untrue"sv, "donotforward"sv,
        "misleading"sv, "outofdate"sv, "iswrong"sv, "notconfirmed"sv}) {
    if (before.find(warning) != std::string_view::npos) out.warned = true;
  }
  return out;
}

}  // namespace clarion::notice
