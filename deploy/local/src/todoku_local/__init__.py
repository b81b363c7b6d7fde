"""Todoku on one machine: the real parts, started, watched and stopped together."""

from todoku_local.stack import Stack

__all__ = ["Stack"]
