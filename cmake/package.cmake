# What is installed, and the Debian package: `cpack --config BUILD/CPackConfig.cmake`.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)  # packing what is built needs no build of tests
include(GNUInstallDirs)

install(TARGETS clarion RUNTIME DESTINATION bin)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/clarion.service" DESTINATION /lib/systemd/system)
# The same settings, with the data where the unit's StateDirectory is.
file(READ "${CMAKE_SOURCE_DIR}/deploy/clarion.toml" settings)
string(REPLACE "dir = \"./clarion-data\"" "dir = \"/var/lib/clarion\"" settings "${settings}")
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/package/clarion.toml" CONTENT "${settings}" @ONLY)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_SOURCE_DIR}/deploy/clarion.toml")
install(FILES "${CMAKE_BINARY_DIR}/package/clarion.toml" DESTINATION /etc/clarion PERMISSIONS OWNER_READ OWNER_WRITE GROUP_READ)
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${CMAKE_SOURCE_DIR}/CHANGELOG.md" "${CMAKE_SOURCE_DIR}/docs/operations.md"
        "${CMAKE_SOURCE_DIR}/docs/contract.md" DESTINATION share/doc/clarion)
install(FILES "${CMAKE_SOURCE_DIR}/LICENSE" DESTINATION share/doc/clarion RENAME copyright)
install(FILES "${CMAKE_SOURCE_DIR}/deploy/prometheus-alerts.yml" DESTINATION share/clarion)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/rules" DESTINATION share/clarion)  # to start one's own packs from
# Completions, as the program itself writes them.
install(CODE [[
  foreach(place bash:bash-completion/completions/clarion zsh:zsh/vendor-completions/_clarion fish:fish/vendor_completions.d/clarion.fish)
    string(REGEX MATCH "^([a-z]+):(.*)$" ignored "${place}")
    set(shell "${CMAKE_MATCH_1}")
    set(path "${CMAKE_MATCH_2}")
    execute_process(COMMAND "$<TARGET_FILE:clarion>" completion ${shell} OUTPUT_VARIABLE words ERROR_QUIET RESULT_VARIABLE failed)
    if(NOT failed)
      file(WRITE "$ENV{DESTDIR}${CMAKE_INSTALL_PREFIX}/share/${path}" "${words}")
    endif()
  endforeach()
]])

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME clarion)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "Clarion <clarion@localhost>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "rumor desk: from social feeds to signed notices at every subscriber")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_SET_DESTDIR ON)  # the unit and /etc stand outside the prefix
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, tzdata, ca-certificates")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
file(CONFIGURE OUTPUT "${CMAKE_BINARY_DIR}/package/conffiles" CONTENT "/etc/clarion/clarion.toml\n" @ONLY)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/deploy/debian/postinst" "${CMAKE_SOURCE_DIR}/deploy/debian/prerm"
    "${CMAKE_SOURCE_DIR}/deploy/debian/postrm" "${CMAKE_BINARY_DIR}/package/conffiles")
include(CPack)
