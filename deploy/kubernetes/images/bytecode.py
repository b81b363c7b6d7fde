"""Leaves bytecode of the source files that importing the modules named as arguments loads.

Importing them where they will run proves that all is there. What no start loads would only make
the image larger.
"""

import importlib
import sys
import sysconfig
from importlib.util import cache_from_source
from pathlib import Path
from py_compile import PycInvalidationMode
from py_compile import compile as write_bytecode

for name in sys.argv[1:]:
    importlib.import_module(name)
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
loaded = {Path(cache_from_source(file)): file for file in files if file and file.endswith(".py")}
for folder in (sys.prefix, sysconfig.get_path("stdlib")):
    for path in set(Path(folder).rglob("*.pyc")) - loaded.keys():
        path.unlink()
for path, file in loaded.items():
    if not path.exists():
        write_bytecode(file, doraise=True, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH)
