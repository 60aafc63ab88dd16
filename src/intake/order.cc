#include "intake/order.h"

namespace clarion::intake {

Order order_of(const model::Post& post) {
  Order order{.rev = post.rev, .at = {}};
  const auto& time = post.edited_at ? post.edited_at : post.created_at;
  if (time) order.at = time->time;
  return order;
}

Change decide(const std::optional<Known>& known, const Order& incoming, model::Post::Op op,
              bool same_text) {
  const bool removes = op == model::Post::Op::remove;
  if (!known) return removes ? Change::remove : Change::fresh;
  if (known->removed) {
    if (known->order.none()) return removes ? Change::duplicate : Change::stale;
    if (removes) {
      if (incoming.none() || incoming > known->order) return Change::remove;
      return incoming == known->order ? Change::duplicate : Change::stale;
    }
    return incoming > known->order ? Change::fresh : Change::stale;
  }
  if (removes) return incoming.none() || incoming >= known->order ? Change::remove : Change::stale;
  if (incoming < known->order) return Change::stale;
  if (incoming > known->order) return Change::edit;
  return same_text ? Change::duplicate : Change::edit;
}

}  // namespace clarion::intake
