#include "app/line_source.h"

#include "app/temp_folder.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <lzma.h>
#include <zlib.h>

#include <vector>

namespace clarion::app {
namespace {

using testing::TempFolder;
constexpr std::size_t kLine = 1000;

std::string gzip(const std::string& bytes) {
  z_stream stream{};
  CLARION_ASSERT(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(deflateBound(&stream, bytes.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  CLARION_ASSERT(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string xz(const std::string& bytes) {
  std::string out(lzma_stream_buffer_bound(bytes.size()), '\0');
  std::size_t size = 0;
  CLARION_ASSERT(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC64, nullptr,
                                         reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                         bytes.size(), reinterpret_cast<std::uint8_t*>(out.data()),
                                         &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

/// All that an input gives: its bytes, where each block began, and the error at its end.
struct All {
  std::string bytes, error;
  std::vector<std::uint64_t> first_lines;
};
All read_all(const std::string& path) {
  All all;
  auto source = LineSource::open(path, kLine);
  if (!source) {
    all.error = source.error().text;
    return all;
  }
  LineBlock block;
  for (;;) {
    const auto more = source.value()->next(block);
    if (!more) all.error = more.error().text;
    if (!more || !more.value()) return all;
    all.bytes += block.bytes;
    all.first_lines.push_back(block.first_line);
  }
}

/// About 3 MB of lines, so that there are several blocks.
std::string many_lines() {
  std::string out;
  for (int i = 1; i <= 30'000; ++i)
    out += fmt::format("{} {}\n", i, std::string(static_cast<std::size_t>(i) * 7919 % 190, 'x'));
  return out;
}

TEST(LineSource, HandsOutWholeLinesWithTheirNumbers) {
  const TempFolder folder;
  const std::string bytes = many_lines();
  auto source = LineSource::open(folder.write("a", bytes), kLine).value();
  LineBlock block;
  std::string seen;
  int blocks = 0;
  while (source->next(block).value()) {
    ++blocks;
    EXPECT_EQ(block.bytes.substr(0, block.bytes.find(' ')), std::to_string(block.first_line));
    EXPECT_EQ(block.bytes.back(), '\n');
    seen += block.bytes;
  }
  EXPECT_EQ(seen, bytes);
  EXPECT_GT(blocks, 2);
  EXPECT_EQ(source->read_bytes(), source->total_bytes());
}

TEST(LineSource, TakesTheLastLineWithoutALineFeedAndLeavesOutAByteOrderMark) {
  const TempFolder folder;
  EXPECT_EQ(read_all(folder.write("a",
                                  "\xef\xbb\xbf"
                                  "a\n\nb"))
                .bytes,
            "a\n\nb");
  EXPECT_EQ(read_all(folder.write("b", "")).bytes, "");
  EXPECT_EQ(read_all(folder.write("c", "x")).bytes, "x");
}

TEST(LineSource, UnpacksGzipAndXzOfSeveralMembersByTheirFirstBytes) {
  const TempFolder folder;
  const std::string bytes = many_lines();
  EXPECT_EQ(read_all(folder.write("a", gzip(bytes) + gzip("more\n"))).bytes, bytes + "more\n");
  EXPECT_EQ(read_all(folder.write("b", xz(bytes) + xz("more\n"))).bytes, bytes + "more\n");
}

TEST(LineSource, HandsOutTheLinesBeforeThePlaceWhereAPackedInputBreaksOff) {
  const TempFolder folder;
  const std::string bytes = many_lines();
  for (const std::string& packed : {gzip(bytes), xz(bytes)}) {
    const std::string path = folder.write("cut", packed.substr(0, packed.size() / 2));
    const All all = read_all(path);
    EXPECT_TRUE(all.error.starts_with(path + ": is broken or cut short")) << all.error;
    EXPECT_GT(all.bytes.size(), 10'000U);
    EXPECT_TRUE(bytes.starts_with(all.bytes));
    EXPECT_EQ(all.bytes.back(), '\n');
  }
}

TEST(LineSource, CutsALineThatIsTooLongAndGoesOnBehindIt) {
  const TempFolder folder;
  const std::string huge(5'000'000, 'y');
  const All all = read_all(folder.write("a", "a\n" + huge + "\nb\nc\n"));
  EXPECT_TRUE(all.bytes.starts_with("a\n" + std::string(kLine + 1, 'y')));
  EXPECT_TRUE(all.bytes.ends_with("y\nb\nc\n"));
  EXPECT_LT(all.bytes.size(), 2U * LineSource::kBlockBytes);
  EXPECT_EQ(std::count(all.bytes.begin(), all.bytes.end(), '\n'), 4);
  EXPECT_EQ(read_all(folder.write("b", huge)).bytes.size(), kLine + 1);
}

TEST(LineSource, NamesTheFileThatCannotBeOpened) {
  EXPECT_EQ(read_all("/nowhere/posts").error,
            "/nowhere/posts: cannot be opened: No such file or directory");
}

}  // namespace
}  // namespace clarion::app
