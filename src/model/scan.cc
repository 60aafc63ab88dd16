#include "model/scan.h"

namespace clarion::model {

std::string_view name_of(View view) {
  switch (view) {
    case View::folded:
      return "folded";
    case View::pinyin:
      return "pinyin";
    case View::split:
      return "split";
    case View::code:
      return "code";
  }
  return "folded";
}

}  // namespace clarion::model
