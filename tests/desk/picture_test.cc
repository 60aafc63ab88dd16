#include "desk/picture.h"

#include "desk/files.h"

#include <gtest/gtest.h>

#include <random>

namespace clarion::desk {
namespace {

using namespace std::string_view_literals;
using namespace std::string_literals;
using Strings = std::vector<std::string>;

std::string two(std::size_t n) {
  return {static_cast<char>(n >> 8U), static_cast<char>(n & 0xFFU)};
}
std::string segment(unsigned marker, std::string_view content) {
  return std::string("\xFF") + static_cast<char>(marker) + two(content.size() + 2) +
         std::string(content);
}
/// EXIF data in either byte order: a maker's note, then which side is up.
std::string exif(char up, bool big = true) {
  if (big)
    return std::string(
               "MM\0*\0\0\0\x08\0\x02\x01\x0F\0\x02\0\0\0\x04GPS!\x01\x12\0\x03\0\0\0\x01\0"sv) +
           up + std::string("\0\0\0\0\0\0"sv);
  return std::string(
             "II*\0\x08\0\0\0\x02\0\x0F\x01\x02\0\x04\0\0\0GPS!\x12\x01\x03\0\x01\0\0\0"sv) +
         up + std::string("\0\0\0\0\0\0\0"sv);
}
std::string exif_segment(char up, bool big = true) {
  return segment(0xE1, std::string("Exif\0\0"sv) + exif(up, big));
}

const std::string kPixels = segment(0xDB, std::string(65, '\1')) + segment(0xC2, "frame") +
                            segment(0xC4, "table") + segment(0xDA, "scan") +
                            std::string("\x12\xFF\0\xFF\xD0zz\xFF\xFF\0q"sv) +
                            segment(0xC4, "more") + segment(0xDA, "next") + "rest";
const std::string kJfif = segment(0xE0, "JFIF\0\1\2\0\0\1\0\1\0\0"sv);

std::string jpeg(std::string_view segments, std::string_view behind = {}) {
  return std::string("\xFF\xD8"sv) + kJfif + std::string(segments) + kPixels +
         std::string("\xFF\xD9"sv) + std::string(behind);
}

std::string big32(std::size_t n) { return two(n >> 16U) + two(n & 0xFFFFU); }
std::string chunk(std::string_view name, std::string_view content) {
  return big32(content.size()) + std::string(name) + std::string(content) + "sum!";
}
std::string png(std::string_view before, std::string_view behind = {},
                std::string_view after = {}) {
  return std::string("\x89PNG\r\n\x1a\n"sv) + chunk("IHDR", std::string(13, '\1')) +
         std::string(before) + chunk("IDAT", "pixels") + std::string(behind) + chunk("IEND", "") +
         std::string(after);
}

std::string riff(std::string_view name, std::string_view content) {
  std::string out(name);
  for (unsigned shift = 0; shift < 32; shift += 8)
    out += static_cast<char>(content.size() >> shift);
  out += content;
  if (content.size() % 2 != 0) out += '\0';
  return out;
}
std::string webp(std::string_view chunks, std::string_view after = {}) {
  return riff("RIFF", "WEBP" + std::string(chunks)) + std::string(after);
}
const std::string kExtended = "\x2C\0\0\0\0\0\0\0\0\0"s;  // EXIF, XMP and ICC announced

CleanPicture cleaned(std::string_view type, const std::string& bytes) {
  auto out = clean_picture(type, bytes);
  EXPECT_TRUE(out) << (out ? "" : out.error().code);
  return out ? std::move(out).value() : CleanPicture{};
}

TEST(PictureTest, AJpegKeepsPixelsColoursAndWhichSideIsUpAndNothingElse) {
  const std::string icc = segment(0xE2, "ICC_PROFILE\0\1\1colours"sv);
  const std::string adobe = segment(0xEE, "Adobe\0d\0\0\0\0\1"sv);
  const std::string given =
      jpeg(exif_segment(6) + segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x>GPS!</x>"sv) +
               segment(0xED, "Photoshop 3.0\0GPS!"sv) + icc + adobe + segment(0xFE, "by GPS!") +
               segment(0xE2, "MPF\0GPS!"sv) + segment(0xE0, "JFXX\0GPS!"sv) + segment(0xEB, "GPS!"),
           jpeg({}) + "GPS!");
  const CleanPicture out = cleaned("image/jpeg", given);
  EXPECT_EQ(out.removed,
            (Strings{"comment", "exif", "iptc", "other", "thumbnail", "trailing", "xmp"}));
  const std::string up =
      segment(0xE1, "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\6\0\0\0\0\0\0"sv);
  EXPECT_EQ(out.bytes, "\xFF\xD8" + kJfif + up + icc + adobe + kPixels + "\xFF\xD9");
  EXPECT_EQ(out.bytes.find("GPS"), std::string::npos);
  EXPECT_EQ(sniff(out.bytes), "image/jpeg");
  EXPECT_EQ(cleaned("image/jpeg", out.bytes).bytes, out.bytes) << "clean stays as it is";
  EXPECT_EQ(cleaned("image/jpeg", jpeg(exif_segment(1))).bytes, jpeg({}));
  EXPECT_EQ(cleaned("image/jpeg", jpeg(exif_segment(6, false))).bytes,
            cleaned("image/jpeg", jpeg(exif_segment(6))).bytes);
  EXPECT_EQ(cleaned("image/jpeg", jpeg({})).removed, Strings{});
}

TEST(PictureTest, AJpegsOwnThumbnailGoes) {
  const std::string given = std::string("\xFF\xD8"sv) +
                            segment(0xE0, "JFIF\0\1\2\0\0\1\0\1\1\1GPS"sv) + kPixels +
                            std::string("\xFF\xD9"sv);
  const CleanPicture out = cleaned("image/jpeg", given);
  EXPECT_EQ(out.bytes, jpeg({}));
  EXPECT_EQ(out.removed, Strings{"thumbnail"});
}

TEST(PictureTest, AJpegThatIsCutOffWithinItsPixelsIsClosedAndOneWithoutPixelsRefused) {
  const std::string whole = jpeg({});
  EXPECT_EQ(cleaned("image/jpeg", whole.substr(0, whole.size() - 2)).bytes, whole);
  EXPECT_FALSE(clean_picture("image/jpeg", "\xFF\xD8\xFF\xD9"));
  EXPECT_FALSE(clean_picture("image/jpeg", "\xFF\xD8\xFF"));
  const auto refused = clean_picture("image/jpeg", "\xFF\xD8\xFF\xE1\xFF\xFFlong");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, "file_broken");
}

TEST(PictureTest, APngKeepsPixelsColoursAndWhichSideIsUpAndNothingElse) {
  const std::string colour = chunk("sRGB", "\1") + chunk("iCCP", "p\0\0colours"sv);
  const std::string moves = chunk("acTL", "12345678") + chunk("fcTL", "1");
  const std::string given = png(
      colour + chunk("tEXt", "Author\0GPS!"sv) + moves + chunk("eXIf", exif(8)) +
          chunk("iTXt", "XML:com.adobe.xmp\0GPS!"sv),
      chunk("zTXt", "GPS!") + chunk("tIME", "GPS!") + chunk("fdAT", "2") + chunk("prVt", "GPS!"),
      "GPS!");
  const CleanPicture out = cleaned("image/png", given);
  EXPECT_EQ(out.removed, (Strings{"exif", "other", "text", "trailing", "xmp"}));
  EXPECT_EQ(out.bytes.find("GPS"), std::string::npos);
  const std::string start = png(colour + moves, chunk("fdAT", "2"));
  const std::string body = start.substr(0, start.size() - 12);
  ASSERT_TRUE(out.bytes.starts_with(body));
  EXPECT_EQ(out.bytes.substr(body.size() + 4, 8), "eXIfMM\0*"sv);
  EXPECT_TRUE(out.bytes.ends_with(chunk("IEND", "")));
  EXPECT_EQ(cleaned("image/png", png({})).bytes, png({}));
  EXPECT_EQ(cleaned("image/png", png(chunk("eXIf", exif(1)))).bytes, png({}));
}

TEST(PictureTest, APngThatKeepsToNoFormatIsRefused) {
  EXPECT_FALSE(clean_picture("image/png", png(chunk("ABCD", "critical"))));
  EXPECT_FALSE(clean_picture("image/png", png(chunk("IHDR", "again"))));
  const std::string whole = png({});
  EXPECT_FALSE(clean_picture("image/png", whole.substr(0, whole.size() - 1)));
  EXPECT_FALSE(clean_picture("image/png", whole.substr(0, 8) + "\xFF\xFF\xFF\xFFIHDR1234"));
}

TEST(PictureTest, AWebpKeepsPixelsColoursAndWhichSideIsUpAndNothingElse) {
  const std::string frame = std::string(16, '\2') + riff("ALPH", "a") + riff("VP8 ", "pix");
  const std::string given =
      webp(riff("VP8X", kExtended) + riff("ICCP", "colours") + riff("ANIM", "123456") +
               riff("ANMF", frame + riff("GPS!", "GPS!")) + riff("EXIF", exif(3)) +
               riff("XMP ", "GPS!") + riff("GPS!", "x"),
           "GPS!");
  const CleanPicture out = cleaned("image/webp", given);
  EXPECT_EQ(out.removed, (Strings{"exif", "other", "trailing", "xmp"}));
  EXPECT_EQ(out.bytes.find("GPS"), std::string::npos);
  std::string flags = kExtended;
  flags[0] = '\x28';  // ICC, and the EXIF data that say which side is up
  EXPECT_TRUE(out.bytes.starts_with(webp(riff("VP8X", flags) + riff("ICCP", "colours") +
                                         riff("ANIM", "123456") + riff("ANMF", frame) +
                                         riff("EXIF", std::string(26, 'x')))
                                        .substr(0, 12 + 18)));
  EXPECT_EQ(cleaned("image/webp", out.bytes).bytes, out.bytes.substr(0, out.bytes.size()));
  const std::string plain = webp(riff("VP8L", "pixels"));
  EXPECT_EQ(cleaned("image/webp", plain).bytes, plain);
  EXPECT_FALSE(clean_picture("image/webp", webp(riff("EXIF", exif(3)))));
  EXPECT_FALSE(clean_picture("image/webp", plain.substr(0, plain.size() - 2)));
}

TEST(PictureTest, OtherTypesComeBackAsTheyAre) {
  EXPECT_EQ(cleaned("text/plain", "words").bytes, "words");
  EXPECT_EQ(sniff("\0\0\0\x18"s + "ftypheic0000"), "") << "photographs in a film's boxes";
  EXPECT_EQ(sniff("\0\0\0\x18"s + "ftypisom0000"), "video/mp4");
}

TEST(PictureTest, WhateverIsSentEndsAndWhatIsTakenHoldsNoNote) {
  std::mt19937 random(7);  // NOLINT: the same every time
  const std::vector<std::pair<std::string_view, std::string>> seeds = {
      {"image/jpeg", jpeg(exif_segment(6) + segment(0xFE, "GPS!"), "GPS!")},
      {"image/png", png(chunk("tEXt", "GPS!") + chunk("eXIf", exif(8)), {}, "GPS!")},
      {"image/webp", webp(riff("VP8X", kExtended) + riff("VP8 ", "pix") + riff("EXIF", exif(3)))}};
  for (const auto& [type, seed] : seeds) {
    for (std::size_t cut = 12; cut <= seed.size(); ++cut) {
      const auto out = clean_picture(type, seed.substr(0, cut));
      if (!out) continue;
      EXPECT_EQ(out.value().bytes.find("GPS!"), std::string::npos) << type << " " << cut;
    }
    for (int round = 0; round < 20000; ++round) {
      std::string bytes = seed;
      for (int i = 0; i < 3; ++i)
        bytes[12 + random() % (bytes.size() - 12)] = static_cast<char>(random());
      const auto out = clean_picture(type, bytes);
      if (!out) continue;
      EXPECT_LE(out.value().bytes.size(), bytes.size() + 64);
    }
  }
}

}  // namespace
}  // namespace clarion::desk
