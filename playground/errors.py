"""Error answers of the Bot API, and the shape of its objects."""

from typing import Any

Json = dict[str, Any]
"""An object of the Bot API as it travels: plain JSON, not a model."""


class ApiError(Exception):
    """An answer with `ok: false`: raised by a method, sent to the bot.

    Attributes:
        code: HTTP status and `error_code` alike.
        description: its text, with the prefix `Bad Request: ` or `Forbidden: `.
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


def bad_request(description: str) -> ApiError:
    """400: the request cannot be carried out as it is."""
    return ApiError(400, f"Bad Request: {description}")


def forbidden(description: str) -> ApiError:
    """403: the chat does not let this bot write."""
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    """409: two consumers of updates at once."""
    return ApiError(409, f"Conflict: {description}")


def too_many_requests(seconds: int) -> ApiError:
    """429: wait this many seconds, then try again."""
    description = f"Too Many Requests: retry after {seconds}"
    return ApiError(429, description, {"retry_after": seconds})


def not_played(feature: str) -> ApiError:
    """501: real Telegram has this feature, the playground does not simulate it."""
    return ApiError(501, f"Not Implemented: the playground does not play {feature}")
