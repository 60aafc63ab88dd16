#pragma once

#include "ops/config.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace clarion::ops {

/// Where a key's value lives in a Config; the alternative is its type.
using ConfigMember =
    std::variant<std::string& (*)(Config&), std::int64_t& (*)(Config&), double& (*)(Config&),
                 bool& (*)(Config&), std::vector<std::string>& (*)(Config&)>;

/// One row of the table of settings.
struct ConfigKey {
  std::string_view name;  ///< "section.key"; rows of a section stand together
  ConfigMember member;
  std::string_view doc;  ///< one line for the person who edits the file
  double min = std::numeric_limits<double>::lowest();
  double max = std::numeric_limits<double>::max();
  std::vector<std::string_view> choices = {};   ///< of a text or of each item of a list; empty: any
  Status (*check)(std::string_view) = nullptr;  ///< of a text or of each item of a list
  bool secret = false;                          ///< may be given as NAME_file; never shown
};

/// All settings, in the order of deploy/clarion.toml. Any thread.
[[nodiscard]] std::span<const ConfigKey> config_keys();

/// "integer, 1..3600" and the like: what a value of this key must be.
[[nodiscard]] std::string expectation(const ConfigKey& key);

/// The value that a Config holds for the key, as TOML.
[[nodiscard]] std::string toml_value(const ConfigKey& key, const Config& config);

/// The text of deploy/clarion.toml: every key with its doc and default.
[[nodiscard]] std::string documented_config();

}  // namespace clarion::ops
