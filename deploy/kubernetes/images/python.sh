#!/bin/sh
# python.sh ROOT ENVIRONMENT MODULE...: makes ROOT a file system that runs the modules with the
# interpreter of the environment; what is Todoku's own goes to ROOT.own, for a layer of its own.
set -eu
images=$(dirname "$0") root=$1 environment=$2
shift 2
python=$environment/bin/python
standard=$("$python" -c 'import sysconfig; print(sysconfig.get_path("stdlib"))')
ln -sf "$(readlink -f "$python")" "$python"
# The stage that runs this is thrown away: the interpreter loses here what no service imports.
cd "$standard"
rm -rf test idlelib tkinter turtledemo ensurepip pydoc_data site-packages dist-packages config-3*
cd lib-dynload
rm -f _curses* _dbm* _gdbm* _test* _tkinter* readline*
find "$environment" -type d -name tests -prune -exec rm -rf {} +
find "$environment" "$standard" -name __pycache__ -prune -exec rm -rf {} +
sh "$images/rootfs.sh" "$root" "$environment" "$(readlink -f "$python")" "$standard"

# Bytecode is for what a start loads; importing it inside the new root proves that all is there.
chroot "$root" "$python" - "$@" <"$images/loaded.py" >"$root.loaded"
chroot "$root" "$python" -m compileall -q --invalidation-mode unchecked-hash -i - <"$root.loaded"

mkdir "$root.own"
cd "$root"
find ".$environment" -name '*todoku_*' -prune \
  -exec cp -a --parents {} "$root.own" \; -exec rm -rf {} +
