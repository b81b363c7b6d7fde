"""The agent people talk to."""

import importlib
import os
import sys

# The Dapr SDK brings aiohttp, and openai loads it when it is there, for a transport nobody here
# uses: 9 MB. Made absent, unless something else has loaded it before.
sys.modules.setdefault("aiohttp", None)  # type: ignore[arg-type]

# ChatKit takes LOG_LEVEL for a handler of its own, in plain text beside our lines, and ends with a
# traceback at a level it does not know.
_level = os.environ.pop("LOG_LEVEL", None)
importlib.import_module("chatkit.logger")
if _level is not None:
    os.environ["LOG_LEVEL"] = _level
