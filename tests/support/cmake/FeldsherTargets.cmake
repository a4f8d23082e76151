# How a Feldsher target is compiled: warnings are errors, debug information is small, the linker is mold.
find_program(MOLD mold)
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_compile_options(-g1)
if(FELDSHER_SANITIZE)
  # One tree for the unit tests and for the fuzz targets: what both link is compiled once. What is checked is our code
  # (feldsher_library, add_fuzz): tests and what protoc generates would take as long again to compile.
  # Without four checks that take a third of the compile time: a null that is used and what lies outside of an object
  # AddressSanitizer finds; a wrong dynamic type comes of casts that we do not make.
  if(FELDSHER_SWIFT)
    set(sanitizers -fsanitize=fuzzer-no-link)
    add_compile_definitions(_GLIBCXX_ASSERTIONS)
  else()
    set(sanitizers -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize=null,alignment,vptr,object-size
                   -fno-sanitize-recover=undefined -fno-omit-frame-pointer
                   -fsanitize-ignorelist=${CMAKE_CURRENT_LIST_DIR}/not_ours.txt)
    add_link_options(-fsanitize=address,undefined)
  endif()
endif()
# What the sanitizers leave as it is, a third of all, need not be compiled again: objects of tests and contracts are taken
# from a release tree, which has to be built, of the same sources (`./run test` sees to both).
set(FELDSHER_PLAIN "" CACHE PATH "With FELDSHER_SANITIZE: a release tree that is up to date")
function(feldsher_plain_objects target)
  if(FELDSHER_SANITIZE AND FELDSHER_PLAIN)
    file(READ ${FELDSHER_PLAIN}/objects/${target} plain_objects)
    # Only who builds a target needs its objects to be there: fuzz targets use none of a test's.
    set_source_files_properties(${plain_objects} PROPERTIES GENERATED ON)
    set(plain_objects ${plain_objects} PARENT_SCOPE)
  elseif(NOT FELDSHER_SANITIZE AND NOT FELDSHER_TSAN)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/objects/${target} CONTENT "$<TARGET_OBJECTS:${target}>")
  endif()
endfunction()

if(FELDSHER_TSAN)
  # ThreadSanitizer does not understand fences: Asio does without them, its locks order what has to be ordered.
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  add_compile_options(-fsanitize=thread -Wno-tsan)
  add_link_options(-fsanitize=thread)
endif()

# Boost 1.81 and protobuf headers are not ours: their warnings are not either.
find_package(Threads REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(Protobuf REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(CLI11 REQUIRED)
find_package(tomlplusplus REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(SQLCIPHER REQUIRED IMPORTED_TARGET sqlcipher>=3.46)  # SQLCipher 4.6.1 names its SQLite here

function(feldsher_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor
                         -Woverloaded-virtual -Wimplicit-fallthrough -Werror)
endfunction()

# Most of a file's compile time are headers of others, so some files are compiled as one. Who works on a library for a day
# configures with -DFELDSHER_TOGETHER=OFF: then one changed file is compiled alone.
option(FELDSHER_TOGETHER "Compile several files of a target as one" ON)
function(feldsher_together target files)
  if(FELDSHER_TOGETHER)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${files})
  endif()
endfunction()

# feldsher_library(name SOURCES a.cpp … LINKS target … [SEPARATE]): a component; its sources include from the root.
# SEPARATE: its files are compiled one by one, as `./run coverage` and `./run mutation` need it, which replace single objects
# of the release tree.
function(feldsher_library name)
  cmake_parse_arguments(ARG "SEPARATE" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  target_compile_options(${name} PRIVATE ${sanitizers})
  if(NOT ARG_SEPARATE OR FELDSHER_SANITIZE OR FELDSHER_TSAN)
    feldsher_together(${name} 4)
  endif()
  feldsher_warnings(${name})
endfunction()

# feldsher_program(name SOURCES main.cpp LINKS target …): a thin main over libraries.
function(feldsher_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS})
  target_compile_definitions(${name} PRIVATE FELDSHER_VERSION="${PROJECT_VERSION}")
  # Optimised although it is thin: of a template that both a main and a library instantiate the linker takes the main's.
  feldsher_together(${name} 4)
  feldsher_warnings(${name})
endfunction()

# feldsher_test(name SOURCES … LINKS … [ALONE …]): one Catch2 program, one ctest entry. Most of a test's compile time
# are headers, so ten files are compiled as one; ALONE: not these of its sources, they have names in common with others.
function(feldsher_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;ALONE" ${ARGN})
  feldsher_plain_objects(${name})
  if(plain_objects)
    add_executable(${name} ${plain_objects})
    set_target_properties(${name} PROPERTIES LINKER_LANGUAGE CXX)
  else()
    add_executable(${name} ${ARG_SOURCES})
  endif()
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINKS} Catch2::Catch2WithMain)
  target_compile_definitions(${name} PRIVATE FELDSHER_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  feldsher_together(${name} 10)
  set_source_files_properties(${ARG_ALONE} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
  feldsher_warnings(${name})
  # What is tested is optimised (but for templates that the test instantiates too); the test itself only has to compile
  # fast. Names of two files in one batch may shadow.
  target_compile_options(${name} PRIVATE -O0 -Wno-shadow)
  add_test(NAME ${name} COMMAND ${name} --order rand --rng-seed time)
endfunction()
