# How everything is compiled: one place for standard, warnings and build speed.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# CLARION_ASSERT stays on in release, so nothing of ours depends on NDEBUG.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O0 -g")
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")  # the sanitizers' trees: line numbers are enough, and they build in half the time

add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers)
# gcc 12 takes inlined std::string code for overruns at -O2 (GCC bugs 105329, 105651). AddressSanitizer looks for real ones.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13 AND
   NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
  add_compile_options(-Wno-array-bounds -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread)
endif()
if(CLARION_WERROR)
  add_compile_options(-Werror)
endif()
add_compile_options(-fno-omit-frame-pointer)
# Asio and Beast are compiled once, in src/http/impl.cc. Set for all, since a shared precompiled header must agree.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED BOOST_BEAST_SEPARATE_COMPILATION)
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-D_FORTIFY_SOURCE=2 -fstack-protector-strong)
endif()

if(CLARION_SANITIZE)
  add_compile_options(-fsanitize=${CLARION_SANITIZE} -fno-sanitize-recover=all)
  # gcc 12 sees overruns in the sanitizers' own checks; with threads it can't follow Asio's fences.
  add_compile_options(-Wno-stringop-overflow -Wno-stringop-overread)
  if(CLARION_SANITIZE STREQUAL "thread")
    add_compile_options(-Wno-tsan -Wno-maybe-uninitialized)
  endif()
  add_link_options(-fsanitize=${CLARION_SANITIZE})
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers need -fpch-preprocess and this sloppiness (ccache manual, "Precompiled headers").
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fpch-preprocess>)
endif()
find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()
