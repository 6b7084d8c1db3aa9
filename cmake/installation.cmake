# cmake --install: headers, both libraries, the command, micrograd.pc, the CMake package (micrograd::micrograd shared, micrograd::static),
# and manual pages and completions where there are some.
include(CMakePackageConfigHelpers)

install(TARGETS micrograd_static micrograd_shared EXPORT micrograd-targets
        ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(TARGET micrograd)
    install(TARGETS micrograd RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})

string(REPLACE ";" " " MG_PRIVATE_LIBS "${mg_private_libs}")
set(requires)
foreach(library IN ITEMS zlib libpng libjpeg)
    if(mg_with_${library})
        list(APPEND requires ${library})
    endif()
endforeach()
string(REPLACE ";" " " MG_PRIVATE_REQUIRES "${requires}")
file(RELATIVE_PATH MG_PREFIX_FROM_PC "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" "/prefix") # the tree may be moved
configure_file(cmake/micrograd.pc.in micrograd.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/micrograd.pc" DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/micrograd)
configure_package_config_file(cmake/micrograd-config.cmake.in micrograd-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(micrograd-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/micrograd-config.cmake" "${PROJECT_BINARY_DIR}/micrograd-config-version.cmake" DESTINATION ${package_dir})
install(EXPORT micrograd-targets NAMESPACE micrograd:: DESTINATION ${package_dir})

file(GLOB manual_pages CONFIGURE_DEPENDS "docs/man/*.1")
if(manual_pages)
    install(FILES ${manual_pages} DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
endif()
function(mg_install_completion file folder name)
    if(EXISTS "${PROJECT_SOURCE_DIR}/${file}")
        install(FILES "${file}" DESTINATION ${CMAKE_INSTALL_DATADIR}/${folder} RENAME ${name})
    endif()
endfunction()
mg_install_completion(docs/completion/micrograd.bash bash-completion/completions micrograd)
mg_install_completion(docs/completion/micrograd.zsh zsh/site-functions _micrograd)
mg_install_completion(docs/completion/micrograd.fish fish/vendor_completions.d micrograd.fish)
