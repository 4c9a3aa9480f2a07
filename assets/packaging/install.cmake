# What `cmake --install` and `cpack` lay down besides the programs: manual pages, completions, the
# desktop entry, and the library for programs of one's own.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(PACKAGING ${PROJECT_SOURCE_DIR}/assets/packaging)

foreach(code en zh)
    set(page ${CMAKE_BINARY_DIR}/man/${code}/slowwire.1)
    add_custom_command(
        OUTPUT ${page}
        COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:slowwire> -DLANG_CODE=${code}
                -DVERSION=${PROJECT_VERSION} -DOUT=${page} -P ${PACKAGING}/man.cmake
        DEPENDS slowwire ${PACKAGING}/man.cmake VERBATIM)
    list(APPEND MAN_PAGES ${page})
endforeach()
add_custom_target(man ALL DEPENDS ${MAN_PAGES})
install(FILES ${CMAKE_BINARY_DIR}/man/en/slowwire.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${CMAKE_BINARY_DIR}/man/zh/slowwire.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/zh_CN/man1)

install(FILES ${PACKAGING}/slowwire.bash RENAME slowwire
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${PACKAGING}/slowwire.zsh RENAME _slowwire
        DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
if(TARGET slowwire-ui)
    install(FILES ${PACKAGING}/slowwire.desktop DESTINATION ${CMAKE_INSTALL_DATADIR}/applications)
    install(FILES ${PACKAGING}/slowwire.svg
            DESTINATION ${CMAKE_INSTALL_DATADIR}/icons/hicolor/scalable/apps)
endif()

set_target_properties(slowwire_sim PROPERTIES OUTPUT_NAME slowwire)
install(FILES $<TARGET_FILE:slowwire_sim> DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY sim/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/slowwire FILES_MATCHING PATTERN "*.h")
configure_package_config_file(
    ${PACKAGING}/slowwireConfig.cmake.in ${CMAKE_BINARY_DIR}/slowwireConfig.cmake
    INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/slowwire
    PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/slowwireConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/slowwireConfig.cmake ${CMAKE_BINARY_DIR}/slowwireConfigVersion.cmake
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/slowwire)
# The way up from pkgconfig/ to the prefix, so that the tree may be moved.
string(REGEX REPLACE "[^/]+" ".." PC_PREFIX "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
configure_file(${PACKAGING}/slowwire.pc.in ${CMAKE_BINARY_DIR}/slowwire.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/slowwire.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE README.md DESTINATION ${CMAKE_INSTALL_DOCDIR})

set(CPACK_GENERATOR DEB TGZ)
set(CPACK_PACKAGE_NAME slowwire)
set(CPACK_PACKAGE_VENDOR slowwire)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Simulator that shows how network protocols work")
set(CPACK_PACKAGE_CONTACT "The slowwire maintainers <maintainers@slowwire.invalid>")
set(CPACK_STRIP_FILES ON)
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION education)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
