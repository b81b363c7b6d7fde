"""What a person is told in one line instead of a traceback."""


class LocalError(Exception):
    """Something about this machine or this state that its owner can put right."""


class Missing(LocalError):
    """A program or package that a step needs is not installed."""


class Running(LocalError):
    """Another process holds this state directory."""


class NotReady(LocalError):
    """A process did not become ready in its time."""
