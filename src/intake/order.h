#pragma once

#include "model/post.h"

#include <compare>
#include <cstdint>
#include <optional>

namespace clarion::intake {

/// What puts two messages about one post (same source and id) in order: `rev`, then `edited_at`,
/// else `created_at`; a missing one is lowest (contract section 2). A bare date counts as its
/// midnight in UTC whatever desk.timezone says, so that stored orders survive a change of it.
struct Order {
  std::optional<std::int64_t> rev;
  std::optional<model::Time> at;
  auto operator<=>(const Order&) const = default;
  [[nodiscard]] bool none() const noexcept { return !rev && !at; }
};

[[nodiscard]] Order order_of(const model::Post& post);

/// What is remembered of the message that counts for a key so far.
struct Known {
  Order order;
  bool removed = false;  ///< it was a delete: a tombstone
};

enum class Change : std::uint8_t {
  fresh,      ///< nothing known, or newer than the tombstone: take it as a new post
  edit,       ///< replaces what is known
  duplicate,  ///< says what is known already
  stale,      ///< older than what is known: changes nothing
  remove,     ///< delete what is known and remember the tombstone, known or not
};

/// Decides what an incoming message does. Pure; the outcome of a set of messages with distinct
/// orders does not depend on the order in which they arrive.
///
/// Equal orders: equal text is a duplicate, another text wins because it came later, and a delete
/// wins over a text in either sequence. A delete without order wins over everything, before and
/// after it, while its tombstone is remembered. `same_text`: the incoming text is the known one;
/// looked at only for an upsert against an upsert.
[[nodiscard]] Change decide(const std::optional<Known>& known, const Order& incoming,
                            model::Post::Op op, bool same_text);

}  // namespace clarion::intake
