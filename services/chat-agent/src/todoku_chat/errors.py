"""What a person is told when a turn cannot go on."""

from http import HTTPStatus


class ChatError(Exception):
    """A turn ended here; the text is for the person. `status` is HTTP's word for it."""

    def __init__(self, message: str, status: HTTPStatus = HTTPStatus.SERVICE_UNAVAILABLE) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.retry = status >= 500
        """Whether the same message can be sent again without doing something twice."""


def signed_out() -> ChatError:
    return ChatError(
        "Your sign-in has expired. Sign in again, then send that once more.",
        HTTPStatus.UNAUTHORIZED,
    )


def tools_away() -> ChatError:
    return ChatError("Your tasks cannot be reached just now. Try again in a moment.")


def model_away() -> ChatError:
    return ChatError("The language model does not answer just now. Try again in a moment.")


def too_long() -> ChatError:
    return ChatError(
        "That took too many steps, so I stopped. Ask for less at once.",
        HTTPStatus.UNPROCESSABLE_ENTITY,
    )


def already_answered() -> ChatError:
    return ChatError("That question was already answered.", HTTPStatus.CONFLICT)


def expired() -> ChatError:
    return ChatError(
        "That question has expired, and nothing was done. Ask again.", HTTPStatus.CONFLICT
    )
