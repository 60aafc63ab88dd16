#include "rules/scanner.h"

#include "base/assert.h"
#include "model/region.h"
#include "rules/detail/compiled.h"
#include "rules/detail/matcher.h"
#include "rules/score.h"

#include <algorithm>
#include <bit>
#include <tuple>

namespace clarion::rules {

struct Scanner::Work {
  explicit Work(const detail::Compiled& compiled)
      : text(compiled.program, compiled.databases), media(compiled.program, compiled.databases) {}

  /// Apart, so that the post's own folded text is still there after its media.
  detail::Matcher text, media;
  std::vector<std::uint32_t> rules_hit;
  std::vector<detail::Span> spans;
  std::vector<std::string_view> media_texts;
};

Scanner::Scanner(std::shared_ptr<const RuleSet> rules) : rules_(std::move(rules)) {
  CLARION_ASSERT(rules_ != nullptr);
  work_ = std::make_unique<Work>(rules_->compiled());
}
Scanner::~Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;

void Scanner::use(std::shared_ptr<const RuleSet> rules) {
  if (rules == rules_) return;
  Profile* const profile = profile_;
  *this = Scanner(std::move(rules));
  set_profile(profile);
}

void Scanner::set_profile(Profile* profile) {
  profile_ = profile;
  work_->text.set_profile(profile);
  work_->media.set_profile(profile);
}

const text::Folded& Scanner::folded() const { return work_->text.folded(); }

const model::ScanResult& Scanner::scan(const model::Post& post, bool want_regions) {
  work_->media_texts.clear();
  for (const model::Post::Media& medium : post.media) work_->media_texts.push_back(medium.text);
  return scan({post.text, work_->media_texts, post.region, want_regions});
}

const model::ScanResult& Scanner::scan(const Input& input) {
  result_.flagged = false;
  result_.score = 0;
  result_.severity = model::Severity::minor;
  result_.topics.clear();
  result_.regions.clear();
  result_.hits.clear();
  work_->rules_hit.clear();
  scan_text(input.text, -1);
  for (std::size_t i = 0; i < std::min(input.media_texts.size(), kMaxMedia); ++i) {
    if (!input.media_texts[i].empty()) scan_text(input.media_texts[i], static_cast<int>(i));
  }
  finish(input);
  return result_;
}

void Scanner::scan_text(std::string_view text, int media) {
  detail::Matcher& matcher = media < 0 ? work_->text : work_->media;
  matcher.read(text);
  const auto candidates = matcher.candidates();
  if (candidates.empty()) return;
  const std::uint64_t begin = profile_ != nullptr ? profile_->now() : 0;
  for (const std::uint32_t index : candidates) {
    if (!matcher.holds(index)) continue;
    work_->rules_hit.push_back(index);
    const Rule& rule = rules_->rules()[index];
    matcher.find_spans(index, work_->spans);
    for (const detail::Span& span : work_->spans) {
      if (result_.hits.size() == kMaxHits) break;
      model::Hit& hit = result_.hits.emplace_back();
      hit.rule = rule.id;
      hit.version = rule.version;
      hit.view = span.view;
      std::tie(hit.from, hit.to) = matcher.original(span);
      hit.text = text.substr(hit.from, hit.to - hit.from);
      hit.weight = rule.weight;
      hit.shadow = rule.shadow;
      hit.media = media;
    }
  }
  if (profile_ != nullptr) profile_->evaluate_ns += profile_->now() - begin;
}

void Scanner::finish(const Input& input) {
  std::vector<std::uint32_t>& hit = work_->rules_hit;
  if (!hit.empty()) {
    std::sort(hit.begin(), hit.end());
    hit.erase(std::unique(hit.begin(), hit.end()), hit.end());
    const detail::Compiled& compiled = rules_->compiled();
    Score score;
    std::vector<bool> topics(model::topics().size());
    for (const std::uint32_t index : hit) {
      const Rule& rule = rules_->rules()[index];
      if (rule.shadow) continue;
      score.add(rule.weight);
      topics[compiled.topics[index]] = true;
      result_.severity = std::max(result_.severity, rule.severity);
    }
    result_.score = score.value();
    result_.flagged = score.flagged(rules_->flag_score());
    for (std::size_t i = 0; i < topics.size(); ++i) {
      if (topics[i]) result_.topics.push_back(model::topics()[i].id);
    }
    std::sort(result_.hits.begin(), result_.hits.end(),
              [](const model::Hit& a, const model::Hit& b) {
                return std::tie(a.media, a.from, a.to, a.rule, a.view) <
                       std::tie(b.media, b.from, b.to, b.rule, b.view);
              });
  }
  if (!input.region.empty()) {
    result_.regions.emplace_back(input.region);
    return;
  }
  if (!result_.flagged && !input.want_regions) return;
  result_.regions = model::regions_in_text(work_->text.folded().bytes);
  for (std::size_t i = 0;
       result_.regions.empty() && i < std::min(input.media_texts.size(), kMaxMedia); ++i) {
    text::Folded medium;
    text::fold(input.media_texts[i], medium);
    result_.regions = model::regions_in_text(medium.bytes);
  }
}

}  // namespace clarion::rules
