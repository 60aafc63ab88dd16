#include "app/head_file.h"

#include "base/json.h"
#include "ops/files.h"
#include "store/audit.h"
#include "store/meta.h"
#include "store/notices.h"

#include <fmt/format.h>

#include <charconv>
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

Result<std::string> begin_epoch(store::Tx& tx, std::string_view actor, json::object why) {
  CLARION_TRY(auto before, store::find_meta(tx, "epoch"));
  std::string fresh = tx.ids().make("e_");
  CLARION_TRY(store::set_meta(tx, "epoch", fresh));
  why["before"] = before.value_or("");
  CLARION_TRY(store::append_audit(tx, actor, "epoch.begin", fresh, std::move(why)));
  return fresh;
}

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
    return begin_epoch(tx, "system", {{"lost_tail", lost}});
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
  return ops::write_file(path_, text);
}

}  // namespace clarion::app
