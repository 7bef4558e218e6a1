# Builds for AArch64 on a machine of another kind, with Debian's cross compiler and the arm64 packages that lie beside
# its own (multiarch); what is built runs under qemu's user emulation. README: "On an ARM machine".
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

# pkg-config is told where arm64 packages keep their files, and nothing of this machine's own.
set(ENV{PKG_CONFIG_PATH} "")
set(ENV{PKG_CONFIG_LIBDIR} /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)

set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)

find_program(WEAKMEM_QEMU NAMES qemu-aarch64 qemu-aarch64-static)
if(WEAKMEM_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR ${WEAKMEM_QEMU})
endif()
