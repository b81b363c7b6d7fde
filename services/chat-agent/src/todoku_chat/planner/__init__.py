"""The embedded planner: the deterministic model that answers when no language model is set."""

from todoku_chat.planner.model import EmbeddedModel

__all__ = ["EmbeddedModel"]
