// The bit program over Hyperscan's hits against a slow obvious matcher: naive search on code
// points.
#include "rules/support.h"

#include <random>

namespace clarion::rules::testing {
namespace {

using Text = std::u32string;

/// Only characters that folding leaves alone, few enough that phrases overlap all the time.
constexpr std::u32string_view kAlphabet = U"甲乙丙丁ab";

std::string utf8(const Text& text) {
  std::string out;
  for (const char32_t c : text) {
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += static_cast<char>(0xE0 | c >> 12);
      out += static_cast<char>(0x80 | (c >> 6 & 0x3F));
      out += static_cast<char>(0x80 | (c & 0x3F));
    }
  }
  return out;
}

struct Place {
  std::size_t from, to;
};

struct Tree {
  enum class Kind { phrases, all, any, none, sequence, near } kind = Kind::phrases;
  std::vector<Text> phrases;  // phrases; sequence: without
  std::vector<Tree> items;    // all, any, none
  std::vector<std::vector<Text>> parts;
  std::size_t reach = 0;
};

std::vector<Place> places_of(const std::vector<Text>& phrases, const Text& text) {
  std::vector<Place> out;
  for (const Text& phrase : phrases) {
    for (std::size_t at = text.find(phrase); at != Text::npos; at = text.find(phrase, at + 1)) {
      out.push_back({at, at + phrase.size()});
    }
  }
  return out;
}

/// Tries every choice of one place a part.
bool naive_parts(const Tree& tree, const Text& text, std::vector<Place>& chosen) {
  const std::size_t part = chosen.size();
  if (part == tree.parts.size()) {
    if (tree.kind == Tree::Kind::sequence) return true;  // checked link by link
    std::size_t from = text.size();
    std::size_t to = 0;
    for (const Place& place : chosen) {
      from = std::min(from, place.from);
      to = std::max(to, place.to);
    }
    return to - from <= tree.reach;
  }
  for (const Place& place : places_of(tree.parts[part], text)) {
    if (tree.kind == Tree::Kind::sequence && part > 0) {
      const std::size_t end = chosen.back().to;
      if (place.from < end || place.from - end > tree.reach) continue;
      if (!places_of(tree.phrases, text.substr(end, place.from - end)).empty()) continue;
    }
    chosen.push_back(place);
    if (naive_parts(tree, text, chosen)) return true;
    chosen.pop_back();
  }
  return false;
}

bool naive(const Tree& tree, const Text& text) {
  const auto holds = [&text](const Tree& item) { return naive(item, text); };
  switch (tree.kind) {
    case Tree::Kind::phrases:
      return !places_of(tree.phrases, text).empty();
    case Tree::Kind::all:
      return std::all_of(tree.items.begin(), tree.items.end(), holds);
    case Tree::Kind::any:
      return std::any_of(tree.items.begin(), tree.items.end(), holds);
    case Tree::Kind::none:
      return std::none_of(tree.items.begin(), tree.items.end(), holds);
    case Tree::Kind::sequence:
    case Tree::Kind::near:
      break;
  }
  std::vector<Place> chosen;
  return naive_parts(tree, text, chosen);
}

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  Text text(std::size_t least, std::size_t most) {
    Text out;
    for (std::size_t i = least + below(most - least + 1); i > 0; --i)
      out += kAlphabet[below(kAlphabet.size())];
    return out;
  }

  Tree tree(int depth, bool inside_none) {
    Tree out;
    const std::size_t choice = below(depth == 0 ? 3 : 7);
    if (choice == 0) {
      out.phrases = phrases();
    } else if (choice <= 2) {
      out.kind = choice == 1 ? Tree::Kind::sequence : Tree::Kind::near;
      for (std::size_t i = 2 + below(3); i > 0; --i) out.parts.push_back(phrases());
      out.reach = out.kind == Tree::Kind::sequence ? below(6) : 2 + below(10);
      if (out.kind == Tree::Kind::sequence && below(3) == 0) out.phrases = phrases();
    } else {
      out.kind = choice <= 4                  ? Tree::Kind::all
                 : choice == 5 || inside_none ? Tree::Kind::any
                                              : Tree::Kind::none;
      const bool none = inside_none || out.kind == Tree::Kind::none;
      for (std::size_t i = 1 + below(3); i > 0; --i) out.items.push_back(tree(depth - 1, none));
    }
    return out;
  }

 private:
  std::vector<Text> phrases() {
    std::vector<Text> out;
    for (std::size_t i = 1 + below(3); i > 0; --i) out.push_back(text(1, 3));
    return out;
  }

  std::mt19937_64 random_;
};

std::string yaml(const std::vector<Text>& phrases) {
  std::string out = "[";
  for (const Text& phrase : phrases) out += (out.size() > 1 ? ", '" : "'") + utf8(phrase) + "'";
  return out + "]";
}

std::string yaml(const Tree& tree) {
  if (tree.kind == Tree::Kind::phrases) return yaml(tree.phrases);
  std::string body = "[";
  if (tree.kind == Tree::Kind::sequence || tree.kind == Tree::Kind::near) {
    const bool ordered = tree.kind == Tree::Kind::sequence;
    for (const auto& part : tree.parts) body += (body.size() > 1 ? ", " : "") + yaml(part);
    const std::string without = tree.phrases.empty() ? "" : ", without: " + yaml(tree.phrases);
    return fmt::format("{{{}: {{parts: {}], {}: {}{}}}}}", ordered ? "sequence" : "near", body,
                       ordered ? "gap" : "within", tree.reach, without);
  }
  for (const Tree& item : tree.items) body += (body.size() > 1 ? ", " : "") + yaml(item);
  const char* name = tree.kind == Tree::Kind::all   ? "all"
                     : tree.kind == Tree::Kind::any ? "any"
                                                    : "none";
  return fmt::format("{{{}: {}]}}", name, body);
}

TEST(Program, AgreesWithASlowMatcherOnRandomRulesAndTexts) {
  Generator random(20261124);
  std::size_t hits = 0;
  std::size_t misses = 0;
  for (int round = 0; round < 60; ++round) {
    std::vector<Tree> trees;
    std::string pack = "pack: d\nversion: 1\nrules:\n";
    while (trees.size() < 20) {
      Tree tree = random.tree(3, false);
      if (naive(tree, U"")) continue;  // refused: true of everything
      pack += fmt::format("  - {{id: d.r{}, topic: fire, weight: 0.1, match: {}}}\n", trees.size(),
                          yaml(tree));
      trees.push_back(std::move(tree));
    }
    const auto set = compile({{"d.yaml", pack}});
    ASSERT_NE(set, nullptr) << pack;
    Scanner scanner(set);
    for (int i = 0; i < 60; ++i) {
      const Text text = random.text(0, 24);
      const std::string bytes = utf8(text);
      const auto& result = scanner.scan({bytes});
      for (std::size_t rule = 0; rule < trees.size(); ++rule) {
        const std::string id = fmt::format("d.r{}", rule);
        const auto hit = std::find_if(result.hits.begin(), result.hits.end(),
                                      [&](const model::Hit& h) { return h.rule == id; });
        const bool expected = naive(trees[rule], text);
        (expected ? hits : misses) += 1;
        ASSERT_EQ(hit != result.hits.end(), expected) << yaml(trees[rule]) << "\non " << bytes;
        const auto kind = trees[rule].kind;
        if (!expected || (kind != Tree::Kind::sequence && kind != Tree::Kind::near)) continue;
        // What is shown of a sequence or a window is one by itself.
        Text shown;
        for (std::size_t at = 0, chars = 0; at < bytes.size(); ++chars) {
          if (at >= hit->from && at < hit->to) shown += text[chars];
          at += text[chars] < 0x80 ? 1U : 3U;
        }
        ASSERT_TRUE(naive(trees[rule], shown))
            << yaml(trees[rule]) << "\non " << bytes << "\nshown " << hit->text;
      }
    }
  }
  EXPECT_GT(hits, 5000U);
  EXPECT_GT(misses, 5000U);
}

}  // namespace
}  // namespace clarion::rules::testing
