#pragma once

namespace clarion {
/// Says which expectation broke and where, then aborts. For our own mistakes, never for input.
[[noreturn]] void assertion_failed(const char* expression, const char* file, int line) noexcept;
}  // namespace clarion

/// Stays on in release builds.
#define CLARION_ASSERT(expression)     \
  ((expression) ? static_cast<void>(0) \
                : ::clarion::assertion_failed(#expression, __FILE__, __LINE__))
