# Read by CPack as it packs, not as the tree is configured: the version is the project's and git's of that moment.
#   at the release of P: P · n commits after it: P+n.HASH · before it: P~n.HASH, which sorts lower · no git: P
#   after it, in a clone that has not got the release (a shallow one): P+0.HASH
# The release is the commit of the tag vP; without the tag, the one that added the contracts of P to tests/versions: that is
# what is tagged. tests/versions/last_release.py looks in the same way.
# FELDSHER_PACKAGE_VERSION in the environment stands above all of them.
set(version ${CPACK_PACKAGE_VERSION})
set(root ${CMAKE_CURRENT_LIST_DIR}/../..)

function(git out)
  execute_process(COMMAND git -C ${root} ${ARGN} OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE
                  ERROR_QUIET RESULT_VARIABLE status)
  if(status EQUAL 0)
    set(${out} "${answer}" PARENT_SCOPE)
  else()
    set(${out} "" PARENT_SCOPE)
  endif()
endfunction()

if(DEFINED ENV{FELDSHER_PACKAGE_VERSION})
  set(version $ENV{FELDSHER_PACKAGE_VERSION})
else()
  set(contracts tests/versions/${version}.textproto)
  git(hash rev-parse --short=8 HEAD)
  git(release rev-parse --verify --quiet v${version}^{commit})
  git(kept rev-parse --verify --quiet HEAD:./${contracts})
  if(NOT release AND kept)
    git(release log --diff-filter=A --max-count=1 --format=%H -- ${contracts})
    # A commit that is without its parent here seems to have added everything.
    git(parent rev-parse --verify --quiet ${release}^)
    if(NOT parent)
      set(release "")
    endif()
  endif()
  if(release)
    git(count rev-list --count ${release}..HEAD)
    if(count GREATER 0)
      string(APPEND version "+${count}.${hash}")
    endif()
  elseif(kept)
    string(APPEND version "+0.${hash}")
  elseif(hash)
    git(count rev-list --count HEAD)
    string(APPEND version "~${count}.${hash}")
  endif()
  git(changed status --porcelain --untracked-files=no)
  if(changed)
    string(APPEND version "+changed")
  endif()
endif()

set(CPACK_DEBIAN_PACKAGE_VERSION ${version})
foreach(name CENTRAL EDGE)
  string(APPEND CPACK_DEBIAN_${name}_PACKAGE_DEPENDS ", feldsher-journal (= ${version})")
endforeach()
