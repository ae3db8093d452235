"""What the server says when it says no."""

from typing import Any

Json = dict[str, Any]
"""An object of the Bot API as it travels: plain JSON, not a model."""


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure of this program
    """An answer with `ok: false`.

    Attributes:
        code: HTTP status and `error_code` alike.
        description: the words, with their `Bad Request: ` or `Forbidden: `.
        parameters: `retry_after` (seconds) or `migrate_to_chat_id`, when there are any.
    """

    def __init__(self, code: int, description: str, parameters: Json | None = None) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters or {}

    def body(self) -> Json:
        """The JSON of the answer."""
        answer: Json = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad(words: str) -> Refusal:
    """400: the request can't be carried out as it is."""
    return Refusal(400, f"Bad Request: {words}")


def forbidden(words: str) -> Refusal:
    """403: the chat does not let this bot write."""
    return Refusal(403, f"Forbidden: {words}")


def conflict(words: str) -> Refusal:
    """409: two ways of taking updates at once."""
    return Refusal(409, f"Conflict: {words}")


def too_many(seconds: int) -> Refusal:
    """429: wait this many seconds, then try again."""
    words = f"Too Many Requests: retry after {seconds}"
    return Refusal(429, words, {"retry_after": seconds})


def not_here(what: str) -> Refusal:
    """501: real Telegram knows this, the playground does not play it."""
    return Refusal(501, f"Not Implemented: the playground does not play {what}")
