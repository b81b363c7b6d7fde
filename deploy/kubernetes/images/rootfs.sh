#!/bin/sh
# rootfs.sh ROOT PATH...: copies files and folders under ROOT with the libraries that they link to,
# the certificates and the user: an image that starts from nothing needs no more.
set -eu
root=$1
shift
mkdir -p -m 1777 "$root/tmp"
mkdir -p "$root/etc" "$root/var/lib/dpkg/status.d"
cp -a --parents "$@" "$root"

# Scripts are executable, too: only what begins as ELF does has libraries, which must all be there.
find "$@" -type f \( -name '*.so' -o -name '*.so.*' -o -perm -u+x \) | while read -r file; do
  if [ "$(head -c 4 "$file" | tail -c 3)" = ELF ]; then ldd "$file"; fi
done >"$root.ldd"
if grep 'not found' "$root.ldd" >&2; then exit 1; fi
libraries=$(awk '$2 == "=>" && $3 ~ /^\// {print $3} $1 ~ /^\/.*\/ld-/ {print $1}' "$root.ldd" | sort -u)
# shellcheck disable=SC2086 # one word a library
cp -L --parents $libraries "$root"

# Scanners find the packages here, as in other images that have no package manager.
# 1 says that a file is of none, as what pip brought or the image's makers built.
for file in $libraries "$@"; do
  dpkg -S "$(readlink -f "$file")" 2>/dev/null || [ $? -eq 1 ]
done >"$root.packages"
sed 's/: .*//; s/, /\n/g' "$root.packages" | sort -u | while read -r package; do
  dpkg -s "$package" >"$root/var/lib/dpkg/status.d/${package%%:*}"
done
cp -L /etc/os-release "$root/etc/os-release"
if [ -e /etc/ssl/certs/ca-certificates.crt ]; then
  cp -L --parents /etc/ssl/certs/ca-certificates.crt "$root"
fi
echo 'nonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin' >"$root/etc/passwd"
echo 'nonroot:x:65532:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
