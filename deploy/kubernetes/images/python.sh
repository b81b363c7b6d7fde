#!/bin/sh
# python.sh ROOT ENVIRONMENT: makes ROOT a file system that runs the interpreter of the environment,
# with bytecode of everything. Nothing here is Todoku's own, so that a change of that starts later.
set -eu
images=$(dirname "$0") root=$1 environment=$2
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
"$python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$environment/lib" "$standard"
sh "$images/rootfs.sh" "$root" "$environment" "$(readlink -f "$python")" "$standard"
