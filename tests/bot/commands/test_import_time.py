"""Start-up time: what commands must not import, and Telegram models built at their first use."""

import json
import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["bot.commands.cli", "bot.commands.import_bundles", "bot.commands.invites", "bot.open_store"],
)
def test_commands_that_need_the_store_alone_do_not_import_aiogram(module: str) -> None:
    code = f"import sys, {module}; sys.exit('aiogram' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


EVERY_MODEL = """
from pydantic import BaseModel, ValidationError
from bot.telegram.lazy_models import built_at_first_use

rebuild = BaseModel.__dict__["model_rebuild"]
with built_at_first_use():
    import aiogram.methods, aiogram.types
assert BaseModel.__dict__["model_rebuild"] is rebuild

modules = (aiogram.types, aiogram.methods)
values = [getattr(module, name) for module in modules for name in module.__all__]
models = [value for value in values if isinstance(value, type) and issubclass(value, BaseModel)]
waiting = [model for model in models if not model.__pydantic_complete__]
assert len(waiting) > 400, len(waiting)
for model in waiting:
    try:
        model.model_validate({})
    except ValidationError:
        pass
assert all(model.__pydantic_complete__ for model in models)
"""


def test_every_type_and_call_of_telegram_can_be_built_when_it_is_first_used() -> None:
    done = subprocess.run([sys.executable, "-c", EVERY_MODEL], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


A_MESSAGE = """
import json, sys
from bot.telegram.lazy_models import built_at_first_use

if sys.argv[1] == "later":
    with built_at_first_use():
        import aiogram.types
from aiogram.methods import SendMessage
from aiogram.types import Update

update = Update.model_validate_json(sys.argv[2])
call = SendMessage(chat_id=1, text="a", reply_markup={"inline_keyboard": [[{"text": "b"}]]})
print(repr(update), update.event_type, repr(call))
"""


def test_an_update_reads_the_same_whether_models_were_built_at_once_or_later() -> None:
    member = {"id": 5, "is_bot": False, "first_name": "Ana"}
    asked = {"message_id": 3, "date": 1_795_000_000, "chat": {"id": 5, "type": "private"}}
    tapped = {"message_id": 7, "date": 0, "chat": asked["chat"]}
    shown = {**tapped, "date": 1_795_000_000, "reply_to_message": {**asked, "from": member}}
    for message in (tapped, shown):
        tap = {"id": "1", "from": member, "chat_instance": "1", "data": "x", "message": message}
        body = json.dumps({"update_id": 1, "callback_query": tap})
        read = [
            subprocess.run(
                [sys.executable, "-c", A_MESSAGE, when, body], check=True, capture_output=True
            ).stdout
            for when in ("now", "later")
        ]
        assert read[0] == read[1]
        assert b"callback_query" in read[0]
