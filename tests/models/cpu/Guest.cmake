# sqz_guest(NAME name SOURCES file ...)
#
# A RISC-V program for the board, ${SQZ_GUEST_DIR}/name.elf, built with the cross
# compiler. Without one SQZ_GUEST_DIR is empty and nothing is built.
find_program(SQZ_RISCV_GCC riscv64-unknown-elf-gcc)
find_program(SQZ_QEMU_PROGRAM qemu-system-riscv64)
set(SQZ_GUEST_SOURCE ${CMAKE_CURRENT_LIST_DIR}/guest)
set(SQZ_GUEST_DIR "")
if(SQZ_RISCV_GCC)
  set(SQZ_GUEST_DIR ${PROJECT_BINARY_DIR}/tests/models/cpu/guest)
  file(MAKE_DIRECTORY ${SQZ_GUEST_DIR})
endif()

function(sqz_guest)
  cmake_parse_arguments(G "" "NAME" "SOURCES" ${ARGN})
  if(NOT SQZ_RISCV_GCC)
    return()
  endif()
  # The assembler must know fence.i, the linker only knows the multilib.
  set(compile -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -O2
    -std=gnu17 -Wall -Wextra --specs=picolibc.specs
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}=. -I${SQZ_GUEST_SOURCE})
  set(link -march=rv64imac -mabi=lp64 -mcmodel=medany --specs=picolibc.specs
    -nostartfiles -T ${SQZ_GUEST_SOURCE}/guest.ld -Wl,--no-warn-rwx-segments)
  file(GLOB headers ${SQZ_GUEST_SOURCE}/*.h)
  set(objects)
  foreach(source ${SQZ_GUEST_SOURCE}/start.S ${G_SOURCES})
    cmake_path(ABSOLUTE_PATH source)
    get_filename_component(stem ${source} NAME)
    set(object ${SQZ_GUEST_DIR}/${G_NAME}-${stem}.o)
    add_custom_command(OUTPUT ${object}
      COMMAND ${SQZ_RISCV_GCC} ${compile} -c ${source} -o ${object}
      DEPENDS ${source} ${headers} VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  add_custom_command(OUTPUT ${SQZ_GUEST_DIR}/${G_NAME}.elf
    COMMAND ${SQZ_RISCV_GCC} ${link} ${objects} -o ${SQZ_GUEST_DIR}/${G_NAME}.elf
    DEPENDS ${objects} ${SQZ_GUEST_SOURCE}/guest.ld VERBATIM)
  add_custom_target(guest_${G_NAME} ALL
    DEPENDS ${SQZ_GUEST_DIR}/${G_NAME}.elf)
endfunction()
