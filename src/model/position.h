#pragma once

#include <cstdint>
#include <string>

namespace clarion::model {

/// A place in a channel. Offsets rise by one and compare only within one epoch; the first is 1.
struct Position {
  std::string epoch;
  std::uint64_t offset = 0;
  bool operator==(const Position&) const = default;
};

}  // namespace clarion::model
