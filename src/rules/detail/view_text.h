#pragma once

#include "model/scan.h"
#include "text/fold.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace clarion::rules::detail {

inline constexpr std::size_t kViews = 4;
inline constexpr std::array<model::View, kViews> kAllViews = {
    model::View::folded, model::View::pinyin, model::View::split, model::View::code};
[[nodiscard]] constexpr std::size_t index_of(model::View view) noexcept {
  return static_cast<std::size_t>(view);
}

/// Makes the key of a view other than `folded` from the folded text.
void make_view(model::View view, const text::Folded& folded, text::Folded& out);

}  // namespace clarion::rules::detail
