"""Whether a process is ready, asked from outside."""

import httpx2

PROBE_SECONDS = 2.0


def healthy(url: str) -> bool:
    """True when the address answers with a success in time."""
    try:
        return httpx2.get(url, timeout=PROBE_SECONDS, trust_env=False).is_success
    except httpx2.HTTPError:
        return False
