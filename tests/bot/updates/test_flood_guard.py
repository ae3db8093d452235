"""The flood guard drops the updates of one sender above the limit and of nobody else."""

from bot.updates.envelope import from_json
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


def message_of(text: str, sender: int = 1):
    chat = {"id": sender, "type": "private"}
    message = {"message_id": 1, "from": {"id": sender}, "chat": chat, "text": text}
    update = from_json({"update_id": 1, "message": message})
    assert update is not None
    return update


def tap_of(data: str, sender: int = 1):
    query = {"id": "1", "from": {"id": sender}, "data": data}
    update = from_json({"update_id": 1, "callback_query": query})
    assert update is not None
    return update


def test_a_burst_passes_and_then_a_steady_pace_does():
    seconds = Seconds()
    guard = FloodGuard(seconds)
    assert sum(guard.allows(message_of("hello")) for _ in range(1000)) == BURST
    for _ in range(10):
        seconds.now += 1
        assert sum(guard.allows(message_of("hello")) for _ in range(1000)) == PER_SECOND


def test_questions_and_taps_of_one_person_share_a_bucket_and_others_do_not():
    guard = FloodGuard(Seconds())
    while guard.allows(message_of("hello")):
        pass
    assert not guard.allows(tap_of(ShowLicences(page=0).pack()))
    assert guard.allows(message_of("hello", sender=2))


def test_opt_outs_are_never_dropped():
    guard = FloodGuard(Seconds())
    while guard.allows(message_of("hello")):
        pass
    for target in PROTECTING:
        assert guard.allows(tap_of(target.pack()))
    for command in ("/stop", "/leave", "/delete"):
        assert guard.allows(message_of(command))
    assert not guard.allows(tap_of(SetKnob(scope="all", to="3").pack()))
    assert not guard.allows(tap_of(Mute(membership="mbr_1", on=False).pack()))


def test_the_guard_forgets_who_wrote_long_ago_and_stays_small():
    guard = FloodGuard(Seconds())
    for sender in range(30_000):
        assert guard.allows(message_of("hello", sender=sender))
    assert len(guard._buckets) <= 10_000
