// The part of Matcher that evaluates nodes over what Hyperscan found.
#include "rules/detail/matcher.h"
#include "rules/detail/number.h"

#include <algorithm>
#include <limits>

namespace clarion::rules::detail {
namespace {

using Kind = Expr::Kind;
constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();

}  // namespace

bool Matcher::eval(std::uint32_t id, bool ignore_none) {
  const Program::Node& node = program_.nodes[id];
  const auto items = program_.linked(node.items);
  const auto holds = [this, ignore_none](std::uint32_t item) { return eval(item, ignore_none); };
  switch (node.kind) {
    case Kind::phrases:
    case Kind::regex:
      return std::any_of(items.begin(), items.end(),
                         [this](std::uint32_t atom) { return seen(atom); });
    case Kind::all:
      return std::all_of(items.begin(), items.end(), holds);
    case Kind::any:
      return std::any_of(items.begin(), items.end(), holds);
    case Kind::none:
      return ignore_none || std::none_of(items.begin(), items.end(), holds);
    case Kind::sequence:
      return eval_sequence(node, nullptr);
    case Kind::near:
      return eval_near(node, nullptr);
    case Kind::number:
      return eval_number(node);
  }
  return false;
}

bool Matcher::eval_number(const Program::Node& node) {
  const std::string& folded = keys_[0].bytes;
  for (const std::uint32_t atom : program_.linked(node.items)) {
    if (!seen(atom)) continue;
    const std::size_t length = program_.literals[atom].key.size();
    for (std::uint32_t i = slots_[atom].head; i != kNever; i = records_[i].next) {
      if (find_number(folded, records_[i].end - length, node.number)) return true;
    }
  }
  return false;
}

void Matcher::occurrences(std::uint32_t id, Occurrences& out) {
  const Program::Node& node = program_.nodes[id];
  out.clear();
  for (const std::uint32_t atom : program_.linked(node.items)) {
    if (node.kind == Kind::regex) {
      regex_occurrences(atom, out);
    } else {
      literal_occurrences(atom, out);
    }
  }
  if (node.kind != Kind::number) return;
  // Only units behind a number that passes, each now with its number.
  std::size_t kept = 0;
  for (Occurrence occurrence : out) {
    const auto begin = find_number(keys_[0].bytes, occurrence.from, node.number);
    if (!begin) continue;
    occurrence.from = static_cast<std::uint32_t>(*begin);
    occurrence.first_char = char_at(node.view, occurrence.from);
    occurrence.chain = occurrence.from;
    out[kept++] = occurrence;
  }
  out.resize(kept);
}

/// True when one of the stops stands whole in characters [from, to). Stops are sorted by their
/// beginning.
bool Matcher::gap_holds(const Occurrences& stops, std::uint32_t from, std::uint32_t to) const {
  auto at = std::lower_bound(
      stops.begin(), stops.end(), from,
      [](const Occurrence& stop, std::uint32_t place) { return stop.first_char < place; });
  for (; at != stops.end() && at->first_char < to; ++at) {
    if (at->end_char <= to) return true;
  }
  return false;
}

/// Part by part, keeps the occurrences that a chain of earlier parts reaches. Of the earlier ends
/// before an occurrence only the nearest matters: every other one leaves a longer gap that holds
/// the nearer one's gap whole.
bool Matcher::eval_sequence(const Program::Node& node, Occurrences* ends) {
  const auto items = program_.linked(node.items);
  for (std::size_t part = 0; part < items.size(); ++part) {
    occurrences(items[part], parts_[part]);
    if (parts_[part].empty()) return false;
  }
  stops_.clear();
  for (const std::uint32_t atom : program_.linked(node.without)) literal_occurrences(atom, stops_);
  const auto by_begin = [](const Occurrence& a, const Occurrence& b) {
    return a.first_char < b.first_char;
  };
  std::sort(stops_.begin(), stops_.end(), by_begin);
  for (std::size_t part = 1; part < items.size(); ++part) {
    Occurrences& before = parts_[part - 1];
    Occurrences& here = parts_[part];
    std::sort(before.begin(), before.end(), [](const Occurrence& a, const Occurrence& b) {
      return a.end_char != b.end_char ? a.end_char < b.end_char : a.chain < b.chain;
    });
    std::sort(here.begin(), here.end(), by_begin);
    std::size_t kept = 0;
    std::size_t passed = 0;
    for (std::size_t i = 0; i < here.size(); ++i) {
      Occurrence occurrence = here[i];
      while (passed < before.size() && before[passed].end_char <= occurrence.first_char) ++passed;
      if (passed == 0) continue;
      const Occurrence& nearest = before[passed - 1];
      if (occurrence.first_char - nearest.end_char > node.reach) continue;
      if (gap_holds(stops_, nearest.end_char, occurrence.first_char)) continue;
      occurrence.chain = nearest.chain;
      here[kept++] = occurrence;
    }
    here.resize(kept);
    if (kept == 0) return false;
  }
  if (ends != nullptr) {
    for (Occurrence occurrence : parts_[items.size() - 1]) {
      occurrence.from = occurrence.chain;
      ends->push_back(occurrence);
    }
  }
  return true;
}

/// Every occurrence in turn is taken as the leftmost of a window; of each part the one that ends
/// soonest from there on is the best choice.
bool Matcher::eval_near(const Program::Node& node, Occurrences* windows) {
  const auto items = program_.linked(node.items);
  for (std::size_t part = 0; part < items.size(); ++part) {
    Occurrences& here = parts_[part];
    occurrences(items[part], here);
    if (here.empty()) return false;
    std::sort(here.begin(), here.end(),
              [](const Occurrence& a, const Occurrence& b) { return a.first_char < b.first_char; });
    // soonest_[part][i]: which of here[i..] ends first.
    std::vector<std::uint32_t>& soonest = soonest_[part];
    soonest.resize(here.size());
    for (std::size_t i = here.size(); i-- > 0;) {
      const bool last = i + 1 == here.size();
      soonest[i] = last || here[i].end_char <= here[soonest[i + 1]].end_char
                       ? static_cast<std::uint32_t>(i)
                       : soonest[i + 1];
    }
  }
  std::array<std::size_t, kMaxParts> next{};
  bool found = false;
  while (true) {
    // The leftmost occurrence not yet tried.
    std::size_t leftmost = kNever;
    for (std::size_t part = 0; part < items.size(); ++part) {
      if (next[part] == parts_[part].size())
        return found;  // a part has nothing to the right of here
      if (leftmost == kNever ||
          parts_[part][next[part]].first_char < parts_[leftmost][next[leftmost]].first_char) {
        leftmost = part;
      }
    }
    const Occurrence& first = parts_[leftmost][next[leftmost]];
    Occurrence window = first;
    for (std::size_t part = 0; part < items.size(); ++part) {
      if (part == leftmost) continue;
      const Occurrence& other = parts_[part][soonest_[part][next[part]]];
      if (other.end_char > window.end_char) {
        window.end_char = other.end_char;
        window.to = other.to;
      }
    }
    if (window.end_char - window.first_char <= node.reach) {
      found = true;
      if (windows == nullptr) return true;
      windows->push_back(window);
    }
    ++next[leftmost];
  }
}

void Matcher::add_spans(std::uint32_t id, std::vector<Span>& out) {
  const Program::Node& node = program_.nodes[id];
  if (node.kind == Kind::none) return;
  if (node.kind == Kind::all || node.kind == Kind::any) {
    for (const std::uint32_t item : program_.linked(node.items)) {
      if (node.kind == Kind::all || eval(item, false)) add_spans(item, out);
    }
    return;
  }
  found_.clear();
  if (node.kind == Kind::sequence) {
    if (!eval_sequence(node, &found_)) return;
  } else if (node.kind == Kind::near) {
    if (!eval_near(node, &found_)) return;
  } else {
    occurrences(id, found_);
  }
  // The longest from each place, none inside or across another.
  std::sort(found_.begin(), found_.end(), [](const Occurrence& a, const Occurrence& b) {
    return a.from != b.from ? a.from < b.from : a.to > b.to;
  });
  std::uint32_t end = 0;
  for (const Occurrence& occurrence : found_) {
    if (occurrence.from < end) continue;
    end = occurrence.to;
    out.push_back({node.view, occurrence.from, occurrence.to});
    if (out.size() >= kMaxSpans * 4) return;
  }
}

void Matcher::find_spans(std::uint32_t rule, std::vector<Span>& out) {
  out.clear();
  add_spans(program_.rules[rule].root, out);
  std::sort(out.begin(), out.end(), [](const Span& a, const Span& b) {
    return std::tie(a.from, a.to, a.view) < std::tie(b.from, b.to, b.view);
  });
  out.erase(std::unique(out.begin(), out.end()), out.end());
  if (out.size() > kMaxSpans) out.resize(kMaxSpans);
}

void Matcher::add_atoms(std::uint32_t id, bool blocking, std::vector<Found>& out) {
  const Program::Node& node = program_.nodes[id];
  const auto leaf = [&](std::uint32_t atom) {
    if (!seen(atom)) return;
    found_.clear();
    model::View view = node.view;
    if (atom < program_.literals.size()) {
      literal_occurrences(atom, found_);
    } else {
      regex_occurrences(atom, found_);
    }
    Found entry{atom, blocking, {}};
    for (const Occurrence& occurrence : found_) {
      if (entry.spans.size() < kMaxSpans)
        entry.spans.push_back({view, occurrence.from, occurrence.to});
    }
    out.push_back(std::move(entry));
  };
  switch (node.kind) {
    case Kind::phrases:
    case Kind::regex:
    case Kind::number:
      for (const std::uint32_t atom : program_.linked(node.items)) leaf(atom);
      return;
    case Kind::none:
      for (const std::uint32_t item : program_.linked(node.items)) {
        if (eval(item, false)) add_atoms(item, true, out);
      }
      return;
    default:
      for (const std::uint32_t item : program_.linked(node.items)) add_atoms(item, blocking, out);
  }
}

std::vector<Matcher::Found> Matcher::find_atoms(std::uint32_t rule) {
  std::vector<Found> out;
  add_atoms(program_.rules[rule].root, false, out);
  return out;
}

}  // namespace clarion::rules::detail
