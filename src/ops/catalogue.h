#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace clarion::ops {

enum class Lang : unsigned char { zh, en };

/// The words for people behind a stable code, with {placeholders} filled from params; an unknown
/// code gives the code itself. One table for the whole program: src/ops/catalogue.tsv (code TAB zh
/// TAB en), embedded.
using Params = std::vector<std::pair<std::string, std::string>>;
[[nodiscard]] std::string words(std::string_view code, Lang lang, const Params& params = {});
[[nodiscard]] bool knows_code(std::string_view code);

/// The language of an Accept-Language header (RFC 9110 section 12.5.4); Chinese when it names
/// neither.
[[nodiscard]] Lang preferred_lang(std::string_view accept_language);

}  // namespace clarion::ops
