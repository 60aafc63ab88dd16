# What deploy/run and tests/run share. Sourced by bash; everything it says goes to standard error.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() { printf '%s\n' "$*" >&2; }
die() {
  say "$0: $*"
  exit 1
}

# Whether there is a Node that builds the page, with its npm.
has_node() {
  command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]' 2>/dev/null || printf 0)" -ge 18 ]
}

# missing_packages [LIST]: names of the packages of deploy/packages.txt, or of another list, that are not installed.
missing_packages() {
  local package list=${1:-$root/deploy/packages.txt}
  # Hyperscan is for x86; elsewhere its fork has the same library and headers.
  local hyperscan=libhyperscan-dev
  case $(dpkg --print-architecture) in amd64 | i386) ;; *) hyperscan=libvectorscan-dev ;; esac
  sed -e 's/#.*//' -e '/^[[:space:]]*$/d' -e "s/^libhyperscan-dev/$hyperscan/" "$list" | while read -r package; do
    # Node from elsewhere brings npm along, and its package excludes Debian's.
    case $package in nodejs | npm) has_node && continue ;; esac
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
  done
}

# install_packages [LIST]: installs what is missing. Touches no network when nothing is.
install_packages() {
  command -v dpkg-query >/dev/null || die "this needs Debian 12 (no dpkg here); deploy/packages.txt names what to install"
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  [ "${#missing[@]}" -gt 0 ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || die "as root, install: apt-get install ${missing[*]}"
    as_root=(sudo)
  fi
  say "== installing ${#missing[@]} packages: ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}

# build_tree PRESET [TARGET…] [-- CMAKE_OPTION…]: configures build/PRESET and builds the targets in it.
build_tree() {
  local preset=$1 targets=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do
    targets+=(--target "$1")
    shift
  done
  [ "${1:-}" != -- ] || shift
  say "== building build/$preset"
  (cd "$root" && cmake --preset "$preset" "$@" >&2 && cmake --build --preset "$preset" -j "$(nproc)" "${targets[@]}" >&2) ||
    die "the build in build/$preset failed"
}
