# add_weirflow_plugin(NAME ENTRY plugin.cpp ... [SOURCES core.cpp ...] [LIBS t ...]
#                     [TESTS tests/x_test.cpp ...] [TEST_LIBS t ...] [TEST_LABELS unit ...])
#
# Builds <build>/plugins/NAME.so, a module that exports `wf_plugin_entry_v1` and nothing else.
#   ENTRY    the sources that hold the components and WF_PLUGIN(...).
#   SOURCES  logic without the ABI; compiled once into the static library `plugin-NAME-core`, which
#            the module and the tests link.
#   TESTS    each file becomes one test program `plugin-NAME-<file>`, linked to the core.

set(WEIRFLOW_PLUGIN_CMAKE_DIR ${CMAKE_CURRENT_LIST_DIR})

function(add_weirflow_plugin name)
  cmake_parse_arguments(ARG "" "" "ENTRY;SOURCES;LIBS;TESTS;TEST_LIBS;TEST_LABELS" ${ARGN})
  if(NOT ARG_ENTRY)
    message(FATAL_ERROR "add_weirflow_plugin(${name}): ENTRY is missing")
  endif()

  set(common weirflow::sdk)
  if(TARGET weirflow-build)
    list(APPEND common weirflow-build)
  endif()

  set(core)
  if(ARG_SOURCES)
    set(core plugin-${name}-core)
    add_library(${core} STATIC ${ARG_SOURCES})
    set_target_properties(${core} PROPERTIES POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    target_include_directories(${core} PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
    target_link_libraries(${core} PUBLIC ${common} ${ARG_LIBS})
  endif()

  add_library(plugin-${name} MODULE ${ARG_ENTRY})
  set_target_properties(plugin-${name} PROPERTIES
    PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/plugins
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  target_include_directories(plugin-${name} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  target_link_libraries(plugin-${name} PRIVATE ${common} ${core} ${ARG_LIBS})
  set(exports ${WEIRFLOW_PLUGIN_CMAKE_DIR}/weirflow-plugin.version)
  target_link_options(plugin-${name} PRIVATE -Wl,--version-script=${exports})
  if(NOT WEIRFLOW_SANITIZE)
    target_link_options(plugin-${name} PRIVATE -Wl,-z,defs)  # a missing symbol is found at link time
  endif()
  set_property(GLOBAL APPEND PROPERTY WEIRFLOW_PLUGIN_TARGETS plugin-${name})

  if(BUILD_TESTING AND COMMAND add_weirflow_test)
    foreach(test ${ARG_TESTS})
      get_filename_component(stem ${test} NAME_WE)
      add_weirflow_test(plugin-${name}-${stem} SOURCES ${test}
        LIBS ${core} ${ARG_LIBS} ${ARG_TEST_LIBS} LABELS ${ARG_TEST_LABELS})
      add_dependencies(plugin-${name}-${stem} plugin-${name})
    endforeach()
  endif()
endfunction()
