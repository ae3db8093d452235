"""``midline demo``: the unchanged bot on a stand-in for Telegram, with the two example MIDs."""

import shutil
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import typer
from pydantic import SecretStr

from bot.app import opened, run
from bot.logs import set_up
from bot.settings import Settings
from playground import Invite, Playground
from service.bundle.cases import import_bundle
from service.bundle.read import read_bundle
from service.bundle.shift import EXAMPLES_WRITTEN, shift
from service.people.cases import make_invites

TOKEN = "42:DEMO"  # noqa: S105  # it opens nothing but the stand-in
FOLDER = Path("~/.local/share/midline-demo").expanduser()

# Who sits in the demo: a name, Telegram's language tag, a note, and the invites that wait.
PEOPLE = (
    (
        "Ana",
        "es",
        "A nurse who also translates",
        (("nurses", "N-0001"), ("translators", "T-0002")),
    ),
    ("魏", "zh-hans", "A translator", (("translators", "T-0001"),)),
    ("سمير", "ar", "A nurse", (("nurses", "N-0002"),)),
    ("Emma", "en", "A nurse", (("nurses", "N-0004"),)),
    ("आशा", "hi", "A nurse", (("nurses", "N-0003"),)),
    ("Chloé", "fr", "A translator", (("translators", "T-0003"),)),
)
_NAMES = {"nurses": "Nurses' Data Co-op", "translators": "Translators' Guild"}


def examples() -> Path:
    """The folder of example bundles: beside the code in a checkout, inside an installed wheel."""
    packed = Path(str(files("playground"))) / "examples"
    return packed if packed.exists() else Path(str(files("playground"))).parent / "examples"


async def show(port: int, *, fresh: bool) -> None:
    """Serve the chat page and run the bot until it is stopped."""
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    async with Playground(token=TOKEN, port=port) as playground:
        settings = Settings(
            _env_file=None,
            bot_token=SecretStr(TOKEN),
            bot_api=playground.url,
            data_dir=FOLDER / "data",
            key_file=FOLDER / "key" / "midline.key",
            log_level="WARNING",
            operator="you, on this machine",
            operator_paid_by="nobody",
            operator_place="this machine",
            operator_contact="yourself",
        )
        set_up(settings.log_level)
        await seed(settings, playground)
        typer.echo(f"Midline is at {playground.url}  (Ctrl+C stops it)")
        await run(settings)


async def seed(settings: Settings, playground: Playground) -> None:
    """Import the examples with their dates moved to today, and let people wait with invites."""
    days = (datetime.now(UTC).date() - EXAMPLES_WRITTEN).days
    async with opened(settings) as deps:
        for path in sorted(examples().glob("*.yaml")):
            if path.stem != "notice":
                await import_bundle(deps, shift(read_bundle(path), days))
        for name, tag, note, refs in PEOPLE:
            invites = []
            for mid, ref in refs:
                made = await make_invites(deps, mid, ref=ref)
                invites.append(Invite(_NAMES[mid], made[0].token))
            playground.person(name, language=tag, invites=invites, note=note)
