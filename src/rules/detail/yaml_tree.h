#pragma once

#include "base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace clarion::rules::detail {

/// A YAML document as plain values with their lines. Aliases are expanded, keys of a map are unique
/// scalars.
struct YamlNode {
  enum class Kind : unsigned char { null, scalar, list, map };
  struct Key {
    std::string name;
    int line = 0;
  };

  Kind kind = Kind::null;
  int line = 0;  ///< counts from 1
  std::string scalar;
  std::vector<Key> keys;        ///< of a map
  std::vector<YamlNode> items;  ///< of a list, or the values of a map in the order of `keys`

  [[nodiscard]] const YamlNode* find(std::string_view key) const;
};

/// Reads one document. Bounds: kMaxPackBytes, depth 24, 200,000 nodes and 8 MiB of scalars with
/// aliases expanded. Errors: `invalid` or `too_large`; the text begins with "name:line: ".
[[nodiscard]] Result<YamlNode> read_yaml(std::string_view name, std::string_view text);

}  // namespace clarion::rules::detail
