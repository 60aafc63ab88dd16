#include "broadcast/frame.h"

#include "base/assert.h"
#include "broadcast/ws_frame.h"

#include <fmt/format.h>

#include <algorithm>

namespace clarion::broadcast {
namespace {

bool any_passes(const model::Facets& facets, const std::vector<model::Filter>& any_of) {
  return std::any_of(any_of.begin(), any_of.end(),
                     [&](const model::Filter& filter) { return model::passes(facets, filter); });
}

}  // namespace

Frame::Frame(model::Position position, std::string_view event, std::string_view json,
             std::vector<model::Facets> facets, FrameExtras extras)
    : position_(std::move(position)),
      facets_(std::move(facets)),
      rights_(std::move(extras.rights)),
      after_(extras.after.value_or(position_.offset - 1)) {
  CLARION_ASSERT(!facets_.empty());
  CLARION_ASSERT(json.find_first_of("\r\n") == std::string_view::npos);
  bytes_ = fmt::format("id: {}:{}\n", position_.epoch, position_.offset);
  id_bytes_ = bytes_.size();
  bytes_ += fmt::format("event: {}\ndata: ", event);
  json_from_ = bytes_.size();
  json_bytes_ = json.size();
  bytes_.reserve(json_from_ + json.size() + 2);
  bytes_ += json;
  bytes_ += "\n\n";
  const ws::Head head = ws::server_head(ws::Opcode::text, json.size());
  std::copy_n(head.bytes.begin(), head.size, head_.begin());
  head_bytes_ = head.size;
}

FramePtr Frame::passing(std::string_view event, std::string_view json,
                        std::optional<model::Facets> facets, std::optional<Rights> rights) {
  const bool for_any = !facets;
  auto frame = std::make_shared<Frame>(
      model::Position{}, event, json,
      std::vector<model::Facets>{std::move(facets).value_or(model::Facets{})},
      FrameExtras{std::move(rights), 0});
  frame->for_any_filter_ = for_any;
  return frame;
}

bool Frame::passes(const std::vector<model::Filter>& any_of) const {
  return std::any_of(facets_.begin(), facets_.end(),
                     [&](const model::Facets& facets) { return any_passes(facets, any_of); });
}

bool Frame::itself_passes(const std::vector<model::Filter>& any_of) const {
  return any_passes(facets_.front(), any_of);
}

FramePtr make_desk_frame(std::string_view kind, model::Position position, std::string_view record,
                         std::vector<model::Facets> facets, FrameExtras extras) {
  const std::string json =
      fmt::format(R"({{"type":"{0}","channel":"desk","epoch":"{1}","offset":"{2}","{0}":{3}}})",
                  kind, position.epoch, position.offset, record);
  return std::make_shared<const Frame>(std::move(position), kind, json, std::move(facets),
                                       std::move(extras));
}

FramePtr make_notice_frame(std::string_view channel, model::Position position,
                           std::string_view signed_form, std::string_view jws,
                           std::vector<model::Facets> facets) {
  const std::string json = fmt::format(
      R"({{"type":"notice","channel":"{}","epoch":"{}","offset":"{}","notice":{},"jws":"{}"}})",
      channel, position.epoch, position.offset, signed_form, jws);
  return std::make_shared<const Frame>(std::move(position), "notice", json, std::move(facets));
}

}  // namespace clarion::broadcast
