#include "app/head_file.h"

#include "base/json.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <fcntl.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace clarion::app {
namespace {

struct Stored {
  std::string epoch;
  std::map<std::string, std::uint64_t, std::less<>> heads;
};

Result<std::optional<Stored>> read(const std::string& path) {
  std::ifstream file(path);
  if (!file) return std::nullopt;
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const auto value = parse_json(text);
  const json::object* object = value ? value.value().if_object() : nullptr;
  if (object == nullptr || find_string(*object, "epoch") == nullptr) {
    return Error{Errc::corrupt,
                 fmt::format("{}: no head file; move it away to begin a new epoch", path)};
  }
  Stored out{std::string(string_or(*object, "epoch")), {}};
  for (const char* channel : {"notices", "drill"}) {
    const std::string_view text_of = string_or(*object, channel, "0");
    std::uint64_t offset = 0;
    std::from_chars(text_of.data(), text_of.data() + text_of.size(), offset);
    out.heads[channel] = offset;
  }
  return out;
}

}  // namespace

Result<std::string> HeadFile::settle(store::Database& database) {
  CLARION_TRY(auto stored, read(path_));
  CLARION_TRY(epoch_, database.write([&](store::Tx& tx) -> Result<std::string> {
    CLARION_TRY(auto epoch, store::find_meta(tx, "epoch"));
    bool lost = stored.has_value() && epoch.has_value() && stored->epoch != *epoch;
    for (const char* channel : {"notices", "drill"}) {
      CLARION_TRY(auto head, store::channel_head(tx, channel));
      heads_[channel] = head;
      lost = lost || (stored.has_value() && stored->heads[channel] > head);
    }
    if (epoch && !lost) return std::move(*epoch);
    const std::string fresh = tx.ids().make("e_");
    CLARION_TRY(store::set_meta(tx, "epoch", fresh));
    CLARION_TRY(store::append_audit(tx, "system", "epoch.begin", fresh,
                                    {{"before", epoch.value_or("")}, {"lost_tail", lost}}));
    return fresh;
  }));
  CLARION_TRY(write());
  return epoch_;
}

Status HeadFile::advance(std::string_view channel, std::uint64_t offset) {
  heads_[std::string(channel)] = offset;
  return write();
}

Status HeadFile::write() {
  json::object head{{"epoch", epoch_}};
  for (const auto& [channel, offset] : heads_) head[channel] = std::to_string(offset);
  const std::string text = json::serialize(head) + "\n";
  const std::string aside = path_ + ".new";
  const int file = ::open(aside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  bool good = file >= 0 &&
              ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
              ::fdatasync(file) == 0;
  if (file >= 0) good = ::close(file) == 0 && good;
  good = good && ::rename(aside.c_str(), path_.c_str()) == 0;
  const std::string folder = std::filesystem::path(path_).parent_path().string();
  const int dir = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  good = good && dir >= 0 && ::fsync(dir) == 0;
  if (dir >= 0) ::close(dir);
  if (!good)
    return Error{Errc::unavailable, fmt::format("{} can't be written", path_), "unavailable"};
  return ok();
}

}  // namespace clarion::app
