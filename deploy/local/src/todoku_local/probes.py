"""Whether a process is ready, asked from outside."""

import httpx2

PROBE_SECONDS = 2.0


def healthy(url: str) -> bool:
    """True when the address answers in time with a success, or by sending us elsewhere
    (the page asks who you are)."""
    try:
        return httpx2.get(url, timeout=PROBE_SECONDS, trust_env=False).status_code < 400
    except httpx2.HTTPError:
        return False


def reason(url: str) -> str:
    """What a service says of why it is not ready; empty when it says nothing."""
    try:
        return str(httpx2.get(url, timeout=PROBE_SECONDS, trust_env=False).json()["reason"])
    except (httpx2.HTTPError, ValueError, KeyError, TypeError):
        return ""
