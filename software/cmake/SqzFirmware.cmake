# Programs for the virtual RISC-V host, built beside everything else by the
# cross compiler's own commands.
#
#   sqz_firmware_library(SOURCES...)   libsqz_firmware.a, once
#   sqz_firmware(NAME SOURCES...)      NAME.elf, linked with it
#
# Both appear in the build folder's software/. Sources are relative to where the
# function is called.
find_program(SQZ_RISCV_GCC riscv64-unknown-elf-gcc)
find_program(SQZ_RISCV_AR riscv64-unknown-elf-gcc-ar)
if(NOT SQZ_RISCV_GCC OR NOT SQZ_RISCV_AR)
  message(FATAL_ERROR "riscv64-unknown-elf-gcc not found: install "
          "gcc-riscv64-unknown-elf and picolibc-riscv64-unknown-elf")
endif()
execute_process(
  COMMAND ${SQZ_RISCV_GCC} --specs=picolibc.specs -E -x c /dev/null
  RESULT_VARIABLE sqz_picolibc OUTPUT_QUIET ERROR_QUIET)
if(sqz_picolibc)
  message(FATAL_ERROR "picolibc not found: install picolibc-riscv64-unknown-elf")
endif()

# No machine's paths in the ELF files.
set(SQZ_RISCV_CFLAGS
  -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany
  --specs=picolibc.specs -std=c17 -O2 -g -ffunction-sections -fdata-sections
  -Wall -Wextra -Werror -ffp-contract=off
  -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=
  -ffile-prefix-map=${CMAKE_CURRENT_BINARY_DIR}=.
  -Wa,--debug-prefix-map=${PROJECT_SOURCE_DIR}/=
  -Wa,--debug-prefix-map=${CMAKE_CURRENT_BINARY_DIR}=. -D_GNU_SOURCE
  -I${CMAKE_CURRENT_SOURCE_DIR} -I${CMAKE_CURRENT_SOURCE_DIR}/include
  CACHE INTERNAL "for software/ and tests/")
# Linked without _zicsr: with it the compiler misses picolibc's variant.
set(SQZ_RISCV_LDFLAGS
  -march=rv64imac -mabi=lp64 -mcmodel=medany --specs=picolibc.specs
  -nostartfiles -T ${CMAKE_CURRENT_SOURCE_DIR}/boot/link.ld
  CACHE INTERNAL "for software/ and tests/")
set(SQZ_FIRMWARE_DIR ${CMAKE_CURRENT_BINARY_DIR} CACHE INTERNAL "")
set(SQZ_FIRMWARE_SCRIPT ${CMAKE_CURRENT_SOURCE_DIR}/boot/link.ld CACHE INTERNAL "")
set(SQZ_FIRMWARE_LIBRARY ${CMAKE_CURRENT_BINARY_DIR}/libsqz_firmware.a CACHE INTERNAL "")

# Compiles sources; `objects` is set to what comes out.
function(sqz_riscv_compile objects)
  set(all)
  foreach(source ${ARGN})
    set(object ${CMAKE_CURRENT_BINARY_DIR}/riscv/${source}.o)
    get_filename_component(folder ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${object}
      COMMAND ${SQZ_RISCV_GCC} ${SQZ_RISCV_CFLAGS} -MD -MF ${object}.d
              -c ${CMAKE_CURRENT_SOURCE_DIR}/${source} -o ${object}
      DEPENDS ${source} DEPFILE ${object}.d
      COMMENT "RISC-V: compiling ${source}" VERBATIM)
    list(APPEND all ${object})
  endforeach()
  set(${objects} ${all} PARENT_SCOPE)
endfunction()

function(sqz_firmware_library)
  sqz_riscv_compile(objects ${ARGN})
  add_custom_command(OUTPUT ${SQZ_FIRMWARE_LIBRARY}
    COMMAND ${CMAKE_COMMAND} -E rm -f ${SQZ_FIRMWARE_LIBRARY}
    COMMAND ${SQZ_RISCV_AR} rcsD ${SQZ_FIRMWARE_LIBRARY} ${objects}
    DEPENDS ${objects} COMMENT "RISC-V: libsqz_firmware.a" VERBATIM)
  add_custom_target(sqz_firmware_library DEPENDS ${SQZ_FIRMWARE_LIBRARY})
endfunction()

function(sqz_firmware name)
  sqz_riscv_compile(objects ${ARGN})
  set(elf ${SQZ_FIRMWARE_DIR}/${name}.elf)
  add_custom_command(OUTPUT ${elf}
    COMMAND ${SQZ_RISCV_GCC} ${SQZ_RISCV_LDFLAGS} ${objects}
            ${SQZ_FIRMWARE_LIBRARY} -o ${elf}
    DEPENDS ${objects} ${SQZ_FIRMWARE_LIBRARY}
            ${SQZ_FIRMWARE_SCRIPT}
    COMMENT "RISC-V: ${name}.elf" VERBATIM)
  add_custom_target(sqz_firmware_${name} ALL DEPENDS ${elf})
  add_dependencies(sqz_firmware_${name} sqz_firmware_library)
endfunction()
