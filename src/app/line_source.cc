#include "app/line_source.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <lzma.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>

namespace clarion::app {
namespace {

/// An open file; standard input is left open at the end.
class File {
 public:
  explicit File(int fd) : fd_(fd) {
    struct stat status{};
    if (::fstat(fd_, &status) == 0 && S_ISREG(status.st_mode))
      total_ = static_cast<std::uint64_t>(status.st_size);
  }
  ~File() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  /// Up to `size` bytes; 0 at the end.
  Result<std::size_t> read(char* into, std::size_t size) {
    for (;;) {
      const ssize_t n = ::read(fd_, into, size);
      if (n >= 0) {
        read_ += static_cast<std::uint64_t>(n);
        return static_cast<std::size_t>(n);
      }
      if (errno != EINTR)
        return Error{Errc::unavailable, fmt::format("cannot be read: {}", std::strerror(errno))};
    }
  }
  [[nodiscard]] std::uint64_t read_bytes() const { return read_; }
  [[nodiscard]] std::uint64_t total_bytes() const { return total_; }

 private:
  int fd_;
  std::uint64_t read_ = 0, total_ = 0;
};

/// By memchr, which looks at 32 bytes at a time; std::count would cost a twentieth of a scan.
std::uint64_t count_lines(std::string_view bytes) {
  std::uint64_t count = 0;
  for (std::size_t at = bytes.find('\n'); at != std::string_view::npos;
       at = bytes.find('\n', at + 1))
    ++count;
  return count;
}

Error broken(std::string_view form) {
  return Error{Errc::corrupt, fmt::format("is broken or cut short, as {} data", form)};
}

}  // namespace

/// Unpacked bytes of an input.
struct LineSource::Bytes {
  explicit Bytes(std::unique_ptr<File> opened) : file(std::move(opened)) {}
  virtual ~Bytes() = default;
  Bytes(const Bytes&) = delete;
  Bytes& operator=(const Bytes&) = delete;
  /// Fills as much as there is, at least one byte; 0 at the end.
  virtual Result<std::size_t> read(char* into, std::size_t size) = 0;

  std::unique_ptr<File> file;
  std::array<char, 256U << 10U> packed;  // read from the file, not yet taken
  std::size_t at = 0, end = 0;

  /// Reads more once all was taken; false at the end of the file.
  Result<bool> refill() {
    if (at < end) return true;
    at = 0;
    CLARION_TRY(end, file->read(packed.data(), packed.size()));
    return end > 0;
  }
};

struct LineSource::Plain final : Bytes {
  using Bytes::Bytes;
  Result<std::size_t> read(char* into, std::size_t size) override {
    if (at == end) return file->read(into, size);
    const std::size_t n = std::min(size, end - at);
    std::memcpy(into, packed.data() + at, n);
    at += n;
    return n;
  }
};

struct LineSource::Gzip final : Bytes {
  explicit Gzip(std::unique_ptr<File> opened) : Bytes(std::move(opened)) {
    ready = inflateInit2(&stream, 15 + 16) == Z_OK;  // largest window, gzip header
  }
  ~Gzip() override {
    if (ready) inflateEnd(&stream);
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  Result<std::size_t> read(char* into, std::size_t size) override {
    if (!ready) return Error{Errc::unavailable, "zlib has no memory"};
    stream.next_out = reinterpret_cast<Bytef*>(into);
    stream.avail_out = static_cast<uInt>(size);
    while (stream.avail_out == size) {
      CLARION_TRY(const bool more, refill());
      if (!more) {
        if (!member_ended) return broken("gzip");
        return std::size_t{0};
      }
      if (member_ended) {  // another member follows
        if (inflateReset(&stream) != Z_OK) return broken("gzip");
        member_ended = false;
      }
      stream.next_in = reinterpret_cast<Bytef*>(packed.data() + at);
      stream.avail_in = static_cast<uInt>(end - at);
      const int status = inflate(&stream, Z_NO_FLUSH);
      at = end - stream.avail_in;
      if (status == Z_STREAM_END) {
        member_ended = true;
      } else if (status != Z_OK && status != Z_BUF_ERROR) {
        return broken("gzip");
      }
    }
    return size - stream.avail_out;
  }

  z_stream stream{};
  bool ready = false, member_ended = false;
};

struct LineSource::Xz final : Bytes {
  explicit Xz(std::unique_ptr<File> opened) : Bytes(std::move(opened)) {
    constexpr std::uint64_t kMemory = 256U << 20U;  // xz -9 needs 65 MiB to unpack
    ready = lzma_stream_decoder(&stream, kMemory, LZMA_CONCATENATED) == LZMA_OK;
  }
  ~Xz() override { lzma_end(&stream); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  Result<std::size_t> read(char* into, std::size_t size) override {
    if (!ready) return Error{Errc::unavailable, "liblzma has no memory"};
    stream.next_out = reinterpret_cast<std::uint8_t*>(into);
    stream.avail_out = size;
    while (stream.avail_out == size && !ended) {
      CLARION_TRY(const bool more, refill());
      stream.next_in = reinterpret_cast<const std::uint8_t*>(packed.data() + at);
      stream.avail_in = end - at;
      const lzma_ret status = lzma_code(&stream, more ? LZMA_RUN : LZMA_FINISH);
      at = end - stream.avail_in;
      if (status == LZMA_STREAM_END) {
        ended = true;
      } else if (status != LZMA_OK) {
        return broken("xz");
      }
    }
    return size - stream.avail_out;
  }

  lzma_stream stream = LZMA_STREAM_INIT;
  bool ready = false, ended = false;
};

LineSource::LineSource(std::string name, std::unique_ptr<Bytes> bytes, std::size_t max_line_bytes)
    : name_(std::move(name)), bytes_(std::move(bytes)), max_line_bytes_(max_line_bytes) {}
LineSource::~LineSource() = default;

std::uint64_t LineSource::read_bytes() const { return bytes_->file->read_bytes(); }
std::uint64_t LineSource::total_bytes() const { return bytes_->file->total_bytes(); }

Result<std::unique_ptr<LineSource>> LineSource::open(const std::string& path,
                                                     std::size_t max_line_bytes) {
  const std::string name = path == "-" ? "standard input" : path;
  int fd = STDIN_FILENO;
  if (path != "-") {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
      return Error{errno == ENOENT ? Errc::not_found : Errc::unavailable,
                   fmt::format("{}: cannot be opened: {}", name, std::strerror(errno))};
    }
  }
  auto file = std::make_unique<File>(fd);
  // The first bytes tell the form (RFC 1952 section 2.3.1; xz file format 1.2.0 section 2.1.1.1).
  std::array<char, 6> head{};
  std::size_t size = 0;
  while (size < head.size()) {
    auto n = file->read(head.data() + size, head.size() - size);
    if (!n) return within(name, std::move(n).error());
    if (n.value() == 0) break;
    size += n.value();
  }
  const std::string_view start(head.data(), size);
  std::unique_ptr<Bytes> bytes;
  if (start == std::string_view("\xfd"
                                "7zXZ\0",
                                6)) {
    bytes = std::make_unique<Xz>(std::move(file));
  } else if (start.starts_with("\x1f\x8b")) {
    bytes = std::make_unique<Gzip>(std::move(file));
  } else {
    bytes = std::make_unique<Plain>(std::move(file));
  }
  std::memcpy(bytes->packed.data(), head.data(), size);
  bytes->end = size;
  return std::unique_ptr<LineSource>(new LineSource(name, std::move(bytes), max_line_bytes));
}

/// Appends input until the block is full or holds a whole line.
void LineSource::fill(std::string& block) {
  std::size_t filled = block.size();
  block.resize(std::max(kBlockBytes, filled + max_line_bytes_ + 1));
  while (filled < block.size() && !ended_) {
    auto n = bytes_->read(block.data() + filled, block.size() - filled);
    if (!n) {
      ended_ = true;
      failed_ = within(name_, std::move(n).error());
      break;
    }
    if (n.value() == 0) ended_ = true;
    const std::string_view piece(block.data() + filled, n.value());
    filled += n.value();
    // What a pipe has so far is handed on, not held back for a full block.
    if (piece.find('\n') != std::string_view::npos) break;
  }
  block.resize(filled);
}

/// For a block without a line feed: cuts that line and keeps what follows it for the next block.
void LineSource::skip_rest_of_line(std::string& block) {
  block.resize(std::min(block.size(), max_line_bytes_ + 1));
  std::string more;
  while (!ended_) {
    more.clear();
    fill(more);
    const std::size_t feed = more.find('\n');
    if (feed == std::string::npos) continue;
    block += '\n';
    carry_.assign(more, feed + 1);
    return;
  }
}

Result<bool> LineSource::next(LineBlock& block) {
  std::string& bytes = block.bytes;
  bytes.swap(carry_);
  carry_.clear();
  block.first_line = next_line_;
  if (!ended_) fill(bytes);
  if (!started_) {
    started_ = true;
    if (bytes.starts_with("\xef\xbb\xbf")) bytes.erase(0, 3);
  }
  const std::size_t last = bytes.rfind('\n');
  if (last != std::string::npos) {
    carry_.assign(bytes, last + 1);
    bytes.resize(last + 1);
  } else if (!ended_) {
    skip_rest_of_line(bytes);
  } else if (failed_) {
    return std::move(*failed_);  // what is left is a piece of a line
  }
  next_line_ += count_lines(bytes);
  return !bytes.empty();
}

}  // namespace clarion::app
