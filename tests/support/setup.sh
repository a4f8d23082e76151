#!/usr/bin/env bash
# Installs what is missing of images/debian-packages.txt. Says nothing and takes no time when all is there.
#   setup.sh [--yes] [--deep] [--bench]     --deep, --bench: of images/debian-packages-{deep,bench}.txt too
set -euo pipefail
cd "$(dirname "$0")/../.."

yes=${CI:+yes} lists=(images/debian-packages.txt)
for argument in "$@"; do
  case "$argument" in
    --yes) yes=yes ;;
    --deep | --bench) lists+=("images/debian-packages-${argument#--}.txt") ;;
  esac
done

mapfile -t wanted < <(grep -hvE '^#|^$' "${lists[@]}")

# "name status version provided, names" of every wanted package that dpkg has heard of.
known=$(dpkg-query -W -f='${Package} ${db:Status-Status} ${Version} ${Provides}\n' "${wanted[@]%%/*}" 2>/dev/null || true)
missing=() missing_backports=()
for package in "${wanted[@]}"; do
  name=${package%%/*}
  version=$(awk -v name="$name" '{ sub(/ *$/, ",") }
    $2 == "installed" && ($1 == name || index($0, " " name ",")) { print $3; exit }' <<<"$known")
  case "$package" in
    # The version of Debian 12 itself is too old for us: only the one from backports counts.
    */bookworm-backports) [[ $version == *~bpo12+* ]] || missing_backports+=("$name") ;;
    *) [ -n "$version" ] || missing+=("$name") ;;
  esac
done
[ ${#missing[@]} -eq 0 ] && [ ${#missing_backports[@]} -eq 0 ] && exit 0

if ! grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release; then
  echo "Feldsher is built on Debian 12 (bookworm), which this system is not. It would need:" >&2
  printf '  %s\n' "${missing[@]}" "${missing_backports[@]/%/ (from bookworm-backports)}" >&2
  exit 1
fi

if [ -n "${FELDSHER_SETUP_AGAIN:-}" ]; then
  left=("${missing[@]}" "${missing_backports[@]}")
  echo "apt-get could not install: ${left[*]}" >&2
  exit 1
fi

echo "Missing packages:"
[ ${#missing[@]} -eq 0 ] || echo "  ${missing[*]}" | fold -s -w 100
[ ${#missing_backports[@]} -eq 0 ] || echo "  from bookworm-backports: ${missing_backports[*]}" | fold -s -w 100

root=()
if [ "$(id -u)" -ne 0 ]; then
  if [ -z "$yes" ]; then
    [ -t 0 ] || { echo "Nobody to ask here; run again with --yes to install them with sudo." >&2; exit 1; }
    read -r -p "Install them with sudo apt-get? [y/N] " answer
    [[ $answer == [yY]* ]] || { echo "Nothing was installed." >&2; exit 1; }
  fi
  root=(sudo)
fi

as_root() { "${root[@]}" env DEBIAN_FRONTEND=noninteractive "$@"; }

if [ ${#missing_backports[@]} -gt 0 ] && ! apt-get indextargets --format '$(CODENAME)' | grep -qx bookworm-backports; then
  echo "Adding bookworm-backports to /etc/apt/sources.list.d"
  echo "deb http://deb.debian.org/debian bookworm-backports main" |
    "${root[@]}" tee /etc/apt/sources.list.d/bookworm-backports.list >/dev/null
fi

# What apt-get says of hundreds of packages, as a few lines.
condensed() {
  local line fetched=0 set_up=0
  while IFS= read -r line; do
    case "$line" in
      "Need to get "*) echo "  $line" ;;
      Get:*) [ $((++fetched % 50)) -ne 0 ] || echo "  fetched $fetched packages" ;;
      "Setting up "*) [ $((++set_up % 50)) -ne 0 ] || echo "  set up $set_up packages" ;;
    esac
  done
}
install() { as_root apt-get -q -o Dpkg::Use-Pty=0 install -y --no-install-recommends "$@" | condensed || true; }

echo "apt-get update"
as_root apt-get -qq update
[ ${#missing[@]} -eq 0 ] || install "${missing[@]}"
[ ${#missing_backports[@]} -eq 0 ] || install -t bookworm-backports "${missing_backports[@]}"

# `install` hides apt's status: what counts is whether all is there now.
FELDSHER_SETUP_AGAIN=1 exec "$0" "$@"
