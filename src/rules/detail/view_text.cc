#include "rules/detail/view_text.h"

#include "base/assert.h"
#include "rules/detail/parse.h"
#include "text/views.h"

namespace clarion::rules::detail {
namespace {

text::View text_view(model::View view) {
  CLARION_ASSERT(view != model::View::folded);
  switch (view) {
    case model::View::pinyin:
      return text::View::pinyin;
    case model::View::split:
      return text::View::split;
    case model::View::code:
    case model::View::folded:
      break;
  }
  return text::View::code;
}

}  // namespace

void make_view(model::View view, const text::Folded& folded, text::Folded& out) {
  text::view_key(text_view(view), folded, out);
}

std::string phrase_key(std::string_view phrase, model::View view) {
  text::Folded folded = text::fold(phrase);
  if (view != model::View::folded) {
    text::Folded key;
    text::phrase_key(text_view(view), folded, key);
    folded = std::move(key);
  }
  std::string_view key = folded.bytes;
  while (!key.empty() && (key.front() == ' ' || key.front() == '\n')) key.remove_prefix(1);
  while (!key.empty() && (key.back() == ' ' || key.back() == '\n')) key.remove_suffix(1);
  return std::string(key);
}

}  // namespace clarion::rules::detail
