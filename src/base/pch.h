// Precompiled for every target: the standard headers that nearly each file needs, and the two heavy
// foreign ones that values travel in. Files still include what they use.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <deque>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include <boost/json.hpp>
#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/try.hpp>
