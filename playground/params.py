"""Parameters of a call: read from query, form, multipart or JSON, then checked against types.

Which parameters a method has, which are required and of what type comes from aiogram's own
method classes, so the playground cannot be more lenient than the library's reading of the docs.
"""

import json
import types
import typing
from functools import cache
from typing import Any, Final

import aiogram.methods
from aiogram.methods import TelegramMethod
from aiohttp import web
from pydantic import BaseModel, ValidationError

from playground.errors import ApiError, Json, bad_request, not_played

_TRUE: Final = frozenset({"true", "yes", "1"})
_ABSENT: Final = {
    "chat_id": "chat_id is empty",
    "text": "message text is empty",
    "message_id": "message identifier is not specified",
    "message_ids": "message identifiers are not specified",
    "action": "wrong parameter action in request",
    "user_id": "invalid user_id specified",
}
_BROKEN: Final = {
    "chat_id": "chat not found",
    "reply_markup": "object expected as reply markup",
    "entities": "can't parse entities JSON object",
    "commands": "can't parse commands JSON object",
    "scope": "can't parse BotCommandScope JSON object",
    "menu_button": "can't parse menu button JSON object",
    "reply_parameters": "can't parse reply parameters JSON object",
}

METHODS: Final[dict[str, type[TelegramMethod[Any]]]] = {
    method.__api_method__.lower(): method
    for name in aiogram.methods.__all__
    if isinstance(method := getattr(aiogram.methods, name), type)
    and issubclass(method, TelegramMethod)
    and method is not TelegramMethod
}
"""Every method of the Bot API by its name in lower case: method names ignore case."""


async def read_params(request: web.Request) -> dict[str, str]:
    """All parameters of a request as text, empty ones left out.

    An empty string is the same as absent. Objects in a JSON body become JSON text, as they are
    in the other bodies.

    Raises:
        ApiError: 400 when a JSON body can't be read.
    """
    values: dict[str, str] = {name: value for name, value in request.query.items() if value}
    kind = request.content_type
    if request.method == "POST" and kind == "application/json":
        try:
            body = await request.json()
        except ValueError as error:
            raise bad_request("can't parse JSON object") from error
        if not isinstance(body, dict):
            raise bad_request("can't parse JSON object")
        values |= params_as_text(body)
    elif request.method == "POST":
        for name, value in (await request.post()).items():
            values[name] = value if isinstance(value, str) else f"attach://{name}"
    return {name: value for name, value in values.items() if value}


def params_as_text(body: Json) -> dict[str, str]:
    """Parameters of a JSON body as they would be sent in a form; nulls are left out."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        for name, value in body.items()
        if value is not None
    }


def typed_params(method: type[TelegramMethod[Any]], texts: dict[str, str]) -> Json:
    """Parse parameters to the types that the method declares; unknown ones are ignored.

    Raises:
        ApiError: 400 for a missing required parameter, or one of a wrong type.
    """
    kinds = _kinds(method)
    values = {
        name: _parse(name, text, kinds[name]) for name, text in texts.items() if name in kinds
    }
    try:
        method.model_validate(_for_model(values))
    except ValidationError as error:
        raise _error_for(error) from error
    return values


def _for_model(values: Json) -> Json:
    # Keyboards have a reader of their own: the server drops a button without text silently,
    # which the model would refuse.
    return {name: value for name, value in values.items() if name != "reply_markup"}


def _error_for(error: ValidationError) -> ApiError:
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "request"
    where = ".".join(str(step) for step in first["loc"])
    if first["type"] == "missing" and len(first["loc"]) == 1:
        return bad_request(_ABSENT.get(name, f'parameter "{name}" is required'))
    return bad_request(f"{_BROKEN.get(name, f'wrong parameter {name}')}: {where}: {first['msg']}")


@cache
def _kinds(method: type[TelegramMethod[Any]]) -> dict[str, str]:
    return {name: _kind(field.annotation) for name, field in method.model_fields.items()}


def _kind(annotation: Any) -> str:
    members = set(_members(annotation))
    if bool in members:
        return "bool"
    if str in members:
        return "id" if int in members else "str"
    for plain in (int, float):
        if plain in members:
            return plain.__name__
    # datetime | timedelta | int were caught by int above; what is left is an object or a list.
    return "json"


def _members(annotation: Any) -> list[Any]:
    origin = typing.get_origin(annotation)
    if origin is typing.Annotated:
        return _members(typing.get_args(annotation)[0])
    if origin in (typing.Union, types.UnionType):
        return [m for part in typing.get_args(annotation) for m in _members(part)]
    return [annotation]


def _parse(name: str, text: str, kind: str) -> Any:
    try:
        match kind:
            case "bool":
                return text.lower() in _TRUE
            case "int":
                return int(text)
            case "float":
                return float(text)
            case "id":
                return int(text) if text.lstrip("-").isdigit() else text
            case "json":
                return _parse_json(text)
            case _:
                return text
    except ValueError as error:
        description = _BROKEN.get(name) if kind == "json" else None
        raise bad_request(description or f"wrong parameter {name}: {kind} expected") from error


def _parse_json(text: str) -> Any:
    if text.lstrip()[:1] not in {"{", "["}:
        raise ValueError(text)
    return json.loads(text)


def allow_only(values: Json, *names: str) -> None:
    """Refuse parameters that real Telegram acts on and the playground would ignore.

    Raises:
        ApiError: 501 that names the parameter, so that a test notices.
    """
    for name in values:
        if name not in names:
            raise not_played(f"the parameter {name}")


def check_model(model: type[BaseModel], value: Any, description: str) -> None:
    """Check an object against aiogram's model of it.

    Raises:
        ApiError: 400 with this description.
    """
    try:
        model.model_validate(value)
    except ValidationError as error:
        raise bad_request(description) from error
