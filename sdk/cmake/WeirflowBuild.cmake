# What every target of this repository is built with, and how its tests are registered.

add_library(weirflow-build INTERFACE)
# -ffp-contract=off: the same bytes whatever the machine, no fused multiply-add that the source
# does not ask for.
target_compile_options(weirflow-build INTERFACE
  -Wall -Wextra -Wshadow -Wcast-align -ffp-contract=off
  "$<$<COMPILE_LANGUAGE:CXX>:-Wpedantic;-Wnon-virtual-dtor;-Woverloaded-virtual>"
  # GCC 12 takes the moved-from side of a std::variant for uninitialised below -O2.
  "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>"
  "$<$<BOOL:${WEIRFLOW_WERROR}>:-Werror>")

if(WEIRFLOW_SANITIZE)
  # Global, so that host, plugins and tests agree: a mixed process misses what it should find.
  add_compile_options(-fsanitize=${WEIRFLOW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${WEIRFLOW_SANITIZE})
endif()

# add_weirflow_test(NAME SOURCES a.cpp ... [LIBS t ...] [LABELS unit ...] [TIMEOUT s])
# One GoogleTest program = one ctest entry. Cases with `Golden` in their names may read the goldens of
# WEIRFLOW_DATA. Environment: WEIRFLOW_DATA (folder of goldens),
# WEIRFLOW_PLUGIN_PATH (the built plugins), WEIRFLOW_SOURCE_DIR, WEIRFLOW_BINARY_DIR.
function(add_weirflow_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  if(NOT BUILD_TESTING)
    return()
  endif()
  if(NOT ARG_LABELS)
    set(ARG_LABELS unit)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weirflow-build weirflow::sdk ${ARG_LIBS} GTest::gtest_main)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  # Cases that read the goldens have the word in their names. Where there are none they are not
  # registered, and the rest of the program is.
  set(without)
  if(NOT EXISTS ${WEIRFLOW_DATA}/golden)
    foreach(source ${ARG_SOURCES})
      file(STRINGS ${source} cases REGEX "^TEST.*Golden")
      if(cases)
        set(without --gtest_filter=-*Golden*)
      endif()
    endforeach()
  endif()
  if(without)
    weirflow_not_registered("${name} (*Golden*)" "WEIRFLOW_DATA has no folder golden")
  endif()
  add_test(NAME ${name} COMMAND ${name} ${without})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
  weirflow_test_environment(${name})
endfunction()

# weirflow_test_environment(TEST...): where things are, and nothing of the caller's own settings.
function(weirflow_test_environment)
  set_tests_properties(${ARGN} PROPERTIES ENVIRONMENT
    "WEIRFLOW_DATA=${WEIRFLOW_DATA};WEIRFLOW_PLUGIN_PATH=${CMAKE_BINARY_DIR}/plugins;WEIRFLOW_SOURCE_DIR=${CMAKE_SOURCE_DIR};WEIRFLOW_BINARY_DIR=${CMAKE_BINARY_DIR}"
    ENVIRONMENT_MODIFICATION "WEIRFLOW_HOME=unset:;COLUMNS=unset:;NO_COLOR=unset:")
endfunction()

# weirflow_not_registered(NAME WHY): a test that this machine cannot run is not registered, never
# skipped; the summary at the end of the configuration names it (tests/CMakeLists.txt).
function(weirflow_not_registered name why)
  set_property(GLOBAL APPEND PROPERTY WEIRFLOW_NOT_REGISTERED "${name}: ${why}")
endfunction()
