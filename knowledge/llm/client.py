"""Client for any OpenAI-compatible server, by the Chat Completions API.

Requests offer no tools, ask to store nothing and name no user; redirects are not followed. Every
failure is a ``ModelError``.
"""

import asyncio
import json
import math
import re
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from types import ModuleType
from typing import TYPE_CHECKING, Any

from knowledge.llm.prompt import Message, estimate_text_tokens, estimate_tokens, read_prompt
from knowledge.llm.schema import read_reply, reply_schema
from knowledge.values import Action

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 20.0
MAX_RETRIES = 1
RETRY_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 3.0
"""A server that asks for a longer wait is not waited for: the member has the article at once."""
MOST_TOKENS_OUT = 350
OPTIONAL = ("store", "stream_options", "temperature", "max_tokens", "max_completion_tokens")
"""What a request does without where a server refuses it, in the order in which it is tried."""
CUT = f"its reply was cut at the limit of {MOST_TOKENS_OUT} tokens"
_PASSING = frozenset({408, 409, 429})
_SERVER_FAULTS = 500
LONGEST_REPLY = 8000
"""Characters after which a stream is not read further."""


class ModelError(Exception):
    """The server gave no usable reply."""

    def __init__(self, message: str, *, unusable: bool = False) -> None:
        super().__init__(message)
        self.unusable = unusable
        """Retrying is pointless: the key is wrong, or the server cannot answer in JSON."""


class JsonMode(StrEnum):
    """How a server is asked for JSON; one that supports neither cannot be used."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"


@dataclass(frozen=True, slots=True)
class RequestStyle:
    """The parameters that a server accepts."""

    mode: JsonMode
    without: frozenset[str] = frozenset()
    """Those of ``OPTIONAL`` that it refuses; the newer limit is sent in place of the older."""


@dataclass(slots=True)
class TokenUsage:
    """Tokens of one request: as the server counted them, or else an estimate."""

    tokens_in: int = 0
    tokens_out: int = 0
    cut: bool = False
    """The reply ended at ``MOST_TOKENS_OUT``, and not because it was complete."""

    @property
    def total(self) -> int:
        """Input and output tokens together."""
        return self.tokens_in + self.tokens_out


class ModelClient:
    """A client of one server and one of its models.

    ``silence_seconds`` is how long the server may send nothing.
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str | None = None,
        *,
        silence_seconds: float = TOTAL_SECONDS,
    ) -> None:
        self.base_url = base_url
        self._silence = silence_seconds
        self._model = model
        self._key = api_key
        self._client: AsyncOpenAI | None = None
        self._style: RequestStyle | None = None
        self._probing = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def warm(self) -> None:
        """Import the client library in a thread, so that the first question need not wait."""
        await asyncio.to_thread(_import_openai)

    async def request_style(self) -> RequestStyle:
        """The parameters that the server accepts, found once with a question of no member.

        Raises:
            ModelError: it cannot be reached, or cannot be used.
        """
        async with self._probing:
            if self._style is None:
                self._style = await self._probe()
        return self._style

    def payload(
        self,
        messages: Sequence[Message],
        style: RequestStyle,
        aliases: Sequence[str],
        actions: Sequence[Action],
    ) -> dict[str, Any]:
        """The complete body of a request; the client library adds nothing to it."""
        response_format: dict[str, Any] = {"type": "json_object"}
        if style.mode is JsonMode.SCHEMA:
            schema = {"name": "answer", "strict": True, "schema": reply_schema(aliases, actions)}
            response_format = {"type": "json_schema", "json_schema": schema}
        optional: dict[str, Any] = {
            "store": False,
            "stream_options": {"include_usage": True},
            "temperature": 0,
            "max_tokens": MOST_TOKENS_OUT,
        }
        if "max_tokens" in style.without:
            optional["max_completion_tokens"] = MOST_TOKENS_OUT
        return {
            "model": self._model,
            "messages": list(messages),
            "response_format": response_format,
            "stream": True,
            **{name: value for name, value in optional.items() if name not in style.without},
        }

    async def stream(
        self, payload: dict[str, Any], usage: TokenUsage
    ) -> AsyncGenerator[str, None]:
        """Yield the text of the reply so far, longer each time; fills ``usage`` on the way.

        Raises:
            ModelError: no reply, an error status, or a broken stream.
        """
        openai = _import_openai()
        usage.tokens_in = estimate_tokens(payload["messages"])
        text, finished = "", False
        try:
            async with await self._open_stream(payload) as chunks:
                async for chunk in chunks:
                    if chunk.usage:
                        usage.tokens_in, usage.tokens_out = _read_usage(chunk.usage, usage)
                    for choice in chunk.choices or ():
                        text += (choice.delta and choice.delta.content) or ""
                        # A reply that ends at the token limit is a bad reply, not a server fault.
                        finished = finished or choice.finish_reason in {"stop", "length"}
                        usage.cut = usage.cut or choice.finish_reason == "length"
                    usage.tokens_out = max(usage.tokens_out, estimate_text_tokens(text))
                    yield text
                    if len(text) > LONGEST_REPLY:
                        break
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ModelError(_describe(error), unusable=True) from error
        except Exception as error:
            if isinstance(error, _refusals(openai)):
                # It no longer accepts this form of a request: the next question probes again.
                self._style = None
            # A broken server can raise errors of the client, of HTTP or of JSON: no one family.
            raise ModelError(_describe(error)) from error
        if not finished and read_reply(text) is None:
            raise ModelError("it broke off")

    async def _open_stream(self, payload: dict[str, Any]) -> Any:
        """The stream of a reply, tried once more where the server says so and soon."""
        for _ in range(MAX_RETRIES):
            try:
                return await self._connected().chat.completions.create(**payload)
            except _import_openai().APIError as error:
                wait = _wait_before_retry(error)
                if wait is None:
                    raise
            await asyncio.sleep(wait)
        return await self._connected().chat.completions.create(**payload)

    async def _probe(self) -> RequestStyle:
        refused = ModelError("it answers in no shape that can be checked", unusable=True)
        for mode in JsonMode:
            style: RequestStyle | None = RequestStyle(mode)
            while style is not None:
                usage = TokenUsage()
                try:
                    text = await self._ask_probe(style, usage)
                except ModelError as error:
                    if not isinstance(error.__cause__, _refusals(_import_openai())):
                        raise
                    refused = ModelError(str(error), unusable=True)
                    style = _with_less(style, str(error.__cause__))
                    continue
                if read_reply(text):
                    return style
                if usage.cut:
                    refused = ModelError(CUT, unusable=True)
                break
        raise refused

    async def _ask_probe(self, style: RequestStyle, usage: TokenUsage) -> str:
        """The reply to a question that is nobody's."""
        said = [{"role": "user", "content": read_prompt("probe")}]
        text = ""
        payload = self.payload(said, style, ["s1"], [Action.HELP])
        async with aclosing(self.stream(payload, usage)) as parts:
            async for part in parts:
                text = part
        return text

    def _connected(self) -> "AsyncOpenAI":
        if self._client is None:
            openai = _import_openai()
            timeout = openai.Timeout(self._silence, connect=CONNECT_SECONDS)
            self._client = openai.AsyncOpenAI(
                base_url=self.base_url,
                # Many local servers need no key, but the client does.
                api_key=self._key or "none",
                organization=None,
                project=None,
                # The library would wait as long as a server says: ``_open_stream`` does not.
                max_retries=0,
                timeout=timeout,
                # A redirect would send the question to a server that the operator did not choose.
                http_client=openai.DefaultAsyncHttpxClient(
                    follow_redirects=False, timeout=timeout
                ),
            )
        return self._client


def format_request(payload: dict[str, Any]) -> str:
    """Format a request as it was sent, for the member whose question it held."""
    return json.dumps(payload, ensure_ascii=False, indent=1)


def _import_openai() -> ModuleType:
    """Import the client library only where a model is used: it takes most of a second."""
    import openai  # noqa: PLC0415

    return openai


def _refusals(openai: ModuleType) -> tuple[type[Exception], ...]:
    """The errors by which a server refuses the form of a request; another may be accepted."""
    return (openai.BadRequestError, openai.UnprocessableEntityError)


def _with_less(style: RequestStyle, complaint: str) -> RequestStyle | None:
    """The next style to try after a refusal: without what it names, or without one thing more.

    None where the complaint is about the shape of the reply, or nothing is left to go without.
    """
    sent = [name for name in OPTIONAL if name not in style.without]
    if "max_tokens" in sent:
        # Many name the one they want when they refuse the one that was sent.
        sent.remove("max_completion_tokens")
        if "max_completion_tokens" in complaint and "max_tokens" not in complaint:
            return replace(style, without=style.without | {"max_tokens"})
    named = [name for name in sent if re.search(rf"\b{name}\b", complaint)]
    if not named and any(word in complaint for word in (*JsonMode, "response_format")):
        return None
    less = (named or sent)[:1]
    return replace(style, without=style.without.union(less)) if less else None


def _wait_before_retry(error: Any) -> float | None:
    """Seconds after which one more try may help; None where it would not, or not soon enough."""
    openai = _import_openai()
    if isinstance(error, openai.APITimeoutError):
        return None
    if isinstance(error, openai.APIConnectionError):
        return RETRY_SECONDS
    if not isinstance(error, openai.APIStatusError):
        return None
    if error.status_code not in _PASSING and error.status_code < _SERVER_FAULTS:
        return None
    wait = _stated_wait(error.response.headers)
    return wait if wait <= LONGEST_WAIT_SECONDS else None


def _stated_wait(headers: Mapping[str, str]) -> float:
    """How long a server asks to be left alone; a date, or nonsense, is too long."""
    for name, a_second in (("retry-after-ms", 1000), ("retry-after", 1)):
        if name in headers:
            try:
                wait = float(headers[name]) / a_second
            except ValueError:
                return math.inf
            return max(wait, 0.0) if math.isfinite(wait) else math.inf
    return RETRY_SECONDS


def _read_usage(reported: Any, usage: TokenUsage) -> tuple[int, int]:
    """The tokens that the server reported, or those counted so far if that is malformed."""
    with suppress(TypeError, ValueError):
        return max(int(reported.prompt_tokens), 0), max(int(reported.completion_tokens), 0)
    return usage.tokens_in, usage.tokens_out


def _describe(error: Exception) -> str:
    """The kind of an error and its status, without the server's text: it may hold the question."""
    status = getattr(error, "status_code", "")
    return f"{type(error).__name__} {status}".strip()
