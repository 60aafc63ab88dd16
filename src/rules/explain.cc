#include "rules/explain.h"

#include "rules/detail/compiled.h"
#include "rules/detail/matcher.h"
#include "rules/score.h"
#include "text/views.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::rules {
namespace {

class Explainer {
 public:
  Explainer(const RuleSet& rules, std::string_view text)
      : rules_(rules), text_(text), matcher_(rules.compiled().program, rules.compiled().databases) {
    matcher_.read(text);
  }

  Explanation run() {
    Explanation out;
    out.flag_score = rules_.flag_score();
    out.rules_version = rules_.version();
    std::uint8_t views = 1;
    for (const auto& rule : rules_.compiled().program.rules) {
      views = static_cast<std::uint8_t>(views | rule.views);
    }
    for (const model::View view : detail::kAllViews) {
      if ((views >> detail::index_of(view) & 1U) == 0) continue;
      const std::string& key = matcher_.key(view).bytes;
      out.keys.push_back({view, view == model::View::folded ? key : text::readable_key(key)});
    }
    Score score;
    for (const std::uint32_t index : matcher_.candidates()) {
      const Rule& rule = rules_.rules()[index];
      if (matcher_.holds(index)) {
        auto& found = out.hit.emplace_back(describe(index));
        std::vector<detail::Span> spans;
        matcher_.find_spans(index, spans);
        for (const detail::Span& span : spans) found.places.push_back(place(span));
        if (!rule.shadow) score.add(rule.weight);
        found.score_after = score.value();
      } else if (matcher_.holds_but_for_none(index)) {
        out.blocked.push_back(describe(index));
      }
    }
    out.score = score.value();
    out.flagged = score.flagged(rules_.flag_score());
    return out;
  }

 private:
  Explanation::Place place(const detail::Span& span) {
    const auto [from, to] = matcher_.original(span);
    return {from, to, std::string(text_.substr(from, to - from))};
  }

  Explanation::RuleFound describe(std::uint32_t index) {
    const Rule& rule = rules_.rules()[index];
    Explanation::RuleFound out;
    out.id = rule.id;
    out.title_zh = rule.title_zh;
    out.title_en = rule.title_en;
    out.topic = rule.topic;
    out.version = rule.version;
    out.weight = rule.weight;
    out.shadow = rule.shadow;
    out.severity = rule.severity;
    const detail::Program& program = rules_.compiled().program;
    for (const auto& atom : matcher_.find_atoms(index)) {
      Explanation::Phrase phrase;
      phrase.blocking = atom.blocking;
      phrase.view = program.view_of(atom.atom);
      phrase.key = program.name_of(atom.atom);
      for (const detail::Span& span : atom.spans) phrase.places.push_back(place(span));
      out.phrases.push_back(std::move(phrase));
    }
    // As the text reads, and what blocks last.
    std::stable_sort(out.phrases.begin(), out.phrases.end(), [](const auto& a, const auto& b) {
      return std::pair(a.blocking, a.places.front().from) <
             std::pair(b.blocking, b.places.front().from);
    });
    return out;
  }

  const RuleSet& rules_;
  std::string_view text_;
  detail::Matcher matcher_;
};

std::string print(const Explanation::RuleFound& rule) {
  const std::string& title = rule.title_zh.empty() ? rule.title_en : rule.title_zh;
  std::string out =
      fmt::format("  {} (version {}, weight {}, {}{}){}{}\n", rule.id, rule.version, rule.weight,
                  name_of(rule.severity), rule.shadow ? ", shadow: counts for nothing" : "",
                  title.empty() ? "" : " ", title);
  for (const auto& place : rule.places)
    out += fmt::format("    hit   bytes {}..{}: {}\n", place.from, place.to, place.text);
  for (const auto& phrase : rule.phrases) {
    out += fmt::format("    {} {}{} at", phrase.blocking ? "none " : "found", phrase.key,
                       phrase.view == model::View::folded
                           ? std::string()
                           : fmt::format(" ({})", name_of(phrase.view)));
    for (const auto& place : phrase.places) out += fmt::format(" {}..{}", place.from, place.to);
    out += '\n';
  }
  return out;
}

json::array to_json(const std::vector<Explanation::Place>& places) {
  json::array out;
  for (const auto& place : places)
    out.push_back({{"span", {place.from, place.to}}, {"text", place.text}});
  return out;
}

json::array to_json(const std::vector<Explanation::RuleFound>& rules) {
  json::array out;
  for (const auto& rule : rules) {
    json::array phrases;
    for (const auto& phrase : rule.phrases) {
      phrases.push_back({{"phrase", phrase.key},
                         {"view", name_of(phrase.view)},
                         {"blocking", phrase.blocking},
                         {"places", to_json(phrase.places)}});
    }
    out.push_back({{"rule", rule.id},
                   {"version", rule.version},
                   {"title", {{"zh", rule.title_zh}, {"en", rule.title_en}}},
                   {"topic", rule.topic},
                   {"severity", name_of(rule.severity)},
                   {"weight", rule.weight},
                   {"shadow", rule.shadow},
                   {"score_after", rule.score_after},
                   {"hits", to_json(rule.places)},
                   {"phrases", std::move(phrases)}});
  }
  return out;
}

}  // namespace

Explanation explain(const RuleSet& rules, std::string_view text) {
  return Explainer(rules, text).run();
}

std::string to_text(const Explanation& explanation) {
  std::string out;
  for (const auto& key : explanation.keys)
    out += fmt::format("{:<7} {}\n", name_of(key.view), key.text);
  out += explanation.hit.empty() ? "hit     no rule\n" : "hit\n";
  for (const auto& rule : explanation.hit) out += print(rule);
  if (!explanation.blocked.empty()) out += "blocked by none\n";
  for (const auto& rule : explanation.blocked) out += print(rule);
  out += "score   0";
  for (const auto& rule : explanation.hit) {
    if (!rule.shadow)
      out += fmt::format(" -> {} ({}, weight {})", rule.score_after, rule.id, rule.weight);
  }
  out += fmt::format("\n        {} is {} {}: {}\n", explanation.score,
                     explanation.flagged ? "at least" : "below", explanation.flag_score,
                     explanation.flagged ? "flagged" : "not flagged");
  return out;
}

json::object to_json(const Explanation& explanation) {
  json::array keys;
  for (const auto& key : explanation.keys)
    keys.push_back({{"view", name_of(key.view)}, {"text", key.text}});
  return {{"keys", std::move(keys)},
          {"hit", to_json(explanation.hit)},
          {"blocked", to_json(explanation.blocked)},
          {"score", explanation.score},
          {"flag_score", explanation.flag_score},
          {"flagged", explanation.flagged},
          {"rules_version", explanation.rules_version}};
}

}  // namespace clarion::rules
