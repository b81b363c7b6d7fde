"""What can go wrong with the parts around a service, whichever edge it meets."""


class Unavailable(Exception):
    """A passing fault: database, sidecar, broker or another service is away. Worth a retry."""


class Conflict(Exception):
    """Another writer was first; load again and decide again."""


class Erased(Exception):
    """The user was erased: nothing is written for them any more."""


class Refused(Exception):
    """A message that will never be handled: it goes to the dead letters with this reason."""
