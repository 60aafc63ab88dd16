#include "rules/detail/matcher.h"

#include "base/assert.h"
#include "rules/detail/utf8.h"

#include <hs/hs.h>

#include <algorithm>
#include <limits>

namespace clarion::rules::detail {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxText = std::numeric_limits<std::uint32_t>::max() / 4;

}  // namespace

Matcher::Matcher(const Program& program, const Databases& databases)
    : program_(program),
      databases_(databases),
      scratch_(make_scratch(databases)),
      slots_(program.atoms()),
      rule_text_(program.rules.size(), 0) {}

void Matcher::record(std::uint32_t atom, std::uint32_t end) {
  Slot& slot = slots_[atom];
  if (slot.text != text_) {
    slot = {text_, kNone, kNone};
    touched_.push_back(atom);
  }
  if (atom >= program_.literals.size()) return;
  if (records_.size() == kMaxRecords) {
    truncated_ = true;
    return;
  }
  const auto index = static_cast<std::uint32_t>(records_.size());
  records_.push_back({end, kNone});
  if (slot.head == kNone) {
    slot.head = index;
  } else {
    records_[slot.tail].next = index;
  }
  slot.tail = index;
}

int Matcher::on_match(unsigned id, unsigned long long /*from*/, unsigned long long to,
                      unsigned /*flags*/, void* self) {
  static_cast<Matcher*>(self)->record(id, static_cast<std::uint32_t>(to));
  return 0;
}

const text::Folded& Matcher::key(model::View view) {
  const auto bit = static_cast<std::uint8_t>(1U << index_of(view));
  if ((made_ & bit) == 0) {
    made_ = static_cast<std::uint8_t>(made_ | bit);
    const std::uint64_t begin = profile_ != nullptr ? profile_->now() : 0;
    make_view(view, keys_[0], keys_[index_of(view)]);
    if (profile_ != nullptr) profile_->fold_ns += profile_->now() - begin;
  }
  return keys_[index_of(view)];
}

void Matcher::scan_view(model::View view) {
  const auto bit = static_cast<std::uint8_t>(1U << index_of(view));
  if ((scanned_ & bit) != 0) return;
  scanned_ = static_cast<std::uint8_t>(scanned_ | bit);
  const Database& database = databases_.atoms[index_of(view)];
  if (database == nullptr) return;
  const std::string& bytes = key(view).bytes;
  if (bytes.empty()) return;
  const std::uint64_t begin = profile_ != nullptr ? profile_->now() : 0;
  const hs_error_t outcome =
      hs_scan(database.get(), bytes.data(), static_cast<unsigned>(bytes.size()), 0, scratch_.get(),
              &Matcher::on_match, this);
  CLARION_ASSERT(outcome == HS_SUCCESS);
  if (profile_ != nullptr) {
    profile_->hyperscan_ns += profile_->now() - begin;
    profile_->hyperscan_texts += view == model::View::folded ? 1U : 0U;
  }
}

void Matcher::read(std::string_view original) {
  if (++text_ == 0) {  // the numbers wrapped: no old one may be taken for a new one
    std::fill(slots_.begin(), slots_.end(), Slot{});
    std::fill(rule_text_.begin(), rule_text_.end(), 0U);
    text_ = 1;
  }
  truncated_ = false;
  records_.clear();
  touched_.clear();
  candidates_.clear();
  scanned_ = 0;
  counted_ = 0;
  made_ = 1;
  const std::uint64_t begin = profile_ != nullptr ? profile_->now() : 0;
  text::fold(original.substr(0, kMaxText), keys_[0]);
  if (profile_ != nullptr) {
    profile_->texts += 1;
    profile_->fold_ns += profile_->now() - begin;
  }
  for (const model::View view : kAllViews) {
    if ((program_.eager_views >> index_of(view) & 1U) != 0) scan_view(view);
  }
  if (!touched_.empty()) collect_candidates();
  if (profile_ != nullptr) {
    profile_->triggered_texts += candidates_.empty() ? 0U : 1U;
    profile_->rules_evaluated += candidates_.size();
  }
}

void Matcher::collect_candidates() {
  std::uint8_t views = 0;
  for (const std::uint32_t atom : touched_) {
    for (const std::uint32_t rule : program_.triggered_by(atom)) {
      if (rule_text_[rule] == text_) continue;
      rule_text_[rule] = text_;
      candidates_.push_back(rule);
      views = static_cast<std::uint8_t>(views | program_.rules[rule].views);
    }
  }
  if (candidates_.empty()) return;
  std::sort(candidates_.begin(), candidates_.end());
  for (const model::View view : kAllViews) {
    if ((views >> index_of(view) & 1U) != 0) scan_view(view);
  }
}

bool Matcher::holds(std::uint32_t rule) { return eval(program_.rules[rule].root, false); }
bool Matcher::holds_but_for_none(std::uint32_t rule) {
  return eval(program_.rules[rule].root, true);
}

std::uint32_t Matcher::char_at(model::View view, std::uint32_t byte) {
  std::vector<std::uint32_t>& chars = chars_[index_of(view)];
  const auto bit = static_cast<std::uint8_t>(1U << index_of(view));
  if ((counted_ & bit) == 0) {
    counted_ = static_cast<std::uint8_t>(counted_ | bit);
    const std::string& bytes = keys_[index_of(view)].bytes;
    chars.resize(bytes.size() + 1);
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      chars[i] = count;
      // A byte inside a character counts with it: chars[i] of its first byte is its number.
      if (i + 1 == bytes.size() || begins_code_point(bytes[i + 1])) ++count;
    }
    chars[bytes.size()] = count;
  }
  return chars[byte];
}

void Matcher::literal_occurrences(std::uint32_t atom, Occurrences& out) {
  if (!seen(atom)) return;
  const Program::Literal& literal = program_.literals[atom];
  const auto length = static_cast<std::uint32_t>(literal.key.size());
  for (std::uint32_t i = slots_[atom].head; i != kNone; i = records_[i].next) {
    const std::uint32_t to = records_[i].end;
    const std::uint32_t from = to - length;
    out.push_back({from, to, char_at(literal.view, from), char_at(literal.view, to), from});
  }
}

void Matcher::regex_occurrences(std::uint32_t atom, Occurrences& out) {
  if (!seen(atom)) return;
  const std::size_t index = atom - program_.literals.size();
  const std::string& bytes = keys_[index_of(program_.regexes[index].view)].bytes;
  struct Context {
    Occurrences& out;
  } context{out};
  const auto add = [](unsigned, unsigned long long from, unsigned long long to, unsigned,
                      void* self) {
    Occurrences& found = static_cast<Context*>(self)->out;
    const auto begin = static_cast<std::uint32_t>(from);
    const auto end = static_cast<std::uint32_t>(to);
    // Every further end of a match that grows is reported; the longest is what people see.
    if (!found.empty() && found.back().from == begin) {
      found.back().to = std::max(found.back().to, end);
    } else {
      found.push_back({begin, end, 0, 0, begin});
    }
    return found.size() > kMaxRecords ? 1 : 0;
  };
  const hs_error_t outcome =
      hs_scan(databases_.spans[index].get(), bytes.data(), static_cast<unsigned>(bytes.size()), 0,
              scratch_.get(), add, &context);
  CLARION_ASSERT(outcome == HS_SUCCESS || outcome == HS_SCAN_TERMINATED);
}

}  // namespace clarion::rules::detail
