#include "notice/checks.h"

#include "http/fields.h"
#include "notice/form.h"
#include "notice/inspect.h"
#include "notice/templates.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace clarion::notice {
namespace {

using Level = Check::Level;

/// One language's words of a draft, each with its pointer.
struct Words {
  struct Text {
    std::string pointer, text;
  };
  std::string title, summary, body;
  std::vector<std::string> advice;
  bool there = false;

  [[nodiscard]] std::vector<Text> all(std::string_view lang) const {
    std::vector<Text> out;
    const auto add = [&](std::string_view name, const std::string& text) {
      if (!text.empty()) out.push_back({fmt::format("/content/{}/{}", lang, name), text});
    };
    add("title", title);
    add("summary", summary);
    add("body", body);
    for (std::size_t i = 0; i < advice.size(); ++i) add(fmt::format("advice/{}", i), advice[i]);
    return out;
  }
  [[nodiscard]] std::string joined() const {
    std::string out = title + "\n" + summary + "\n" + body;
    for (const std::string& line : advice) out += "\n" + line;
    return out;
  }
};

Words words_of(const json::object& draft, std::string_view lang) {
  Words out;
  const json::value* content = draft.if_contains("content");
  const json::value* words = content != nullptr && content->is_object()
                                 ? content->get_object().if_contains(lang)
                                 : nullptr;
  if (words == nullptr || !words->is_object()) return out;
  const json::object& object = words->get_object();
  out.title = string_or(object, "title");
  out.summary = string_or(object, "summary");
  out.body = string_or(object, "body");
  if (const json::value* advice = object.if_contains("advice")) out.advice = strings_of(*advice);
  out.there = !out.title.empty() || !out.summary.empty() || !out.body.empty();
  return out;
}

ops::Params params_of(const FieldError& problem) { return problem.params; }

/// Gathers the list, each check by its own function.
class Gatherer {
 public:
  Gatherer(const json::object& draft, const CheckFacts& facts)
      : draft_(draft), facts_(facts), zh_(words_of(draft, "zh")), en_(words_of(draft, "en")) {
    const json::value* claim = draft.if_contains("claim");
    if (claim != nullptr && claim->is_object()) claim_ = string_or(claim->get_object(), "text");
    kind_ = string_or(draft, "kind");
  }

  std::vector<Check> take() {
    blocking();
    title();
    claim();
    source();
    places();
    life();
    languages();
    people();
    advice();
    contradictions();
    drill();
    plain_words();
    lengths();
    pass("check_correction_ready", "");
    std::stable_sort(out_.begin(), out_.end(),
                     [](const Check& a, const Check& b) { return a.level < b.level; });
    return std::move(out_);
  }

 private:
  void add(Level level, std::string_view code, std::string pointer, ops::Params zh = {},
           std::optional<ops::Params> en = {}) {
    out_.push_back({level, std::string(code), std::move(pointer), zh, en ? *en : zh, {}});
  }
  void warn(std::string_view code, std::string pointer, ops::Params zh = {},
            std::optional<ops::Params> en = {}) {
    add(Level::warns, code, std::move(pointer), std::move(zh), std::move(en));
  }
  void pass(std::string_view code, std::string pointer) {
    add(Level::passed, code, std::move(pointer));
  }

  void blocking() {
    const Status complete = check_complete(draft_, facts_.action, facts_.now);
    std::vector<FieldError> problems =
        complete ? std::vector<FieldError>{} : complete.error().fields;
    problems.insert(problems.end(), facts_.more_blocking.begin(), facts_.more_blocking.end());
    for (const FieldError& each : problems) {
      if (each.code != "field_placeholder") {
        add(Level::blocks, each.code, each.pointer, params_of(each));
        continue;
      }
      const auto slot = std::find_if(each.params.begin(), each.params.end(),
                                     [](const auto& param) { return param.first == "slot"; });
      const std::string name = slot != each.params.end() ? slot->second : "";
      add(Level::blocks, each.code, each.pointer, {{"slot", slot_words(name, ops::Lang::zh)}},
          ops::Params{{"slot", slot_words(name, ops::Lang::en)}});
      out_.back().slot = name;
    }
    if (problems.empty()) pass("check_complete", "");
  }

  void title() {
    const std::size_t before = out_.size();
    if (!claim_.empty()) {
      const std::string claim = letters_of(claim_);
      constexpr std::size_t kRun = 10, kShort = 4;
      const std::size_t length = http::characters(claim);
      for (const auto& [text, pointer] : {std::pair(&zh_.title, "/content/zh/title"),
                                          std::pair(&en_.title, "/content/en/title")}) {
        const std::size_t run = common_run(letters_of(*text), claim);
        if (length >= kShort && run >= std::min(length, kRun)) warn("check_title_claim", pointer);
      }
    }
    if (zh_.title.ends_with("？") || zh_.title.ends_with("?"))
      warn("check_title_question", "/content/zh/title");
    if (en_.title.ends_with("?")) warn("check_title_question", "/content/en/title");
    if (before == out_.size() && zh_.there) pass("check_title", "/content/zh/title");
  }

  void claim() {
    if (claim_.empty()) return;
    bool good = true;
    for (const auto& [words, lang] : {std::pair(&zh_, "zh"), std::pair(&en_, "en")}) {
      const ClaimUse use = claim_use(words->summary + "\n" + words->body, claim_);
      const std::string pointer = fmt::format("/content/{}/body", lang);
      if (use.times > 1) {
        warn("check_claim_repeated", pointer, {{"n", std::to_string(use.times)}});
        good = false;
      }
      if (use.times > 0 && !use.warned) {
        warn("check_claim_unwarned", pointer);
        good = false;
      }
    }
    if (good) pass("check_claim", "/claim/text");
  }

  void source() {
    const json::value* evidence = draft_.if_contains("evidence");
    const bool named = evidence != nullptr && evidence->is_array() &&
                       std::any_of(evidence->get_array().begin(), evidence->get_array().end(),
                                   [](const json::value& each) {
                                     const json::object* row = each.if_object();
                                     return row != nullptr && !string_or(*row, "url").empty() &&
                                            !string_or(*row, "publisher").empty();
                                   });
    const bool dated = names_a_time(zh_.summary) || names_a_time(zh_.body);
    if (!named) warn("check_source", "/evidence");
    if (!dated && zh_.there) warn("check_source_date", "/content/zh/summary");
    if (named && dated) pass("check_source_good", "/evidence");
  }

  void places() {
    const json::value* regions = draft_.if_contains("regions");
    if (regions != nullptr && regions->is_array() && !regions->get_array().empty()) {
      pass("check_regions_good", "/regions");
    } else {
      warn("check_regions", "/regions");
    }
  }

  /// Ends as reference templates.md section 2 advises.
  void life() {
    using std::chrono::hours;
    const auto ends = model::parse_time(string_or(draft_, "expires_at"));
    if (!ends || ends.value().time <= facts_.now) return;
    const auto left = ends.value().time - facts_.now;
    hours most = hours(180 * 24), least = hours(0);
    if (kind_ == "holding") most = string_or(draft_, "severity") == "extreme" ? hours(1) : hours(3);
    if (kind_ == "debunk") {
      most = hours(30 * 24);
      least = hours(7 * 24 - 1);
    }
    constexpr std::chrono::minutes kSlack{5};
    if (left > most + kSlack) {
      warn("check_life_long", "/expires_at", {{"hours", std::to_string(most.count())}});
    } else if (left < least) {
      warn("check_life_short", "/expires_at", {{"hours", std::to_string(least.count() + 1)}});
    } else {
      pass("check_life_good", "/expires_at");
    }
  }

  void languages() {
    if (!zh_.there) return;
    if (!en_.there) return warn("check_en_missing", "/content/en");
    const std::size_t before = out_.size();
    if (facts_.zh_changed && (!facts_.en_changed || *facts_.en_changed < *facts_.zh_changed))
      warn("check_en_stale", "/content/en");
    const std::string zh = zh_.joined(), en = en_.joined();
    const Figures left = figures_in(zh), right = figures_in(en);
    const auto missing = [](const Figures& from, const Figures& in) {
      std::string out;
      for (const std::string& figure : from.written) {
        if (in.written.contains(figure) || in.spelled.contains(figure)) continue;
        if (out.size() < 60) out += (out.empty() ? "" : ", ") + figure;
      }
      return out;
    };
    if (const std::string figures = missing(left, right); !figures.empty())
      warn("check_figures_en", "/content/en/body", {{"figures", figures}});
    if (const std::string figures = missing(right, left); !figures.empty())
      warn("check_figures_zh", "/content/zh/body", {{"figures", figures}});
    units(zh, en);
    const auto said_zh = verdicts_said(zh), said_en = verdicts_said(en);
    const bool agree = std::any_of(said_zh.begin(), said_zh.end(),
                                   [&](const std::string& each) { return said_en.contains(each); });
    if (!said_zh.empty() && !said_en.empty() && !agree)
      warn("check_verdict_words", "/content/en/body");
    if (before == out_.size()) pass("check_languages", "/content/en");
  }

  void units(const std::string& zh, const std::string& en) {
    const auto left = measures_in(zh), right = measures_in(en);
    for (const auto& [figure, unit] : left) {
      if (right.contains({figure, unit})) continue;
      const auto other = std::find_if(right.begin(), right.end(),
                                      [&](const auto& each) { return each.first == figure; });
      if (other == right.end() || left.contains(*other)) continue;
      return warn("check_units", "/content/en/body", {{"figure", figure}});
    }
  }

  void people() {
    bool good = true;
    for (const auto& [words, lang] : {std::pair(&zh_, "zh"), std::pair(&en_, "en")}) {
      for (const Words::Text& each : words->all(lang)) {
        const Personal found = personal_data(each.text);
        if (found == Personal::none) continue;
        good = false;
        warn(found == Personal::phone             ? "check_personal_phone"
             : found == Personal::identity_number ? "check_personal_number"
                                                  : "check_personal_handle",
             each.pointer);
      }
    }
    if (const Personal found = personal_data(claim_); found != Personal::none) {
      good = false;
      warn(found == Personal::phone             ? "check_personal_phone"
           : found == Personal::identity_number ? "check_personal_number"
                                                : "check_personal_handle",
           "/claim/text");
    }
    if (good) pass("check_personal_good", "");
  }

  void advice() {
    bool good = true;
    for (const auto& [words, lang] : {std::pair(&zh_, "zh"), std::pair(&en_, "en")}) {
      for (const Words::Text& each : words->all(lang)) {
        const std::string word = risky_word(each.text);
        if (word.empty() || facts_.expert_among_authors) continue;
        good = false;
        warn("check_advice_risky", each.pointer, {{"word", word}});
      }
    }
    if (good) pass("check_advice_good", "");
  }

  void contradictions() {
    for (const Contradiction& each : facts_.contradictions)
      warn("check_contradiction", "/verdict",
           {{"id", each.id}, {"title", each.title}, {"verdict", each.verdict}});
    if (facts_.contradictions.empty() && kind_ == "debunk")
      pass("check_contradiction_none", "/verdict");
  }

  void drill() {
    const auto marked = [](const std::string& text) {
      return text.find("演练") != std::string::npos || text.find("EXERCISE") != std::string::npos ||
             text.find("测试") != std::string::npos || text.find("TEST") != std::string::npos;
    };
    if (facts_.mode == "Actual") {
      if (marked(zh_.title) || zh_.title.find("【演") != std::string::npos)
        warn("check_drill_words", "/content/zh/title");
      return;
    }
    if (!marked(zh_.title)) warn("check_drill_unmarked", "/content/zh/title");
    if (en_.there && !marked(en_.title)) warn("check_drill_unmarked", "/content/en/title");
  }

  void plain_words() {
    for (const Words::Text& each : zh_.all("zh")) {
      for (const char* word : {"造谣", "据悉", "有关部门", "呵呵", "！"}) {
        if (each.text.find(word) == std::string::npos) continue;
        warn("check_words", each.pointer, {{"word", word}});
        break;
      }
    }
  }

  void lengths() {
    const auto over = [this](const std::string& text, std::size_t most, const char* pointer) {
      const std::size_t n = http::characters(text);
      if (n > most)
        warn("check_length", pointer, {{"n", std::to_string(n)}, {"max", std::to_string(most)}});
    };
    constexpr std::size_t kTitle = 26, kSummary = 70, kBodyLeast = 150, kBodyMost = 500, kLine = 30;
    over(zh_.title, kTitle, "/content/zh/title");
    over(zh_.summary, kSummary, "/content/zh/summary");
    over(zh_.body, kBodyMost, "/content/zh/body");
    const std::size_t body = http::characters(zh_.body);
    if (body > 0 && body < kBodyLeast)
      warn("check_body_short", "/content/zh/body",
           {{"n", std::to_string(body)}, {"min", std::to_string(kBodyLeast)}});
    if (zh_.there && (zh_.advice.empty() || zh_.advice.size() > 3))
      warn("check_advice_count", "/content/zh/advice", {{"n", std::to_string(zh_.advice.size())}});
    for (std::size_t i = 0; i < zh_.advice.size(); ++i)
      over(zh_.advice[i], kLine, fmt::format("/content/zh/advice/{}", i).c_str());
  }

  const json::object& draft_;
  const CheckFacts& facts_;
  Words zh_, en_;
  std::string claim_, kind_;
  std::vector<Check> out_;
};

json::object in_both(const std::string& code, const Check& check) {
  return {{"zh", ops::words(code, ops::Lang::zh, check.zh)},
          {"en", ops::words(code, ops::Lang::en, check.en)}};
}

}  // namespace

std::vector<Check> check_notice(const json::object& draft, const CheckFacts& facts) {
  return Gatherer(draft, facts).take();
}

json::object to_json(const std::vector<Check>& checks) {
  constexpr std::array<std::string_view, 3> kLevels = {"blocks", "warns", "passed"};
  std::array<std::int64_t, 3> counts{};
  json::array items;
  for (const Check& each : checks) {
    const auto level = static_cast<std::size_t>(each.level);
    ++counts.at(level);
    json::object item{{"level", kLevels.at(level)},
                      {"code", each.code},
                      {"pointer", each.pointer},
                      {"text", in_both(each.code, each)}};
    if (const std::string mend = each.code + "_mend"; ops::knows_code(mend))
      item["mend"] = in_both(mend, each);
    if (!each.slot.empty()) item["slot"] = each.slot;
    items.push_back(std::move(item));
  }
  return {{"items", std::move(items)},
          {"left", counts[0]},
          {"warnings", counts[1]},
          {"passed", counts[2]}};
}

}  // namespace clarion::notice
