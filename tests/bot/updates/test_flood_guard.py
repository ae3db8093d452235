"""One person who writes without end costs nobody else anything."""

from bot.updates.envelope import arrived
from bot.updates.flood_guard import BURST, PER_SECOND, FloodGuard
from dialogs.callbacks import (
    DeleteAll,
    Go,
    Leave,
    Mute,
    Place,
    Refuse,
    SayNo,
    SetKnob,
    ShowLicences,
)
from service.licences.values import RefusalKind

PROTECTING = (
    SayNo(licence="lic_1"),
    Refuse(kind=RefusalKind.COMMERCIAL, value="any"),
    Leave(membership="mbr_1", erase=True),
    DeleteAll(),
    Go(place=Place.STOP),
    Go(place=Place.PAUSE),
    SetKnob(scope="all", to="never"),
    Mute(membership="mbr_1", on=True),
)


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def said(text: str, sender: int = 1):
    message = {"from": {"id": sender}, "text": text}
    return arrived({"update_id": 1, "message": message})


def tapped(data: str, sender: int = 1):
    query = {"from": {"id": sender}, "data": data}
    return arrived({"update_id": 1, "callback_query": query})


def test_a_burst_passes_and_then_a_steady_pace_does():
    seconds = Seconds()
    guard = FloodGuard(seconds)
    assert sum(guard.allows(said("hello")) for _ in range(1000)) == BURST
    for _ in range(10):
        seconds.now += 1
        assert sum(guard.allows(said("hello")) for _ in range(1000)) == PER_SECOND


def test_questions_and_taps_of_one_person_share_a_bucket_and_others_do_not():
    guard = FloodGuard(Seconds())
    while guard.allows(said("hello")):
        pass
    assert not guard.allows(tapped(ShowLicences(page=0).pack()))
    assert guard.allows(said("hello", sender=2))


def test_what_protects_is_never_dropped():
    guard = FloodGuard(Seconds())
    while guard.allows(said("hello")):
        pass
    for target in PROTECTING:
        assert guard.allows(tapped(target.pack()))
    for command in ("/stop", "/leave", "/delete"):
        assert guard.allows(said(command))
    assert not guard.allows(tapped(SetKnob(scope="all", to="3").pack()))
    assert not guard.allows(tapped(Mute(membership="mbr_1", on=False).pack()))


def test_the_guard_forgets_who_wrote_long_ago_and_stays_small():
    guard = FloodGuard(Seconds())
    for sender in range(30_000):
        assert guard.allows(said("hello", sender=sender))
    assert len(guard._buckets) <= 10_000
