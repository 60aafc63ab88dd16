#include "rules/detail/yaml_tree.h"

#include "base/bytes.h"
#include "rules/pack.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <cctype>
#include <map>
#include <optional>
#include <sstream>

namespace clarion::rules::detail {
namespace {

constexpr std::size_t kMaxDepth = 24;
constexpr std::size_t kMaxNodes = 200'000;
constexpr std::size_t kMaxScalarBytes = 8U << 20U;
constexpr std::size_t kMaxKeys = 1000;  // of one map: they are looked up one by one

/// Builds the tree from yaml-cpp's events. It does not throw through the parser: after the first
/// failure it only ignores.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    YamlNode node;
    node.line = line_of(mark);
    add(std::move(node), anchor);
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.line = line_of(mark);
    node.scalar = value;
    if (!tag.empty() && tag != "?" && tag != "!")
      fail(node.line, fmt::format("tag '{}' is not read here", tag));
    add(std::move(node), anchor);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      fail(line_of(mark), "an alias stands inside what it names");
      return;
    }
    if (failure) return;
    YamlNode copy = found->second;
    count(copy);
    add(std::move(copy), 0);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::list, mark, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& /*tag*/, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(YamlNode::Kind::map, mark, anchor);
  }
  void OnMapEnd() override { close(); }

  std::optional<YamlNode> root;
  struct Failure {
    int line;
    std::string text;
  };
  std::optional<Failure> failure;

 private:
  struct Frame {
    YamlNode node;
    YAML::anchor_t anchor;
  };

  static int line_of(const YAML::Mark& mark) { return mark.line + 1; }

  void fail(int line, std::string text) {
    if (!failure) failure = Failure{line, std::move(text)};
  }

  void open(YamlNode::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (failure) return;
    if (stack_.size() >= kMaxDepth) {
      fail(line_of(mark), fmt::format("nested deeper than {} levels", kMaxDepth));
      return;
    }
    Frame frame{{}, anchor};
    frame.node.kind = kind;
    frame.node.line = line_of(mark);
    stack_.push_back(std::move(frame));
  }

  void close() {
    if (failure || stack_.empty()) return;
    Frame frame = std::move(stack_.back());
    stack_.pop_back();
    add(std::move(frame.node), frame.anchor);
  }

  void count(const YamlNode& node) {
    nodes_ += 1;
    scalar_bytes_ += node.scalar.size();
    for (const auto& item : node.items) count(item);
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    if (failure) return;
    nodes_ += 1;
    scalar_bytes_ += node.scalar.size();
    if (nodes_ > kMaxNodes || scalar_bytes_ > kMaxScalarBytes) {
      fail(node.line, fmt::format("holds more than {} values or {} bytes, aliases expanded",
                                  kMaxNodes, kMaxScalarBytes));
      return;
    }
    if (anchor != 0) {
      count(node);
      anchors_[anchor] = node;
    }
    if (stack_.empty()) {
      root = std::move(node);
      return;
    }
    YamlNode& parent = stack_.back().node;
    if (parent.kind == YamlNode::Kind::map && parent.keys.size() == parent.items.size()) {
      add_key(parent, node);
    } else {
      parent.items.push_back(std::move(node));
    }
  }

  void add_key(YamlNode& parent, const YamlNode& key) {
    if (key.kind != YamlNode::Kind::scalar) {
      fail(key.line, "a key must be a word");
      return;
    }
    if (const YamlNode* other = parent.find(key.scalar); other != nullptr) {
      fail(key.line,
           fmt::format("key '{}' stands twice, first near line {}", key.scalar, other->line));
      return;
    }
    if (parent.keys.size() == kMaxKeys) {
      fail(key.line, fmt::format("a map of more than {} keys", kMaxKeys));
      return;
    }
    parent.keys.push_back({key.scalar, key.line});
  }

  std::vector<Frame> stack_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::size_t nodes_ = 0;
  std::size_t scalar_bytes_ = 0;
};

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size() && i < items.size(); ++i) {
    if (keys[i].name == key) return &items[i];
  }
  return nullptr;
}

Result<YamlNode> read_yaml(std::string_view name, std::string_view text) {
  if (text.size() > kMaxPackBytes) {
    return Error{Errc::too_large, fmt::format("{}:1: {} bytes long, expected at most {}", name,
                                              text.size(), kMaxPackBytes)};
  }
  if (!is_utf8(text)) {
    std::size_t line = 1;
    std::size_t begin = 0;
    for (std::size_t end = text.find('\n');
         end != std::string_view::npos && is_utf8(text.substr(begin, end - begin));
         end = text.find('\n', begin)) {
      begin = end + 1;
      ++line;
    }
    return Error{Errc::invalid, fmt::format("{}:{}: not UTF-8", name, line)};
  }
  Builder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (parser.HandleNextDocument(builder) && !builder.failure) {
      Builder second;
      if (parser.HandleNextDocument(second) && second.root) {
        return Error{Errc::invalid,
                     fmt::format("{}:{}: a second document begins, expected one a file", name,
                                 second.root->line)};
      }
    }
  } catch (const YAML::Exception& e) {
    return Error{Errc::invalid, fmt::format("{}:{}: YAML: {}", name,
                                            e.mark.is_null() ? 1 : e.mark.line + 1, e.msg)};
  } catch (const std::exception& e) {
    return Error{Errc::invalid, fmt::format("{}:1: YAML: {}", name, e.what())};
  }
  if (builder.failure) {
    return Error{Errc::invalid,
                 fmt::format("{}:{}: {}", name, builder.failure->line, builder.failure->text)};
  }
  if (!builder.root)
    return Error{Errc::invalid, fmt::format("{}:1: empty, expected a rule pack", name)};
  return std::move(*builder.root);
}

}  // namespace clarion::rules::detail
