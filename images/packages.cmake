# The Debian packages. `./run package` has CPack write them into build/packages.
#
# feldsher-journal is a package of its own: central and a home point share a box, and two packages cannot
# own one file.
include(GNUInstallDirs)

set(images ${CMAKE_CURRENT_LIST_DIR})
set(made ${CMAKE_BINARY_DIR}/packages)
set(feldsher_maintainer "Feldsher engineers <feldsher@clinic.invalid>")

# feldsher_package(NAME): what every package has: its program, its licence, its history.
function(feldsher_package name)
  install(TARGETS feldsher-${name} RUNTIME DESTINATION usr/bin COMPONENT ${name})
  install(FILES ${images}/packages/copyright ${made}/changelog.gz DESTINATION usr/share/doc/feldsher-${name} COMPONENT ${name})
endfunction()

# feldsher_service_package(NAME UNITS unit… DATA folder KEYS "folder…" CONFFILES path…): a program that a unit runs.
function(feldsher_service_package name)
  cmake_parse_arguments(ARG "" "DATA;KEYS" "UNITS;CONFFILES" ${ARGN})
  feldsher_package(${name})
  foreach(unit ${ARG_UNITS})
    install(FILES ${images}/systemd/${unit} DESTINATION lib/systemd/system COMPONENT ${name})
  endforeach()
  install(FILES ${images}/sysusers.d/feldsher-${name}.conf DESTINATION usr/lib/sysusers.d COMPONENT ${name})
  install(FILES ${images}/tmpfiles.d/feldsher-${name}.conf DESTINATION usr/lib/tmpfiles.d COMPONENT ${name})
  # Who has a command that makes a data folder has its configuration there too: one file, which everything reads.
  if("/etc/feldsher/${name}.toml" IN_LIST ARG_CONFFILES)
    set(config_place etc/feldsher)
  else()
    set(config_place usr/share/doc/feldsher-${name}/examples)
  endif()
  install(FILES ${images}/config/${name}.toml DESTINATION ${config_place} COMPONENT ${name})
  install(FILES ${images}/packages/${name}.README.Debian DESTINATION usr/share/doc/feldsher-${name} RENAME README.Debian
          COMPONENT ${name})

  set(package feldsher-${name})
  list(JOIN ARG_UNITS " " units)
  set(data "${ARG_DATA}")
  set(keys "${ARG_KEYS}")
  set(control ${made}/${name})
  set(load_debconf "")
  if(data)
    # It takes stdout, which the scripts do not use, and what it starts would keep it waiting: hence db_stop.
    set(load_debconf ". /usr/share/debconf/confmodule\ndb_stop\n")
  endif()
  foreach(script postinst prerm postrm)
    configure_file(${images}/packages/${script}.in ${control}/${script} @ONLY)
  endforeach()
  set(files ${control}/postinst ${control}/prerm ${control}/postrm)
  if(data)
    configure_file(${images}/packages/templates.in ${control}/templates @ONLY)
    list(APPEND files ${control}/templates ${images}/packages/config)
  endif()
  if(ARG_CONFFILES)
    list(TRANSFORM ARG_CONFFILES APPEND "\n" OUTPUT_VARIABLE conffiles)
    list(JOIN conffiles "" conffiles)
    file(CONFIGURE OUTPUT ${control}/conffiles CONTENT "${conffiles}" @ONLY)
    list(APPEND files ${control}/conffiles)
  endif()
  string(TOUPPER ${name} NAME)
  set(CPACK_DEBIAN_${NAME}_PACKAGE_CONTROL_EXTRA "${files}" PARENT_SCOPE)
endfunction()

file(MAKE_DIRECTORY ${made})
execute_process(COMMAND gzip -9n INPUT_FILE ${images}/packages/changelog OUTPUT_FILE ${made}/changelog.gz
                COMMAND_ERROR_IS_FATAL ANY)

# What a script of every package that runs a service calls.
set(service_depends "systemd | systemd-standalone-sysusers | systemd-sysusers, systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")
set(asks "debconf (>= 0.5) | debconf-2.0")
# What systemd-creds loads by name to seal to a TPM2, and itself only suggests.
set(seals "libtss2-esys-3.0.2-0, libtss2-mu0, libtss2-rc0")

feldsher_package(journal)
set(CPACK_DEBIAN_JOURNAL_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_JOURNAL_DESCRIPTION "checks and exports the journals of Feldsher
Feldsher keeps everything that happens at a clinic network in journals that
can only grow. This program verifies every record, chain and signed head of
a data folder, names the first bad one, and exports a journal for an audit.")

feldsher_service_package(central
  UNITS feldsher-central.service feldsher-standby.service
  DATA /var/lib/feldsher-central)
set(CPACK_DEBIAN_CENTRAL_PACKAGE_SECTION net)
set(CPACK_DEBIAN_CENTRAL_PACKAGE_DEPENDS "${service_depends}, ${asks}, tzdata")
set(CPACK_DEBIAN_CENTRAL_PACKAGE_RECOMMENDS "${seals}")
set(CPACK_DEBIAN_CENTRAL_DESCRIPTION "memory of a clinic network: schedule, histories, API
The central server of Feldsher: it keeps the schedule and every patient's
history, takes in what the points record, and gives each point what it needs
to work while its line is down.")

feldsher_service_package(edge
  UNITS feldsher-edge.service feldsher-broker.service
  DATA /var/lib/feldsher-edge
  KEYS "/etc/feldsher/broker /var/lib/feldsher-revoked"
  CONFFILES /etc/feldsher/broker/mosquitto.conf /etc/feldsher/broker/acl)
install(FILES ${images}/broker/mosquitto.conf ${images}/broker/acl DESTINATION etc/feldsher/broker COMPONENT edge)
install(FILES ${images}/systemd/mosquitto.service.d/feldsher.conf DESTINATION lib/systemd/system/mosquitto.service.d
        COMPONENT edge)
install(TARGETS feldsher_shut_out LIBRARY DESTINATION usr/lib/feldsher COMPONENT edge)
set(CPACK_DEBIAN_EDGE_PACKAGE_SECTION net)
# Before 2.0.20 Mosquitto drops good clients; bookworm-backports has a later one.
set(CPACK_DEBIAN_EDGE_PACKAGE_DEPENDS "mosquitto (>= 2.0.20), ${service_depends}, ${asks}, tzdata")
set(CPACK_DEBIAN_EDGE_PACKAGE_RECOMMENDS "${seals}")
set(CPACK_DEBIAN_EDGE_DESCRIPTION "agent of a clinic's satellite point, with or without a line
The brain of one point of a Feldsher network: check-in, queue, booking,
visits, wearables' readings. The point works when its line to central is
down, and nothing that it acknowledged is lost.")

if(FELDSHER_KIOSK)
  feldsher_service_package(kiosk
    UNITS feldsher-kiosk.service
    KEYS /etc/feldsher/kiosk
    CONFFILES /etc/feldsher/kiosk.toml)
  set(CPACK_DEBIAN_KIOSK_PACKAGE_SECTION x11)
  # GLFW loads the X extensions by name, as it runs: no linker knows of them. libpam-systemd gives the screen's user
  # its seat, so that Xorg needs no root.
  set(CPACK_DEBIAN_KIOSK_PACKAGE_DEPENDS "libxi6, libxrandr2, libxcursor1, libxinerama1,\
 libxrender1, libxxf86vm1, fonts-inter | fonts-dejavu-core, xinit, xserver-xorg-core, xserver-xorg-input-libinput,\
 default-logind | logind, ${service_depends}, tzdata")
  set(CPACK_DEBIAN_KIOSK_DESCRIPTION "screens of a clinic's satellite point
What people at a point of a Feldsher network see: check-in, board, survey,
a room's screen and reception. The unit runs it full-screen under an Xorg
of its own.")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME feldsher)
set(CPACK_PACKAGE_VENDOR Feldsher)
set(CPACK_PACKAGE_CONTACT "${feldsher_maintainer}")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "${feldsher_maintainer}")
set(CPACK_PACKAGE_DIRECTORY ${CMAKE_SOURCE_DIR}/build/packages)
set(CPACK_PROJECT_CONFIG_FILE ${images}/packages/version.cmake)
set(CPACK_PACKAGING_INSTALL_PREFIX /)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ
    WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_COMPONENTS_ALL journal central edge)
if(FELDSHER_KIOSK)
  list(APPEND CPACK_COMPONENTS_ALL kiosk)
endif()
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
foreach(name ${CPACK_COMPONENTS_ALL})
  string(TOUPPER ${name} NAME)
  set(CPACK_DEBIAN_${NAME}_PACKAGE_NAME feldsher-${name})
endforeach()
include(CPack)
