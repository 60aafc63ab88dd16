#include "ops/catalogue.h"
#include "ops/detail/catalogue_rows.h"

#include "base/bytes.h"

#include <gtest/gtest.h>

#include <set>

namespace clarion::ops {
namespace {

TEST(Catalogue, HasBothLanguagesInEveryRow) {
  for (const detail::CatalogueRow& row : detail::catalogue_rows()) {
    EXPECT_FALSE(row.code.empty() || row.zh.empty() || row.en.empty()) << "line " << row.line;
    EXPECT_EQ(row.en.find('\t'), std::string_view::npos) << "a fourth column in line " << row.line;
    EXPECT_TRUE(is_utf8(row.zh) && is_utf8(row.en)) << "line " << row.line;
    EXPECT_EQ(row.en.find('\r'), std::string_view::npos) << "line " << row.line;
  }
}

TEST(Catalogue, AsksForTheSamePlaceholdersInBothLanguages) {
  for (const detail::CatalogueRow& row : detail::catalogue_rows()) {
    EXPECT_EQ(detail::placeholders(row.zh), detail::placeholders(row.en)) << "line " << row.line;
  }
}

TEST(Catalogue, HoldsEachCodeOnce) {
  std::set<std::string_view> seen;
  for (const detail::CatalogueRow& row : detail::catalogue_rows()) {
    EXPECT_TRUE(seen.insert(row.code).second) << row.code << " again in line " << row.line;
  }
  EXPECT_GT(seen.size(), 20U);
}

TEST(Catalogue, FillsPlaceholdersByName) {
  const Params params = {{"min", "1"}, {"max", "9"}};
  EXPECT_EQ(words("field_out_of_range", Lang::en, params), "This must be between 1 and 9");
  EXPECT_EQ(words("field_out_of_range", Lang::zh, params), "应在 1 到 9 之间");
}

TEST(Catalogue, DoesNotFillPlaceholdersThatAValueBroughtIn) {
  EXPECT_EQ(words("field_too_long", Lang::en, {{"max", "{max}"}}), "Too long: {max} at most");
}

TEST(Catalogue, ShowsAPlaceholderThatNobodyFilled) {
  EXPECT_EQ(words("field_too_long", Lang::en), "Too long: {max} at most");
}

TEST(Catalogue, GivesAnUnknownCodeItself) {
  EXPECT_EQ(words("no_such_code", Lang::en), "no_such_code");
  EXPECT_FALSE(knows_code("no_such_code"));
  EXPECT_TRUE(knows_code("four_eyes"));
}

TEST(PreferredLang, TakesTheHighestWeightOfTheTwo) {
  EXPECT_EQ(preferred_lang("en-GB,en;q=0.9,zh;q=0.8"), Lang::en);
  EXPECT_EQ(preferred_lang("en;q=0.5, zh-Hant-HK"), Lang::zh);
  EXPECT_EQ(preferred_lang("fr, en;q=0.2"), Lang::en);
  EXPECT_EQ(preferred_lang("yue, en;q=0.5"), Lang::zh);
  EXPECT_EQ(preferred_lang("EN"), Lang::en);
}

TEST(PreferredLang, IsChineseWhenTheHeaderNamesNeither) {
  EXPECT_EQ(preferred_lang(""), Lang::zh);
  EXPECT_EQ(preferred_lang("fr"), Lang::zh);
  EXPECT_EQ(preferred_lang("*"), Lang::zh);
  EXPECT_EQ(preferred_lang("en;q=0"), Lang::zh);
  EXPECT_EQ(preferred_lang("en;q=9, ;;q=,=,"), Lang::zh);
}

}  // namespace
}  // namespace clarion::ops
