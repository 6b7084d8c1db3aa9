# What every file of ours is compiled with, as the interface library mg_flags; what the library links, as mg_libraries.
#
# Floating point: no contraction (a*b + c rounds twice everywhere; kernels say fma() where they mean it), never -ffast-math: the same
# bits from every compiler that keeps IEEE 754. -fno-math-errno only lets sqrt and the like be inlined: nothing reads errno from mathematics.
include(CheckCCompilerFlag)
find_package(Threads)
find_library(MG_LIBM m)
mark_as_advanced(MG_LIBM)

add_library(mg_flags INTERFACE)
target_include_directories(mg_flags INTERFACE "${PROJECT_SOURCE_DIR}/include" "${PROJECT_SOURCE_DIR}/src")
target_compile_definitions(mg_flags INTERFACE MICROGRAD_VERSION="${PROJECT_VERSION}")
target_compile_options(mg_flags INTERFACE -Wall -Wextra -Wpedantic -Wconversion -ffp-contract=off -fno-math-errno)
if(MICROGRAD_WERROR)
    target_compile_options(mg_flags INTERFACE -Werror)
endif()

# A shared library whose own calls may be inlined: nobody replaces our functions at load time.
check_c_compiler_flag(-fno-semantic-interposition MG_NO_SEMANTIC_INTERPOSITION)
if(MG_NO_SEMANTIC_INTERPOSITION)
    target_compile_options(mg_flags INTERFACE -fno-semantic-interposition)
endif()
if(MICROGRAD_SANITIZE)
    set(mg_sanitizer_flags -fsanitize=${MICROGRAD_SANITIZE} -fno-sanitize-recover=all)
    target_compile_options(mg_flags INTERFACE ${mg_sanitizer_flags} -fno-omit-frame-pointer)
endif()

set(mg_libraries)
set(mg_private_libs) # for micrograd.pc
if(MG_LIBM)
    list(APPEND mg_libraries m)
    list(APPEND mg_private_libs -lm)
endif()

if(CMAKE_DL_LIBS) # the plug-in for MPI is opened at run time; a C library that has dlopen itself has an empty libdl
    list(APPEND mg_libraries ${CMAKE_DL_LIBS})
    list(APPEND mg_private_libs -l${CMAKE_DL_LIBS})
endif()

if(MICROGRAD_THREADS AND CMAKE_USE_PTHREADS_INIT)
    list(APPEND mg_libraries Threads::Threads)
    list(APPEND mg_private_libs -pthread)
else()
    target_compile_definitions(mg_flags INTERFACE MG__NO_THREADS)
    message(STATUS "micrograd: no threads, everything runs on one core: slower on several")
endif()

set(mg_with_zlib OFF)
if(MICROGRAD_ZLIB)
    find_package(ZLIB QUIET)
    set(mg_with_zlib ${ZLIB_FOUND})
endif()
if(mg_with_zlib)
    target_compile_definitions(mg_flags INTERFACE MG__HAVE_ZLIB)
    target_include_directories(mg_flags INTERFACE ${ZLIB_INCLUDE_DIRS})
    list(APPEND mg_libraries ZLIB::ZLIB)
else()
    message(STATUS "micrograd: without zlib, .gz files cannot be read")
endif()

# Pictures: an option each, PNG::PNG and JPEG::JPEG.
function(mg_pictures kind library)
    set(mg_with_${library} OFF PARENT_SCOPE)
    if(MICROGRAD_${kind})
        find_package(${kind} QUIET)
    endif()
    if(MICROGRAD_${kind} AND ${kind}_FOUND)
        set(mg_with_${library} ON PARENT_SCOPE)
        target_compile_definitions(mg_flags INTERFACE MG__HAVE_${kind})
        target_include_directories(mg_flags INTERFACE ${${kind}_INCLUDE_DIRS})
        set(mg_libraries ${mg_libraries} ${kind}::${kind} PARENT_SCOPE)
    else()
        message(STATUS "micrograd: without ${library}, ${kind} pictures cannot be read")
    endif()
endfunction()
mg_pictures(PNG libpng)
mg_pictures(JPEG libjpeg)

if(MICROGRAD_CPU)
    target_compile_definitions(mg_flags INTERFACE MG__HAVE_CPU)
else()
    message(STATUS "micrograd: without the cpu backend, everything runs on the reference backend: many times slower")
endif()
