#pragma once

#include "base/result.h"
#include "ops/civil.h"
#include "store/database.h"

namespace clarion::demo {

/// Puts the demo's people on duty around the present hour, with a gap ahead, a drill, an offered
/// swap and a hand-over that waits to be read, each by the person who would do it. Nothing when the
/// store has a roster already. The accounts and experts of make_people() are there.
Status make_roster(store::Tx& tx, const ops::Zone& zone);

}  // namespace clarion::demo
