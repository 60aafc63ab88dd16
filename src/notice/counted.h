#pragma once

#include "ops/catalogue.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace clarion::notice {

/// Words with a number {n}: those of CODE_one for one ("1 city"), else of CODE ("2 cities").
[[nodiscard]] inline std::string counted(std::string_view code, ops::Lang lang, std::int64_t n) {
  const std::string form = std::string(code) + (n == 1 ? "_one" : "");
  return ops::words(form, lang, {{"n", std::to_string(n)}});
}

}  // namespace clarion::notice
