"""The one place that talks to a model: any OpenAI-compatible server, by Chat Completions.

No tools are offered, nothing is stored, no user is named, redirects are not followed. Whatever
goes wrong is a ``ModelError``.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType
from typing import TYPE_CHECKING, Any

from knowledge.llm.prompt import Message, estimate, prompt, tokens
from knowledge.llm.schema import read_reply, schema
from knowledge.values import Action

if TYPE_CHECKING:
    from openai import AsyncOpenAI

CONNECT_SECONDS = 3.0
TOTAL_SECONDS = 20.0
MAX_RETRIES = 1
MOST_TOKENS_OUT = 350
_MODERN_WORDS = ("max_completion_tokens", "temperature")
LONGEST_REPLY = 8000
"""Characters; a server that talks on is not listened to."""


class ModelError(Exception):
    """The server gave nothing that can be used."""

    def __init__(self, said: str, *, unusable: bool = False) -> None:
        super().__init__(said)
        self.unusable = unusable
        """The server answers, but never in a way that can be used: a wrong key, no JSON."""


class Mode(StrEnum):
    """How a server holds to a shape; one that can do neither is not used."""

    SCHEMA = "json_schema"
    OBJECT = "json_object"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a server wants to be asked."""

    mode: Mode
    modern: bool = False
    """It wants ``max_completion_tokens`` and no temperature."""


@dataclass(slots=True)
class Usage:
    """Tokens of one request: what the server counted, or else an estimate."""

    into: int = 0
    out: int = 0

    @property
    def total(self) -> int:
        """Both together."""
        return self.into + self.out


class Model:
    """One server and one of its models."""

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
        self._manner: Manner | None = None
        self._probing = asyncio.Lock()

    async def close(self) -> None:
        """Close its connections."""
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def warm(self) -> None:
        """Load the client in a thread, so that the first question does not wait for it."""
        await asyncio.to_thread(_openai)

    async def manner(self) -> Manner:
        """How the server wants to be asked: found out once, without anything of a member's.

        Raises:
            ModelError: it cannot be reached, or cannot be used.
        """
        async with self._probing:
            if self._manner is None:
                self._manner = await self._probe()
        return self._manner

    def payload(
        self,
        said: Sequence[Message],
        manner: Manner,
        aliases: Sequence[str],
        actions: Sequence[Action],
    ) -> dict[str, Any]:
        """The body of a request, complete: the client adds nothing to it."""
        form: dict[str, Any] = {"type": "json_object"}
        if manner.mode is Mode.SCHEMA:
            named = {"name": "answer", "strict": True, "schema": schema(aliases, actions)}
            form = {"type": "json_schema", "json_schema": named}
        limit: dict[str, Any] = {"max_tokens": MOST_TOKENS_OUT, "temperature": 0}
        if manner.modern:
            limit = {"max_completion_tokens": MOST_TOKENS_OUT}
        return {
            "model": self._model,
            "messages": list(said),
            "response_format": form,
            "store": False,
            "stream": True,
            "stream_options": {"include_usage": True},
            **limit,
        }

    async def stream(self, payload: dict[str, Any], usage: Usage) -> AsyncGenerator[str, None]:
        """The reply so far, longer each time, the whole last; ``usage`` is filled on the way.

        Raises:
            ModelError: no answer, an error, a broken stream, or an endless one.
        """
        openai = _openai()
        usage.into = tokens(payload["messages"])
        text, finished = "", False
        try:
            async with await self._connected().chat.completions.create(**payload) as chunks:
                async for chunk in chunks:
                    if chunk.usage:
                        usage.into, usage.out = _counted(chunk.usage, usage)
                    for choice in chunk.choices or ():
                        text += (choice.delta and choice.delta.content) or ""
                        # At its limit a model has babbled: a bad reply, not a bad server.
                        finished = finished or choice.finish_reason in {"stop", "length"}
                    usage.out = max(usage.out, estimate(text))
                    yield text
                    if len(text) > LONGEST_REPLY:
                        break
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise ModelError(_brief(error), unusable=True) from error
        except Exception as error:
            # What a broken server can raise is not one family: the client's, HTTP's, JSON's.
            raise ModelError(_brief(error)) from error
        if not finished and read_reply(text) is None:
            raise ModelError("it broke off")

    async def _probe(self) -> Manner:
        refused = ModelError("it answers in no shape that can be checked", unusable=True)
        for mode in Mode:
            for modern in (False, True):
                try:
                    if read_reply(await self._said(Manner(mode, modern))):
                        return Manner(mode, modern)
                except ModelError as error:
                    if not isinstance(error.__cause__, _refusals(_openai())):
                        raise
                    refused = ModelError(str(error), unusable=True)
                    if any(word in str(error.__cause__) for word in _MODERN_WORDS):
                        continue
                break
        raise refused

    async def _said(self, manner: Manner) -> str:
        """The reply to a question that is nobody's."""
        said = [{"role": "user", "content": prompt("probe")}]
        text = ""
        payload = self.payload(said, manner, ["s1"], [Action.HELP])
        async with aclosing(self.stream(payload, Usage())) as parts:
            async for part in parts:
                text = part
        return text

    def _connected(self) -> "AsyncOpenAI":
        if self._client is None:
            openai = _openai()
            timeout = openai.Timeout(self._silence, connect=CONNECT_SECONDS)
            self._client = openai.AsyncOpenAI(
                base_url=self.base_url,
                # Many local servers want no key; the client wants one.
                api_key=self._key or "none",
                organization=None,
                project=None,
                max_retries=MAX_RETRIES,
                timeout=timeout,
                # A redirect would carry the question to a server that nobody chose.
                http_client=openai.DefaultAsyncHttpxClient(
                    follow_redirects=False, timeout=timeout
                ),
            )
        return self._client


def shown(payload: dict[str, Any]) -> str:
    """A request as it was sent, to be read by the member whose question it carried."""
    return json.dumps(payload, ensure_ascii=False, indent=1)


def _openai() -> ModuleType:
    """The client, loaded by whoever uses a model alone: it takes most of a second."""
    import openai  # noqa: PLC0415

    return openai


def _refusals(openai: ModuleType) -> tuple[type[Exception], ...]:
    """A server's no to the form of a request: another form may do."""
    return (openai.BadRequestError, openai.UnprocessableEntityError)


def _counted(said: Any, usage: Usage) -> tuple[int, int]:
    with suppress(TypeError, ValueError):
        return max(int(said.prompt_tokens), 0), max(int(said.completion_tokens), 0)
    return usage.into, usage.out


def _brief(error: Exception) -> str:
    """What went wrong, without the server's words: they may repeat the question."""
    status = getattr(error, "status_code", "")
    return f"{type(error).__name__} {status}".strip()
