#pragma once

#include "model/time.h"
#include "ops/civil.h"
#include "store/database.h"

#include <cstddef>

namespace clarion::notice {

// A holding notice promises the public an answer by its end. Nothing may let that pass in silence:
// people are told when it comes near (store::Holding::soon_from) and again when it ended without a
// newer revision, each once a revision; the duty page counts both until somebody acts
// (store/notice_alarms.h).

/// Whether somebody has to be told now.
[[nodiscard]] Result<bool> reminders_due(store::View& view, model::Time now);
/// Tells the owner, and operators and approvers who may act on the notice; of an exercise nobody,
/// since messages reach people at the live desk too. How many notices people were told about.
Result<std::size_t> remind_of_ends(store::Tx& tx, const ops::Zone& zone);

}  // namespace clarion::notice
