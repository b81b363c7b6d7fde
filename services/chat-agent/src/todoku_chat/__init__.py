"""The agent people talk to."""

import sys

# The Dapr SDK brings aiohttp, and openai loads it when it is there, for a transport nobody here
# uses: 9 MB. Made absent, unless something else has loaded it before.
sys.modules.setdefault("aiohttp", None)  # type: ignore[arg-type]
