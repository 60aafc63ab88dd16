# clarion_module(desk DEPS group store http LIBS PkgConfig::X)
#
# One folder of src/ = one static library = one namespace. Its tests are tests/<name>/*_test.cc, built as the
# program test_<name>; all of them together are the program unit_all (the one that CI runs under ASan and UBSan).
define_property(GLOBAL PROPERTY CLARION_TEST_OBJECTS BRIEF_DOCS "object libraries of all unit tests")

function(clarion_module name)
  cmake_parse_arguments(ARG "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cc" "${CMAKE_CURRENT_SOURCE_DIR}/detail/*.cc"
       "${CMAKE_CURRENT_SOURCE_DIR}/sqlite/*.cc")
  list(FILTER sources EXCLUDE REGEX "/(main|gen_[a-z_]+)\\.cc$")
  if(NOT sources)
    return()
  endif()
  add_library(clarion_${name} STATIC ${sources})
  target_include_directories(clarion_${name} PUBLIC "${CMAKE_SOURCE_DIR}/src")
  list(TRANSFORM ARG_DEPS PREPEND clarion_)
  target_link_libraries(clarion_${name} PUBLIC ${ARG_DEPS} ${ARG_LIBS})
  if(name STREQUAL "base")
    target_precompile_headers(clarion_base PRIVATE "${CMAKE_SOURCE_DIR}/src/base/pch.h")
  else()
    target_link_libraries(clarion_${name} PUBLIC clarion_base)
    target_precompile_headers(clarion_${name} REUSE_FROM clarion_base)
  endif()

  file(GLOB tests CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/tests/${name}/*_test.cc" "${CMAKE_SOURCE_DIR}/tests/${name}/harness.cc")
  if(tests)
    add_library(tests_of_${name} OBJECT ${tests})
    target_include_directories(tests_of_${name} PRIVATE "${CMAKE_SOURCE_DIR}/tests")
    target_compile_definitions(tests_of_${name} PRIVATE CLARION_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data")
    target_link_libraries(tests_of_${name} PUBLIC clarion_${name} GTest::gtest)
    target_precompile_headers(tests_of_${name} REUSE_FROM clarion_base)
    add_executable(test_${name})
    target_link_libraries(test_${name} PRIVATE tests_of_${name} GTest::gtest GTest::gtest_main)
    include(GoogleTest)
    gtest_discover_tests(test_${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 120)
    set_property(GLOBAL APPEND PROPERTY CLARION_TEST_OBJECTS tests_of_${name})
  endif()
endfunction()

# clarion_embed(TARGET SYMBOL FILE): the bytes of FILE as `extern const char SYMBOL[]` and `extern const size_t SYMBOL_size`
# (declare them extern "C"). The assembler reads the file, so large ones cost no compile time.
function(clarion_embed target symbol file)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/embed_${symbol}.S")
  file(CONFIGURE OUTPUT "${out}" @ONLY CONTENT "
    .section .rodata
    .global @symbol@
    .global @symbol@_size
    .balign 16
@symbol@:
    .incbin \"@file@\"
1:  .byte 0
    .balign 8
@symbol@_size:
    .quad 1b - @symbol@
    .section .note.GNU-stack,\"\",%progbits
")
  set_property(SOURCE "${out}" APPEND PROPERTY OBJECT_DEPENDS "${file}")
  target_sources(${target} PRIVATE "${out}")
endfunction()
