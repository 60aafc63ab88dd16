#include "rules/detail/number.h"

#include "rules/detail/utf8.h"

#include <array>

namespace clarion::rules::detail {
namespace {

constexpr std::size_t kMaxRun = 24;

int digit_of(char32_t c) {
  if (c >= U'0' && c <= U'9') return static_cast<int>(c - U'0');
  switch (c) {
    case U'〇':
    case U'零':
      return 0;
    case U'一':
    case U'壹':
      return 1;
    case U'二':
    case U'两':
    case U'贰':
      return 2;
    case U'三':
    case U'叁':
      return 3;
    case U'四':
    case U'肆':
      return 4;
    case U'五':
    case U'伍':
      return 5;
    case U'六':
    case U'陆':
      return 6;
    case U'七':
    case U'柒':
      return 7;
    case U'八':
    case U'捌':
      return 8;
    case U'九':
    case U'玖':
      return 9;
    default:
      return -1;
  }
}

double multiplier_of(char32_t c) {
  switch (c) {
    case U'十':
    case U'拾':
      return 10;
    case U'百':
    case U'佰':
      return 100;
    case U'千':
    case U'仟':
      return 1000;
    case U'万':
      return 1e4;
    case U'亿':
      return 1e8;
    default:
      return 0;
  }
}

bool is_arabic(char32_t c) { return c >= U'0' && c <= U'9'; }

/// The characters of a run of digits, with the byte where each begins.
struct Run {
  std::array<char32_t, kMaxRun> chars{};
  std::array<std::size_t, kMaxRun> at{};
  std::size_t size = 0;
};

/// 1,358.5 and what follows it: 万, 千万. False when the characters from `i` on are no such number
/// to their end.
bool read_arabic(const Run& run, std::size_t i, double& out) {
  double value = 0;
  std::size_t digits = 0;
  bool grouped = false;
  for (; i < run.size; ++i) {
    if (is_arabic(run.chars[i])) {
      value = value * 10 + digit_of(run.chars[i]);
      ++digits;
      if (grouped && digits > 3) return false;
    } else if (run.chars[i] == U',') {
      if (digits == 0 || digits > 3 || (grouped && digits != 3)) return false;
      grouped = true;
      digits = 0;
    } else {
      break;
    }
  }
  if (digits == 0 || (grouped && digits != 3)) return false;
  if (i < run.size && run.chars[i] == U'.') {
    double place = 0.1;
    const std::size_t point = i++;
    for (; i < run.size && is_arabic(run.chars[i]); ++i, place /= 10)
      value += digit_of(run.chars[i]) * place;
    if (i == point + 1) return false;
  }
  for (; i < run.size; ++i) {
    const double factor = multiplier_of(run.chars[i]);
    if (factor == 0) return false;
    value *= factor;
  }
  out = value;
  return true;
}

/// 一百零二, 二十, 两千, 三万五千, 一二三 (digit by digit), 八点五.
bool read_chinese(const Run& run, std::size_t i, double& out) {
  double total = 0;    // of whole 亿 and 万
  double section = 0;  // below them
  double digit = 0;
  bool has_digit = false;
  bool has_unit = false;
  const std::size_t first = i;
  for (; i < run.size && run.chars[i] != U'点'; ++i) {
    const char32_t c = run.chars[i];
    if (is_arabic(c)) return false;
    if (const int value = digit_of(c); value >= 0) {
      // 二〇二六 and 一二三: digits in a row count as written.
      digit = has_digit ? digit * 10 + value : value;
      has_digit = true;
      continue;
    }
    const double factor = multiplier_of(c);
    if (factor == 0) return false;
    has_unit = true;
    if (factor >= 1e4) {
      section += digit;
      // 一亿二千万: 万 counts what stands since 亿. 三万亿: 亿 counts all before it.
      if (factor < 1e8 ? section == 0 : total + section == 0) return false;
      total = factor < 1e8 ? total + section * factor : (total + section) * factor;
      section = 0;
    } else {
      if (!has_digit && factor != 10 && i == first) return false;
      section += (digit == 0 ? 1 : digit) * factor;
    }
    digit = 0;
    has_digit = false;
  }
  if (i == first || (!has_digit && !has_unit)) return false;
  double value = total + section + digit;
  if (i < run.size) {
    double place = 0.1;
    const std::size_t point = i++;
    for (; i < run.size; ++i, place /= 10) {
      const int next = digit_of(run.chars[i]);
      if (next < 0 || is_arabic(run.chars[i])) return false;
      value += next * place;
    }
    if (i == point + 1) return false;
  }
  out = value;
  return true;
}

struct Found {
  double value;
  std::size_t begin;
};

/// The longest number that ends at byte `end`.
std::optional<Found> number_before(std::string_view text, std::size_t end) {
  Run reversed;
  std::size_t at = end;
  while (at > 0 && reversed.size < kMaxRun) {
    const std::size_t begin = previous_code_point(text, at);
    std::size_t after = begin;
    const char32_t c = next_code_point(text, after);
    if (digit_of(c) < 0 && multiplier_of(c) == 0 && c != U'.' && c != U',' && c != U'点') break;
    reversed.chars[reversed.size] = c;
    reversed.at[reversed.size++] = begin;
    at = begin;
  }
  Run run;
  run.size = reversed.size;
  for (std::size_t i = 0; i < run.size; ++i) {
    run.chars[i] = reversed.chars[run.size - 1 - i];
    run.at[i] = reversed.at[run.size - 1 - i];
  }
  for (std::size_t i = 0; i < run.size; ++i) {
    double value = 0;
    if (read_arabic(run, i, value) || read_chinese(run, i, value)) return Found{value, run.at[i]};
  }
  return std::nullopt;
}

std::size_t skip_blank(std::string_view text, std::size_t at) {
  return at > 0 && text[at - 1] == ' ' ? at - 1 : at;
}

bool ends_with(std::string_view text, std::size_t at, std::string_view what) {
  return text.substr(0, at).ends_with(what);
}

/// Length in bytes of a word that joins the two ends of a range before byte `at`; 0 for none.
std::size_t joint_before(std::string_view text, std::size_t at) {
  for (const std::string_view joint : {"-", "~", "–", "—", "至", "到"}) {
    if (ends_with(text, at, joint)) return joint.size();
  }
  return 0;
}

}  // namespace

std::optional<std::size_t> find_number(std::string_view folded, std::size_t unit,
                                       const NumberTest& test) {
  const auto last = number_before(folded, skip_blank(folded, unit));
  if (!last) return std::nullopt;
  const std::size_t before = skip_blank(folded, last->begin);
  if (const std::size_t joint = joint_before(folded, before); joint != 0) {
    if (const auto first = number_before(folded, skip_blank(folded, before - joint))) {
      if (test.passes(first->value) || test.passes(last->value)) return first->begin;
      return std::nullopt;
    }
    if (joint == 1 && folded[before - 1] == '-' && before == last->begin) {
      return test.passes(-last->value) ? std::optional(before - 1) : std::nullopt;
    }
  }
  constexpr std::string_view kBelowZero = "零下";
  if (ends_with(folded, last->begin, kBelowZero)) {
    return test.passes(-last->value) ? std::optional(last->begin - kBelowZero.size())
                                     : std::nullopt;
  }
  return test.passes(last->value) ? std::optional(last->begin) : std::nullopt;
}

}  // namespace clarion::rules::detail
