"""``midline demo``: the bot itself on the playground, with the two example MIDs."""

import shutil
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import typer
from pydantic import SecretStr

from bot.app import run
from bot.logs import configure_logging
from bot.open_store import open_store
from bot.settings import Settings
from bot.telegram import sync_store
from locales.words import mark, negotiate, words
from playground import Playground, PlayInvite
from service.bundle.cases import import_bundle
from service.bundle.demo_dates import EXAMPLES_WRITTEN, shift_dates
from service.bundle.files.read_bundle import read_bundle
from service.deps import Deps
from service.errors import StoreError
from service.mids.cases import read_mids
from service.people.cases import make_invites
from service.staff import cases as staff_cases

TOKEN = "42:DEMO"  # noqa: S105  # a token of the playground, not of Telegram
FOLDER = Path("~/.local/share/midline-demo").expanduser()


@dataclass(frozen=True, slots=True)
class Guest:
    """A person of the demo. ``tag`` is their Telegram language, ``note`` a catalogue message.

    ``invites`` are pairs of a MID and the person's reference there; ``staff`` are the MIDs for
    which they may announce.
    """

    telegram_id: int
    name: str
    tag: str
    note: str
    invites: tuple[tuple[str, str], ...] = ()
    staff: tuple[str, ...] = ()


# The Telegram ids are fixed, so that who joined in one run of the demo is known in the next.
GUESTS = (
    Guest(
        7_000_000_001,
        "Ana",
        "es",
        mark("A nurse who also translates"),
        (("nurses", "N-0001"), ("translators", "T-0002")),
    ),
    Guest(7_000_000_002, "魏", "zh-hans", mark("A translator"), (("translators", "T-0001"),)),
    Guest(7_000_000_003, "سمير", "ar", mark("A nurse"), (("nurses", "N-0002"),)),
    Guest(7_000_000_004, "Emma", "en", mark("A nurse"), (("nurses", "N-0004"),)),
    Guest(7_000_000_005, "आशा", "hi", mark("A nurse"), (("nurses", "N-0003"),)),
    Guest(7_000_000_006, "Chloé", "fr", mark("A translator"), (("translators", "T-0003"),)),
    Guest(7_000_000_007, "Pilar", "es", mark("Works for the nurses: {command}"), (), ("nurses",)),
)


def examples() -> list[Path]:
    """The paths of the example bundles, in a checkout or in an installed wheel."""
    package = Path(str(files("playground")))
    packaged = package / "examples"
    folder = packaged if packaged.exists() else package.parent / "examples"
    return [folder / "nurses.yaml", folder / "translators.yaml"]


async def run_demo(port: int, *, fresh: bool) -> None:
    """Serve the chat page and run the bot until it is stopped.

    Raises:
        StoreError: the port is taken.
    """
    if fresh:
        shutil.rmtree(FOLDER, ignore_errors=True)
    playground = Playground(token=TOKEN, port=port)
    try:
        await playground.start()
    except OSError as error:
        raise StoreError(
            f"port {port} is taken. Stop what uses it, or choose another: midline demo --port 0"
        ) from error
    try:
        settings = demo_settings(playground)
        configure_logging(settings.log_level)
        async with open_store(settings) as deps:
            await seed(deps, playground)
        typer.echo(f"Midline is at {playground.url}  (Ctrl+C stops it)")
        await run(settings)
    finally:
        await playground.stop()


def demo_settings(playground: Playground, folder: Path = FOLDER) -> Settings:
    """Settings for a bot that talks to the playground and has a store of its own."""
    return Settings(
        _env_file=None,
        bot_token=SecretStr(playground.token),
        bot_api=playground.url,
        database_url=None,
        webhook_url=None,
        http_port=None,
        data_dir=folder / "data",
        key_file=folder / "key" / "midline.key",
        log_level="WARNING",
        operator="you, on this machine",
        operator_contact="yourself",
        operator_paid_by="nobody",
        operator_place="this machine",
    )


async def seed(deps: Deps, playground: Playground) -> None:
    """Import the examples with their dates shifted to today, and add people with open invites.

    MIDs of an earlier run keep their dates: shifted again, their licences would be new versions.
    """
    days = (deps.clock.now().date() - EXAMPLES_WRITTEN).days
    known = {mid.id for mid in await read_mids(deps)}
    names: dict[str, dict[str, str]] = {}
    for path in examples():
        bundle = shift_dates(read_bundle(path), days)
        names[bundle.mid.id] = {str(lang): name for lang, name in bundle.mid.name.items()}
        if bundle.mid.id not in known:
            await import_bundle(deps, bundle)
    async with deps.db.write() as conn:
        # The playground starts empty: the bot has to set its commands and descriptions again.
        await sync_store.forget_synced(conn)
    for guest in GUESTS:
        invites = []
        for mid, ref in guest.invites:
            (invite,) = await make_invites(deps, mid, ref=ref)
            label = words(negotiate(guest.tag)).pick(names[mid]).text
            invites.append(PlayInvite(label, invite.token))
        for mid in guest.staff:
            staff = await staff_cases.list_staff(deps, mid)
            if guest.name not in {person.name for person in staff}:
                added = await staff_cases.add(deps, mid, guest.name)
                label = words(negotiate(guest.tag)).pick(names[mid]).text
                invites.append(PlayInvite(label, added.token))
        playground.person(
            guest.name,
            language=guest.tag,
            invites=invites,
            note=words(negotiate(guest.tag)).t(guest.note, command="/announce"),
            user_id=guest.telegram_id,
        )
