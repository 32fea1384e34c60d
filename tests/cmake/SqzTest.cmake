# sqz_test(NAME name SOURCES a.c b.c LIBS lib ... [LABELS label ...] [TIMEOUT seconds])
#
# One Check suite (its main runs the suite and exits non-zero on a failure; exit
# status 77 after a line "SKIP: reason" means skipped). Label "slow" keeps a test
# out of the sanitizer run.
function(sqz_test)
  cmake_parse_arguments(T "" "NAME;TIMEOUT" "SOURCES;LIBS;LABELS" ${ARGN})
  add_executable(${T_NAME} ${T_SOURCES})
  target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} PkgConfig::CHECK)
  target_include_directories(${T_NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  add_test(NAME ${T_NAME} COMMAND ${T_NAME}
           WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 300)
  endif()
  set_tests_properties(${T_NAME} PROPERTIES
    SKIP_RETURN_CODE 77 TIMEOUT ${T_TIMEOUT} LABELS "${T_LABELS}")
  # Check gives one test function 4 s of wall time: too little on a busy machine.
  set_property(TEST ${T_NAME} APPEND PROPERTY ENVIRONMENT
               CK_DEFAULT_TIMEOUT=${T_TIMEOUT})
endfunction()
