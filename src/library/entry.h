#pragma once

#include "library/debunk.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace clarion::library {

/// A debunk made ready for the index: read once, shared by all snapshots that hold it. Immutable;
/// any thread.
///
/// `key` is what the debunk turns on: its claim, else its title, else what its explanation quotes,
/// else that one's first sentence (then `has_key` is false: it only stands in).
struct Entry {
  Debunk debunk;
  bool is_notice = false;  ///< one of our own published notices, not a line of a library
  std::vector<std::pair<std::uint64_t, std::uint32_t>> terms;  ///< token, how often; by token
  std::uint32_t length = 0;                                    ///< tokens in all
  std::vector<std::uint64_t> key;                              ///< each token once, by token
  std::uint32_t key_length = 0;                                ///< tokens of the key in all
  std::vector<std::uint64_t> key_numbers;                      ///< those that are numbers
  std::vector<std::uint64_t> key_places;                       ///< those of names of places
  bool has_key = true;
  bool key_denies = false;  ///< the key itself says "not"
};

/// O(length of the debunk's texts).
[[nodiscard]] std::shared_ptr<const Entry> make_entry(Debunk debunk, bool is_notice = false);

/// True when a folded text denies or calls something a rumor (辟谣, 不实, 不会, 没有证据 …).
[[nodiscard]] bool denies(std::string_view folded);

}  // namespace clarion::library
