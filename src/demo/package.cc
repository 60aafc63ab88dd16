#include "demo/package.h"

#include <cstddef>

extern "C" {
extern const char clarion_demo_feed_ndjson[];
extern const std::size_t clarion_demo_feed_ndjson_size;
extern const char clarion_demo_debunks_ndjson[];
extern const std::size_t clarion_demo_debunks_ndjson_size;
extern const char clarion_demo_experts_ndjson[];
extern const std::size_t clarion_demo_experts_ndjson_size;
extern const char clarion_demo_roster_json[];
extern const std::size_t clarion_demo_roster_json_size;
extern const char clarion_demo_scenes_json[];
extern const std::size_t clarion_demo_scenes_json_size;
extern const char clarion_demo_visit_txt[];
extern const std::size_t clarion_demo_visit_txt_size;
extern const char clarion_demo_functions_sh[];
extern const std::size_t clarion_demo_functions_sh_size;
}

namespace clarion::demo {

std::string_view feed_ndjson() { return {clarion_demo_feed_ndjson, clarion_demo_feed_ndjson_size}; }
std::string_view debunks_ndjson() {
  return {clarion_demo_debunks_ndjson, clarion_demo_debunks_ndjson_size};
}
std::string_view experts_ndjson() {
  return {clarion_demo_experts_ndjson, clarion_demo_experts_ndjson_size};
}
std::string_view roster_json() { return {clarion_demo_roster_json, clarion_demo_roster_json_size}; }
std::string_view scenes_json() { return {clarion_demo_scenes_json, clarion_demo_scenes_json_size}; }
std::string_view visit_text() { return {clarion_demo_visit_txt, clarion_demo_visit_txt_size}; }
std::string_view functions_sh() {
  return {clarion_demo_functions_sh, clarion_demo_functions_sh_size};
}

}  // namespace clarion::demo
