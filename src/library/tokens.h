#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace clarion::library {

/// A piece of a folded text that texts are compared by: a word of Latin letters, a number, or two
/// neighbouring characters of which one at least is no Latin letter or digit (Han above all).
struct Token {
  std::uint64_t hash = 0;  ///< within this process alone
  bool number = false;     ///< digits, a decimal point among them at most; 8 characters at most
};

/// Appends the tokens of a folded text in order, repeats included; at most `most` of them (a post
/// may have 256 KiB, a claim stands in its first thousands of characters). Links are left out;
/// punctuation and blanks part nothing but Latin words, so that 封城，了 and 封城了 agree. Returns
/// the letters and digits that were read, links aside. O(length).
std::size_t append_tokens(std::string_view folded, std::vector<Token>& tokens,
                          std::size_t most = 8192);

}  // namespace clarion::library
