# Programs for `sqz run --host native`: shared objects of the same sources as
# the firmware.
#
#   sqz_native(NAME SOURCES...)   NAME.so in the build folder's software/
#
# Everything but the entry stays inside: the platform has functions by the same
# names.
add_library(sqz_native OBJECT ${SQZ_DRIVER_SOURCES} driver/port_irq.c
  native/port_native.c native/console.c apps/app.c)
target_include_directories(sqz_native PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_link_libraries(sqz_native PUBLIC sqz_contract)
target_compile_options(sqz_native PUBLIC -fPIC -fvisibility=hidden -g)

# The same for programs that users link by hand.
add_library(sqz_native_archive STATIC $<TARGET_OBJECTS:sqz_native>)
set_target_properties(sqz_native_archive PROPERTIES OUTPUT_NAME sqz_native)

set(SQZ_NATIVE_WRAPS printf vprintf puts putchar exit)
list(TRANSFORM SQZ_NATIVE_WRAPS PREPEND "LINKER:--wrap=")
set(SQZ_NATIVE_WRAPS ${SQZ_NATIVE_WRAPS} CACHE INTERNAL "for software/ and tests/")
set(SQZ_NATIVE_DIR ${CMAKE_CURRENT_BINARY_DIR} CACHE INTERNAL "")

function(sqz_native name)
  add_library(sqz_native_${name} MODULE ${ARGN})
  target_link_libraries(sqz_native_${name} PRIVATE sqz_native m)
  target_link_options(sqz_native_${name} PRIVATE LINKER:-Bsymbolic
                      ${SQZ_NATIVE_WRAPS})
  set_target_properties(sqz_native_${name} PROPERTIES PREFIX "" OUTPUT_NAME ${name}
    LIBRARY_OUTPUT_DIRECTORY ${SQZ_NATIVE_DIR})
endfunction()
