#pragma once

#include <compare>
#include <string>
#include <string_view>
#include <utility>

namespace clarion {

/// A string that is an id of one kind, so that a case's id never passes as a notice's.
template <class Tag>
struct Strong {
  std::string value;

  Strong() = default;
  explicit Strong(std::string text) : value(std::move(text)) {}
  explicit Strong(std::string_view text) : value(text) {}
  auto operator<=>(const Strong&) const = default;
  [[nodiscard]] bool empty() const noexcept { return value.empty(); }
};

}  // namespace clarion
