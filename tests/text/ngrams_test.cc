#include "text/ngrams.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace clarion::text {
namespace {

std::vector<std::uint64_t> ngrams(std::string_view text, std::size_t n) {
  std::vector<std::uint64_t> hashes;
  append_ngrams(text, n, hashes);
  return hashes;
}

TEST(Ngrams, GivesOneHashARunOfCharacters) {
  EXPECT_EQ(ngrams("台风登陆广东", 4).size(), 3U);
  EXPECT_EQ(ngrams("abc", 4).size(), 1U);
  EXPECT_EQ(ngrams("", 4).size(), 0U);
}

TEST(Ngrams, HashesARunAloneWhateverStandsAround) {
  const auto in_text = ngrams("听说广州封城了吗", 4);
  const auto alone = ngrams("广州封城", 4);
  EXPECT_EQ(in_text[2], alone[0]);
  EXPECT_NE(in_text[1], alone[0]);
}

TEST(Ngrams, TellsOrderAndCharactersApart) {
  EXPECT_NE(ngrams("封城", 2), ngrams("城封", 2));
  EXPECT_NE(ngrams("aa", 4), ngrams("aaa", 4));
}

TEST(Ngrams, StaysTheSameOverBuilds) { EXPECT_EQ(ngrams("封城", 2)[0], 7935529135566209755U); }

TEST(Ngrams, CountsCharacters) {
  EXPECT_EQ(count_characters("封城a🔥"), 4U);
  EXPECT_EQ(count_characters(""), 0U);
}

}  // namespace
}  // namespace clarion::text
