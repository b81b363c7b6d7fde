"""Ends what a supervisor started when the supervisor is gone, however it went.

It reads `+<group>` and `-<group>` lines from its standard input. The end of the input
is the supervisor's end, also by SIGKILL: the groups that are left are ended then.
A process of its own and nothing but the standard library, so that it starts at once.
"""

import os
import signal
import sys
import time

GRACE_SECONDS = 5.0


def signal_group(group: int, number: int) -> bool:
    """Send the signal; False when nobody is left in the group."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def end(groups: set[int]) -> None:
    deadline = time.monotonic() + GRACE_SECONDS
    left = {group for group in groups if signal_group(group, signal.SIGTERM)}
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = {group for group in left if signal_group(group, 0)}
    for group in left:
        signal_group(group, signal.SIGKILL)


def main() -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    groups: set[int] = set()
    for line in sys.stdin:
        group = int(line[1:])
        (groups.add if line[0] == "+" else groups.discard)(group)
    end(groups)


if __name__ == "__main__":
    main()
