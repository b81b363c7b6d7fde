"""Prints the source files that importing the modules named as arguments loads, one a line."""

import importlib
import sys

for name in sys.argv[1:]:
    importlib.import_module(name)
files = {getattr(module, "__file__", None) for module in list(sys.modules.values())}
print("\n".join(sorted(file for file in files if file and file.endswith(".py"))))
