# SPDX-License-Identifier: MIT
# The Debian package: `./dev package`, or `cpack -G DEB` in a release build.
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME glpi-alert-bridge)
set(CPACK_PACKAGE_VERSION ${PROJECT_VERSION})
set(BRIDGE_MAINTAINER "glpi-alert-bridge maintainers <maintainers@glpi-alert-bridge.invalid>" CACHE STRING
  "Who answers for the package")
set(CPACK_PACKAGE_CONTACT "${BRIDGE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "turns monitoring alerts into GLPI tickets")
set(CPACK_PACKAGE_DESCRIPTION
"Takes alerts from Zabbix, Nagios, Icinga 2, Alertmanager, Grafana and anything
that can send JSON, and makes tickets of them in GLPI 10 and 11: one per
problem, in the right entity, on the right asset, solved when the problem is
over.
.
An accepted alert is on disk. It becomes one ticket although GLPI, the network
or the bridge itself was away.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, ca-certificates, init-system-helpers (>= 1.52), tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS systemd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS curl) # `undelivered` by mail
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
file(WRITE ${PROJECT_BINARY_DIR}/debian/conffiles "/etc/glpi-alert-bridge/bridge.yaml\n")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
  ${PROJECT_BINARY_DIR}/debian/conffiles
  ${CMAKE_CURRENT_LIST_DIR}/postinst ${CMAKE_CURRENT_LIST_DIR}/prerm ${CMAKE_CURRENT_LIST_DIR}/postrm)

# LICENSE as Debian wants it: indented, its empty lines with a dot.
file(READ ${PROJECT_SOURCE_DIR}/LICENSE license)
string(STRIP "${license}" license)
string(REPLACE "\n\n" "\n.\n" license "${license}")
string(REPLACE "\n" "\n " license " ${license}")
configure_file(${CMAKE_CURRENT_LIST_DIR}/copyright ${PROJECT_BINARY_DIR}/debian/copyright @ONLY)

string(TIMESTAMP today "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${PROJECT_BINARY_DIR}/debian/changelog
"glpi-alert-bridge (${PROJECT_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium

  * What changed is told in changelog.gz.

 -- ${BRIDGE_MAINTAINER}  ${today}
")

# What the program says about itself, and the change log, packed as Debian packs them. No pipes: one
# would hide that the program failed.
set(texts ${PROJECT_BINARY_DIR}/texts)
set(program $<TARGET_FILE:glpi-alert-bridge>)
add_custom_command(OUTPUT ${texts}/done
  COMMAND ${CMAKE_COMMAND} -E make_directory ${texts}
  COMMAND ${program} schema > ${texts}/bridge.schema.json
  COMMAND ${program} completion bash > ${texts}/glpi-alert-bridge
  COMMAND ${program} completion zsh > ${texts}/_glpi-alert-bridge
  COMMAND ${program} manual 1 > ${texts}/glpi-alert-bridge.1
  COMMAND ${program} manual 5 > ${texts}/glpi-alert-bridge.yaml.5
  COMMAND gzip -9nf ${texts}/glpi-alert-bridge.1 ${texts}/glpi-alert-bridge.yaml.5
  COMMAND gzip -9nc ${PROJECT_SOURCE_DIR}/CHANGELOG.md > ${texts}/changelog.gz
  COMMAND gzip -9nc ${PROJECT_BINARY_DIR}/debian/changelog > ${texts}/changelog.Debian.gz
  COMMAND ${CMAKE_COMMAND} -E touch ${texts}/done
  DEPENDS glpi-alert-bridge ${PROJECT_SOURCE_DIR}/CHANGELOG.md
  VERBATIM)
add_custom_target(texts ALL DEPENDS ${texts}/done)

install(FILES ${texts}/bridge.schema.json DESTINATION share/glpi-alert-bridge)
install(FILES ${texts}/glpi-alert-bridge DESTINATION share/bash-completion/completions)
install(FILES ${texts}/_glpi-alert-bridge DESTINATION share/zsh/vendor-completions)
install(FILES ${texts}/glpi-alert-bridge.1.gz DESTINATION share/man/man1)
install(FILES ${texts}/glpi-alert-bridge.yaml.5.gz DESTINATION share/man/man5)
install(FILES ${texts}/changelog.gz ${texts}/changelog.Debian.gz ${PROJECT_BINARY_DIR}/debian/copyright
  DESTINATION share/doc/glpi-alert-bridge)
# Outside the prefix, as the daemon looks for it there.
# Only into a package, so that an installation by hand touches no configuration. DESTDIR comes before
# the path by itself.
install(CODE "
  if(NOT \"\$ENV{DESTDIR}\" STREQUAL \"\")
    file(INSTALL DESTINATION /etc/glpi-alert-bridge TYPE FILE
      RENAME bridge.yaml FILES \"${PROJECT_SOURCE_DIR}/config/examples/small.yaml\")
  endif()")

include(CPack)
