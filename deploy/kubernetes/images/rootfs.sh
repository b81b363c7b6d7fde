#!/bin/sh
# rootfs.sh ROOT PATH...: copies files and folders under ROOT with the libraries that they link to,
# the certificates and the user: an image that starts from nothing needs no more.
set -eu
root=$1
shift
mkdir -p -m 1777 "$root/tmp"
mkdir -p "$root/etc" "$root/var/lib/dpkg/status.d"
cp -a --parents "$@" "$root"

find "$@" -type f \( -name '*.so' -o -name '*.so.*' -o -perm -u+x \) -exec ldd {} + >"$root.ldd" 2>/dev/null || true
if grep 'not found' "$root.ldd" >&2; then exit 1; fi
libraries=$(awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*\/ld-/ {print $1}' "$root.ldd" | sort -u)
# shellcheck disable=SC2086 # one word a library
cp -L --parents $libraries "$root"

# Scanners find the packages here, as in other images that have no package manager.
for file in $libraries "$@"; do
  dpkg -S "$(readlink -f "$file")" 2>/dev/null || true
done | sed 's/: .*//; s/, /\n/g' | sort -u | while read -r package; do
  dpkg -s "$package" >"$root/var/lib/dpkg/status.d/${package%%:*}"
done
cp -L /etc/os-release "$root/etc/os-release"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp -L --parents /etc/ssl/certs/ca-certificates.crt "$root"
fi
echo 'nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin' >"$root/etc/passwd"
echo 'nonroot:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
