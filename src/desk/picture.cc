#include "desk/picture.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <set>

namespace clarion::desk {
namespace {

using namespace std::string_view_literals;

Error broken() {
  return {Errc::unsupported, "the picture does not keep to its format", "file_broken"};
}

std::uint32_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}
std::uint32_t big16(std::string_view bytes, std::size_t at) {
  return (byte_at(bytes, at) << 8U) | byte_at(bytes, at + 1);
}
std::uint32_t big32(std::string_view bytes, std::size_t at) {
  return (big16(bytes, at) << 16U) | big16(bytes, at + 2);
}
std::uint32_t little16(std::string_view bytes, std::size_t at) {
  return byte_at(bytes, at) | (byte_at(bytes, at + 1) << 8U);
}
std::uint32_t little32(std::string_view bytes, std::size_t at) {
  return little16(bytes, at) | (little16(bytes, at + 2) << 16U);
}
std::string little32_text(std::uint32_t value) {
  std::string out;
  for (unsigned shift = 0; shift < 32; shift += 8) out += static_cast<char>(value >> shift);
  return out;
}

/// Which side is up (2..8) by the first directory of EXIF data; 1 when it does not say otherwise.
std::uint32_t orientation_of(std::string_view tiff) {
  constexpr std::size_t kHeader = 8, kEntry = 12;
  constexpr std::uint32_t kOrientation = 0x0112, kShort = 3;
  if (tiff.size() < kHeader) return 1;
  const bool big = tiff.starts_with("MM\0*"sv);
  if (!big && !tiff.starts_with("II*\0"sv)) return 1;
  const auto two = [&](std::size_t at) { return big ? big16(tiff, at) : little16(tiff, at); };
  const std::size_t first = big ? big32(tiff, 4) : little32(tiff, 4);
  if (first > tiff.size() || tiff.size() - first < 2) return 1;
  const std::size_t entries = std::min<std::size_t>(two(first), (tiff.size() - first - 2) / kEntry);
  for (std::size_t i = 0; i < entries; ++i) {
    const std::size_t at = first + 2 + i * kEntry;
    if (two(at) != kOrientation || two(at + 2) != kShort) continue;
    const std::uint32_t value = two(at + 8);
    return value >= 2 && value <= 8 ? value : 1;
  }
  return 1;
}

/// EXIF data that say which side is up and nothing else.
std::string orientation_tiff(std::uint32_t value) {
  std::string out("MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"sv);
  out += static_cast<char>(value);
  out += "\0\0\0\0\0\0"sv;
  return out;
}

class Cleaner {
 public:
  void leave_out(std::string_view what) { removed_.emplace(what); }
  CleanPicture done(std::string bytes) && {
    return {std::move(bytes), {removed_.begin(), removed_.end()}};
  }

 private:
  std::set<std::string> removed_;
};

// --- JPEG (ITU-T T.81 annex B): segments of marker, length and content; pixels follow a start of
// scan up to the next marker.

constexpr std::uint32_t kStartOfScan = 0xDA, kEnd = 0xD9, kComment = 0xFE, kApp0 = 0xE0;
constexpr std::string_view kExifName = "Exif\0\0"sv;

/// What an application segment tells that is no part of the picture; empty: it belongs to it.
std::string_view app_segment(std::uint32_t app, std::string_view content) {
  constexpr std::size_t kAdobeBytes = 12;
  if (app == 0 && content.starts_with("JFIF\0"sv)) return {};
  if (app == 0 && content.starts_with("JFXX\0"sv)) return "thumbnail";
  if (app == 1 && content.starts_with("Exif"sv)) return "exif";
  if (app == 1 && content.starts_with("http://ns.adobe.com/"sv)) return "xmp";
  if (app == 2 && content.starts_with("ICC_PROFILE\0"sv)) return {};
  if (app == 13) return "iptc";
  if (app == 14 && content.size() == kAdobeBytes && content.starts_with("Adobe"sv)) return {};
  return "other";
}

bool belongs_to_picture(std::uint32_t marker) {
  // Frames and tables: SOF, DHT, DAC (C0..CF without C8), DQT, DNL, DRI, DHP, EXP, and the scan.
  return (marker >= 0xC0 && marker <= 0xCF && marker != 0xC8) || (marker >= 0xDA && marker <= 0xDF);
}

/// The end of the pixels that begin at `at`: the place of the next marker, or of the bytes' end.
std::size_t end_of_pixels(std::string_view bytes, std::size_t at) {
  for (; at + 1 < bytes.size(); ++at) {
    if (byte_at(bytes, at) != 0xFF) continue;
    const std::uint32_t next = byte_at(bytes, at + 1);
    if (next == 0xFF || next == 0 || (next >= 0xD0 && next <= 0xD7)) continue;  // filled, stuffed
    return at;
  }
  return bytes.size();
}

Result<CleanPicture> clean_jpeg(std::string_view bytes) {
  Cleaner cleaner;
  std::string pixels;  // everything behind the headers that come first
  std::string head("\xFF\xD8"sv);
  std::uint32_t up = 1;
  bool scanned = false;
  std::size_t at = 2;
  while (true) {
    while (at < bytes.size() && byte_at(bytes, at) == 0xFF && at + 1 < bytes.size() &&
           byte_at(bytes, at + 1) == 0xFF)
      ++at;  // fill bytes
    if (bytes.size() - std::min(at, bytes.size()) < 2) {
      if (!scanned) return broken();
      break;  // cut off behind its pixels: it is closed below
    }
    if (byte_at(bytes, at) != 0xFF) return broken();
    const std::uint32_t marker = byte_at(bytes, at + 1);
    at += 2;
    if (marker == kEnd) {
      if (!scanned) return broken();
      if (at < bytes.size()) cleaner.leave_out("trailing");
      break;
    }
    if (bytes.size() - at < 2) return broken();
    const std::size_t length = big16(bytes, at);
    if (length < 2 || bytes.size() - at < length) return broken();
    const std::string_view content = bytes.substr(at + 2, length - 2);
    const std::string_view whole = bytes.substr(at - 2, length + 2);
    at += length;
    if (marker == kComment) {
      cleaner.leave_out("comment");
    } else if (marker >= kApp0 && marker <= 0xEF) {
      const std::string_view what = app_segment(marker - kApp0, content);
      if (!what.empty()) {
        cleaner.leave_out(what);
        if (what == "exif" && up == 1 && content.size() > kExifName.size())
          up = orientation_of(content.substr(kExifName.size()));
      } else if (marker == kApp0) {
        constexpr std::size_t kPlain = 14;  // without a thumbnail
        if (content.size() < kPlain) return broken();
        if (content.size() > kPlain || content[12] != 0 || content[13] != 0)
          cleaner.leave_out("thumbnail");
        head += "\xFF\xE0\0\x10"sv;
        head += content.substr(0, 12);
        head += "\0\0"sv;
      } else {
        pixels += whole;
      }
    } else if (belongs_to_picture(marker)) {
      pixels += whole;
      if (marker != kStartOfScan) continue;
      const std::size_t end = end_of_pixels(bytes, at);
      pixels += bytes.substr(at, end - at);
      scanned = scanned || end > at;
      at = end;
    } else {
      return broken();
    }
  }
  if (up != 1) {
    const std::string tiff = orientation_tiff(up);
    head += "\xFF\xE1\0"sv;
    head += static_cast<char>(2 + kExifName.size() + tiff.size());
    head += kExifName;
    head += tiff;
  }
  return std::move(cleaner).done(head + pixels + std::string("\xFF\xD9"sv));
}

// --- PNG (W3C PNG, third edition): chunks of length, name, content and checksum.

constexpr std::string_view kPngStart = "\x89PNG\r\n\x1a\n"sv;

std::uint32_t crc_of(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : bytes) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~crc;
}

std::string png_chunk(std::string_view name, std::string_view content) {
  const auto number = [](std::size_t value) {
    std::string out;
    for (int shift = 24; shift >= 0; shift -= 8)
      out += static_cast<char>(static_cast<std::uint32_t>(value) >> static_cast<unsigned>(shift));
    return out;
  };
  const std::string named = std::string(name) + std::string(content);
  return number(content.size()) + named + number(crc_of(named));
}

Result<CleanPicture> clean_png(std::string_view bytes) {
  constexpr std::array kKept = {"IHDR"sv, "PLTE"sv, "IDAT"sv, "tRNS"sv, "cHRM"sv, "gAMA"sv,
                                "iCCP"sv, "sBIT"sv, "sRGB"sv, "cICP"sv, "bKGD"sv, "hIST"sv,
                                "pHYs"sv, "acTL"sv, "fcTL"sv, "fdAT"sv};
  constexpr std::size_t kAround = 12;  // length, name, checksum
  Cleaner cleaner;
  std::string out(kPngStart);
  std::uint32_t up = 1;
  bool pixels = false;
  for (std::size_t at = kPngStart.size(); bytes.size() - at >= kAround;) {
    const std::size_t length = big32(bytes, at);
    if (length > bytes.size() - at - kAround) return broken();
    const std::string_view name = bytes.substr(at + 4, 4), content = bytes.substr(at + 8, length);
    const std::string_view whole = bytes.substr(at, length + kAround);
    if ((at == kPngStart.size()) != (name == "IHDR")) return broken();
    at += whole.size();
    if (name == "IEND") {
      if (!pixels || length != 0) return broken();
      if (at < bytes.size()) cleaner.leave_out("trailing");
      if (up != 1) out += png_chunk("eXIf", orientation_tiff(up));
      return std::move(cleaner).done(out.append(whole));
    }
    if (std::find(kKept.begin(), kKept.end(), name) != kKept.end()) {
      pixels = pixels || name == "IDAT";
      out += whole;
    } else if (name[0] >= 'A' && name[0] <= 'Z') {
      return broken();  // critical and unknown: without it the picture would be another one
    } else if (name == "eXIf") {
      cleaner.leave_out("exif");
      up = orientation_of(content);
    } else if (name == "iTXt" && content.starts_with("XML:com.adobe.xmp\0"sv)) {
      cleaner.leave_out("xmp");
    } else {
      cleaner.leave_out(name == "tEXt" || name == "zTXt" || name == "iTXt" ? "text" : "other");
    }
  }
  return broken();
}

// --- WebP (RFC 9649): RIFF chunks of name, length, content, padded to even.

constexpr std::size_t kRiffHead = 8;

struct RiffChunk {
  std::string_view name, content;
};

/// The chunk at `at`, which moves behind it; none when it does not fit.
std::optional<RiffChunk> next_chunk(std::string_view bytes, std::size_t& at) {
  if (bytes.size() - at < kRiffHead) return std::nullopt;
  const std::size_t length = little32(bytes, at + 4);
  if (length > bytes.size() - at - kRiffHead) return std::nullopt;
  const RiffChunk out{bytes.substr(at, 4), bytes.substr(at + kRiffHead, length)};
  at = std::min(at + kRiffHead + length + length % 2, bytes.size());
  return out;
}

std::string riff_chunk(std::string_view name, std::string_view content) {
  std::string out = std::string(name) + little32_text(static_cast<std::uint32_t>(content.size())) +
                    std::string(content);
  if (content.size() % 2 != 0) out += '\0';
  return out;
}

bool is_pixels(std::string_view name) { return name == "VP8 " || name == "VP8L"; }

/// One picture of an animation: its place and time, then chunks of its own.
std::optional<std::string> clean_frame(std::string_view content, Cleaner& cleaner) {
  constexpr std::size_t kHead = 16;
  if (content.size() < kHead) return std::nullopt;
  std::string out(content.substr(0, kHead));
  for (std::size_t at = kHead; at < content.size();) {
    const auto chunk = next_chunk(content, at);
    if (!chunk) return std::nullopt;
    if (is_pixels(chunk->name) || chunk->name == "ALPH") {
      out += riff_chunk(chunk->name, chunk->content);
    } else {
      cleaner.leave_out("other");
    }
  }
  return out;
}

Result<CleanPicture> clean_webp(std::string_view bytes) {
  constexpr std::size_t kHead = 12;
  constexpr unsigned kExifFlag = 0x08, kXmpFlag = 0x04;
  const std::size_t told = little32(bytes, 4);
  if (told < 4 || told > bytes.size() - kRiffHead) return broken();
  Cleaner cleaner;
  const std::size_t end = kRiffHead + told;
  if (end + told % 2 < bytes.size()) cleaner.leave_out("trailing");
  bytes = bytes.substr(0, end);
  std::string out;
  std::uint32_t up = 1;
  bool pixels = false, extended = false;
  for (std::size_t at = kHead; at < bytes.size();) {
    const auto chunk = next_chunk(bytes, at);
    if (!chunk) return broken();
    const auto& [name, content] = *chunk;
    if (name == "VP8X") {
      if (!out.empty() || content.size() < 10) return broken();
      std::string flags(content.substr(0, 10));
      flags[0] = static_cast<char>(byte_at(flags, 0) & ~(kExifFlag | kXmpFlag));
      out += riff_chunk(name, flags);
      extended = true;
    } else if (name == "ANMF") {
      const auto frame = clean_frame(content, cleaner);
      if (!frame) return broken();
      out += riff_chunk(name, *frame);
      pixels = true;
    } else if (is_pixels(name) || name == "ALPH" || name == "ANIM" || name == "ICCP") {
      pixels = pixels || is_pixels(name);
      out += riff_chunk(name, content);
    } else if (name == "EXIF") {
      cleaner.leave_out("exif");
      up = orientation_of(content.starts_with(kExifName) ? content.substr(kExifName.size())
                                                         : content);
    } else {
      cleaner.leave_out(name == "XMP " ? "xmp" : "other");
    }
  }
  if (!pixels) return broken();
  if (up != 1 && extended) {
    out[kRiffHead] = static_cast<char>(byte_at(out, kRiffHead) | kExifFlag);
    out += riff_chunk("EXIF", orientation_tiff(up));
  }
  return std::move(cleaner).done(
      "RIFF" + little32_text(static_cast<std::uint32_t>(out.size() + 4)) + "WEBP" + out);
}

}  // namespace

Result<CleanPicture> clean_picture(std::string_view type, std::string_view bytes) {
  if (type == "image/jpeg") return clean_jpeg(bytes);
  if (type == "image/png") return clean_png(bytes);
  if (type == "image/webp") return clean_webp(bytes);
  return CleanPicture{std::string(bytes), {}};
}

}  // namespace clarion::desk
