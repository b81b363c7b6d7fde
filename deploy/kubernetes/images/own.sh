#!/bin/sh
# own.sh ROOT ENVIRONMENT MODULE...: adds what of the environment is Todoku's own to ROOT, leaves
# there bytecode of what the modules load, and moves what is own to ROOT.own, a layer of its own.
set -eu
images=$(dirname "$0") root=$1 environment=$2
shift 2
find "$environment" -name '*todoku_*' -prune -exec cp -a --parents {} "$root" \;
chroot "$root" "$environment/bin/python" - "$@" <"$images/bytecode.py"
find "$root" -type d -name __pycache__ -empty -delete
mkdir "$root.own"
cd "$root"
find ".$environment" -name '*todoku_*' -prune \
  -exec cp -a --parents {} "$root.own" \; -exec rm -rf {} +
