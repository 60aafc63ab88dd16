#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace clarion::model {

/// Who may see a record of the desk, as far as the record itself says.
struct Audience {
  std::string mode;                   ///< Actual, Exercise, Test
  std::vector<std::string> regions;   ///< its regions
  bool everywhere = false;            ///< it has, or once had, no region: seen from all
  std::vector<std::string> accounts;  ///< whose own it is: held by or asked about it
  bool operator==(const Audience&) const = default;
};

/// What one credential may see of such records.
struct Viewer {
  std::vector<std::string> modes;    ///< empty: all
  std::vector<std::string> regions;  ///< of a person limited to regions; empty: everywhere
  std::string account;
  bool own_only = false;  ///< sees alone what is the account's own
  bool operator==(const Viewer&) const = default;
};

/// True when this viewer may see the record.
[[nodiscard]] bool may_see(const Audience& audience, const Viewer& viewer);
/// True when everyone who may see `smaller` may see `larger` too.
[[nodiscard]] bool covers(const Audience& larger, const Audience& smaller);
/// Adds who may see `more`.
void widen(Audience& audience, const Audience& more);
/// Equal viewers have equal keys. `account` counts only where it makes a difference.
[[nodiscard]] std::string key_of(const Viewer& viewer);

}  // namespace clarion::model
