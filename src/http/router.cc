#include "http/router.h"

#include "base/assert.h"
#include "http/detail/target.h"

#include <algorithm>

namespace clarion::http {
namespace {

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    path.remove_prefix(1);  // its slash
    const std::size_t end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

/// A connection that leaves HTTP has no head to show alone.
bool serves_head(const Route& route) { return route.method == "GET" && !route.take_over; }

bool is_name(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

}  // namespace

/// One segment of the tree of patterns.
struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literal;
  std::unique_ptr<Node> any;   // {name}
  std::unique_ptr<Node> rest;  // {name...}
  struct Leaf {
    Route route;
    std::vector<std::string> names;  // of its {…}, in order; they may differ by method
  };
  std::map<std::string, Leaf, std::less<>> leaves;  // by method
};

namespace {

/// Walks the tree with the best match first, until one has the method.
struct Search {
  std::string_view method;
  const std::vector<std::string>& parts;
  Router::Match& match;
  std::vector<std::string> values = {};

  template <class Node>
  bool walk(const Node& node, std::size_t depth) {
    if (depth == parts.size()) return leaf(node);
    const std::string& part = parts[depth];
    if (const auto next = node.literal.find(part);
        next != node.literal.end() && walk(*next->second, depth + 1))
      return true;
    if (node.any && !part.empty() && with(part, [&] { return walk(*node.any, depth + 1); }))
      return true;
    if (!node.rest || part.empty()) return false;
    std::string all = part;
    for (std::size_t i = depth + 1; i < parts.size(); ++i) all += "/" + parts[i];
    return with(std::move(all), [&] { return leaf(*node.rest); });
  }

  template <class Step>
  bool with(std::string value, Step step) {
    values.push_back(std::move(value));
    if (step()) return true;
    values.pop_back();
    return false;
  }

  template <class Node>
  bool leaf(const Node& node) {
    if (node.leaves.empty()) return false;
    match.path_known = true;
    auto found = node.leaves.find(method);
    if (found == node.leaves.end() && method == "HEAD") {
      found = node.leaves.find("GET");
      if (found != node.leaves.end() && !serves_head(found->second.route))
        found = node.leaves.end();
    }
    if (found == node.leaves.end()) {
      for (const auto& entry : node.leaves) {
        match.allow.push_back(entry.first);
        if (serves_head(entry.second.route)) match.allow.emplace_back("HEAD");
      }
      return false;
    }
    match.route = &found->second.route;
    for (std::size_t i = 0; i < values.size(); ++i)
      match.params.emplace(found->second.names[i], std::move(values[i]));
    return true;
  }
};

}  // namespace

Router::Router() : root_(std::make_unique<Node>()) {}
Router::Router(Router&&) noexcept = default;
Router& Router::operator=(Router&&) noexcept = default;
Router::~Router() = default;

void Router::add(Route route) {
  CLARION_ASSERT(!route.pattern.empty() && route.pattern.front() == '/');
  CLARION_ASSERT(static_cast<int>(static_cast<bool>(route.handler)) +
                     static_cast<int>(static_cast<bool>(route.take_over)) +
                     static_cast<int>(static_cast<bool>(route.deferred)) ==
                 1);
  Node* node = root_.get();
  Node::Leaf leaf;
  const std::string pattern = route.pattern;
  for (const std::string_view part : segments(pattern)) {
    CLARION_ASSERT(node != nullptr);
    std::unique_ptr<Node>* next = nullptr;
    if (is_name(part)) {
      const bool rest = part.size() > 5 && part.substr(part.size() - 4) == "...}";
      leaf.names.emplace_back(part.substr(1, part.size() - (rest ? 5 : 2)));
      next = rest ? &node->rest : &node->any;
    } else {
      next = &node->literal[std::string(part)];
    }
    if (!*next) *next = std::make_unique<Node>();
    node = next->get();
  }
  leaf.route = std::move(route);
  const std::string method = leaf.route.method;
  const bool added = node->leaves.emplace(method, std::move(leaf)).second;
  CLARION_ASSERT(added);
}

void Router::mirror(std::string prefix, std::string under) {
  mirror_prefix_ = std::move(prefix);
  mirrored_ = std::move(under);
}

std::vector<std::pair<std::string, std::string>> Router::all() const {
  std::vector<std::pair<std::string, std::string>> out;
  const auto walk = [&out](const auto& self, const Node& node) -> void {
    for (const auto& [method, leaf] : node.leaves) out.emplace_back(method, leaf.route.pattern);
    for (const auto& [name, next] : node.literal) self(self, *next);
    if (node.any) self(self, *node.any);
    if (node.rest) self(self, *node.rest);
  };
  walk(walk, *root_);
  return out;
}

Router::Match Router::match(std::string_view method, std::string_view raw_path) const {
  Match match;
  if (!mirror_prefix_.empty() && raw_path.starts_with(mirror_prefix_) &&
      raw_path.substr(mirror_prefix_.size()).starts_with(mirrored_)) {
    raw_path.remove_prefix(mirror_prefix_.size());
  }
  if (raw_path.empty() || raw_path.front() != '/') return match;
  std::vector<std::string> parts;
  for (const std::string_view part : segments(raw_path)) {
    auto decoded = detail::percent_decode(part);
    if (!decoded) return match;
    parts.push_back(std::move(decoded).value());
  }
  Search{method, parts, match}.walk(*root_, 0);
  std::sort(match.allow.begin(), match.allow.end());
  match.allow.erase(std::unique(match.allow.begin(), match.allow.end()), match.allow.end());
  return match;
}

}  // namespace clarion::http
