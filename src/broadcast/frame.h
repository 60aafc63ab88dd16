#pragma once

#include "model/audience.h"
#include "model/facets.h"
#include "model/position.h"

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace clarion::broadcast {

class Frame;
/// Frames are built once, shared by all sessions of all cores, and never change.
using FramePtr = std::shared_ptr<const Frame>;

/// Who may see a frame of a channel whose readers have different rights.
struct Rights {
  model::Audience now;   ///< who may see it
  model::Audience ever;  ///< who could see what it is about before; counts only beside `gone`
  /// What those get instead who could see it and no longer may; null when there are none.
  FramePtr gone;
};

/// What a frame has beside its bytes.
struct FrameExtras {
  std::optional<Rights> rights;  ///< absent: everyone who may read the channel
  /// The frame is the next one after this offset, for what lies between is told by it or later
  /// ones; absent: offset - 1.
  std::optional<std::uint64_t> after;
};

/// One entry of a channel in the bytes that go out: the JSON text between its WebSocket head and
/// its event-stream lines.
///
/// It carries nothing of any connection, so that publishing to a thousand readers copies nothing.
class Frame {
 public:
  /// `json` is the whole message on one line (ASSERTs that it holds no line break: those end an
  /// event-stream line). `facets`: the revision's own first, then those of all earlier published
  /// revisions of its notice; at least one.
  Frame(model::Position position, std::string_view event, std::string_view json,
        std::vector<model::Facets> facets, FrameExtras extras = {});
  /// Something that passes and is not kept: it has no place in its channel.
  /// Without facets every filter passes it but [].
  static FramePtr passing(std::string_view event, std::string_view json,
                          std::optional<model::Facets> facets, std::optional<Rights> rights);

  [[nodiscard]] const model::Position& position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t offset() const noexcept { return position_.offset; }
  /// Nothing that still counts lies between this offset and the frame.
  [[nodiscard]] std::uint64_t after() const noexcept { return after_; }
  [[nodiscard]] bool for_any_filter() const noexcept { return for_any_filter_; }
  /// Null: everyone who may read the channel may see it.
  [[nodiscard]] const Rights* rights() const noexcept { return rights_ ? &*rights_ : nullptr; }
  [[nodiscard]] std::string_view json() const noexcept {
    return std::string_view(bytes_).substr(json_from_, json_bytes_);
  }
  /// Head of an unmasked text frame (RFC 6455 section 5.2) that json() follows.
  [[nodiscard]] std::string_view ws_head() const noexcept { return {head_.data(), head_bytes_}; }
  /// The event with its id line and closing blank line (HTML standard section 9.2).
  [[nodiscard]] std::string_view event() const noexcept { return bytes_; }
  /// The same without the id: readers take no position from it.
  [[nodiscard]] std::string_view event_without_id() const noexcept {
    return std::string_view(bytes_).substr(id_bytes_);
  }
  [[nodiscard]] std::size_t size_bytes() const noexcept { return bytes_.size(); }

  /// True when this or any earlier published revision passes: who got the wrong one gets the
  /// correction.
  [[nodiscard]] bool passes(const std::vector<model::Filter>& any_of) const;
  /// True when this very revision passes; snapshots ask for that.
  [[nodiscard]] bool itself_passes(const std::vector<model::Filter>& any_of) const;

 private:
  model::Position position_;
  std::vector<model::Facets> facets_;
  std::optional<Rights> rights_;
  std::uint64_t after_ = 0;
  bool for_any_filter_ = false;
  std::string bytes_;  // id line, event line, "data: ", json, blank line
  std::size_t id_bytes_ = 0;
  std::size_t json_from_ = 0;
  std::size_t json_bytes_ = 0;
  std::array<char, 10> head_{};
  std::size_t head_bytes_ = 0;
};

/// The frame of a record on the channel `desk`: `kind` is its type and the name of its member.
[[nodiscard]] FramePtr make_desk_frame(std::string_view kind, model::Position position,
                                       std::string_view record, std::vector<model::Facets> facets,
                                       FrameExtras extras);

/// The frame of a published revision (contract section 4). `signed_form` and `jws` go out as the
/// store holds them.
[[nodiscard]] FramePtr make_notice_frame(std::string_view channel, model::Position position,
                                         std::string_view signed_form, std::string_view jws,
                                         std::vector<model::Facets> facets);

}  // namespace clarion::broadcast
