"""A level of logging that nobody knows is a fault of configuration, not ChatKit's traceback."""

import os
import subprocess
import sys


def test_an_unknown_log_level_is_said_in_one_line() -> None:
    tokens = dict.fromkeys(("APP_API_TOKEN", "DAPR_API_TOKEN", "OPERATOR_TOKEN"), "t" * 20)
    done = subprocess.run(
        [sys.executable, "-m", "todoku_chat.main"],
        env=tokens | {"APP_ID": "chat-agent", "LOG_LEVEL": "loud"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == os.EX_CONFIG
    assert done.stderr.startswith("LOG_LEVEL must be 'DEBUG', 'INFO'")
    assert len(done.stderr.splitlines()) == 1
