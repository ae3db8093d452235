"""How much attention notices may take: how many a week, at which hours, from whom."""

from dialogs import parts
from dialogs.callbacks import Go, Mute, Place, SetQuiet, SetWeekly
from dialogs.screen import Button, Screen, bold, in_twos, lines, paragraphs, rows, short
from knowledge.cards.card import own_name
from locales.words import Words
from service.notices.views import AttentionView
from service.people.values import Membership
from service.standing.values import Pause

BY_MID = "mid"
NO_HOURS = "none"
NAME_SHOWN = 30
WEEKLY = ("1", "2", "3", "5", "7")
QUIET = {
    "20-08": "20:00-08:00",
    "21-08": "21:00-08:00",
    "22-07": "22:00-07:00",
    "23-07": "23:00-07:00",
    NO_HOURS: "00:00-00:00",
}


def number(to: str) -> int | None:
    """What a button of the weekly number stands for."""
    return None if to == BY_MID else int(to)


def hours(to: str) -> str | None:
    """What a button of the quiet hours stands for."""
    return None if to == BY_MID else QUIET[to]


def said(view: AttentionView, w: Words) -> list[str]:
    """What the settings say about notices."""
    if not view.snapshot.memberships:
        return []
    muted = [own_name(one.mid.name, w) for one in _muted(view)]
    found = [_weekly(view, w), _quiet(view, w), w.t("Urgent ones may come at any time.")]
    if view.snapshot.pause is Pause.STOPPED:
        found = [w.t("Only the news of a breach of your data still comes.")]
    if muted:
        found.append(w.t("Muted: {names}.", names=w.join(muted)))
    return found


def ways(view: AttentionView, w: Words) -> list[tuple[Button, ...]]:
    """The buttons of the settings that are about notices."""
    if not view.snapshot.memberships:
        return []
    unmute = [
        Button(
            w.p("button", "Unmute: {mid}", mid=short(own_name(one.mid.name, w), NAME_SHOWN)),
            Mute(membership=one.id, on=False),
        )
        for one in _muted(view)
    ]
    return [
        (
            Button(w.p("button", "How many a week"), Go(place=Place.WEEKLY)),
            Button(w.p("button", "Quiet hours"), Go(place=Place.QUIET)),
        ),
        *[(one,) for one in unmute],
    ]


def _muted(view: AttentionView) -> list[Membership]:
    return [membership for membership in view.snapshot.memberships if membership.id in view.muted]


def _weekly(view: AttentionView, w: Words) -> str:
    if len(view.weekly) > 1:
        return w.t("As many a week as each MID has set.")
    (most,) = view.weekly
    return w.n("At most {n} a week from each MID.", "At most {n} a week from each MID.", most)


def _quiet(view: AttentionView, w: Words) -> str:
    if len(view.quiet) > 1:
        return w.t("Quiet hours: as each MID has set them.")
    (found,) = view.quiet
    start, end = found.split("-")
    if start == end:
        return w.t("No quiet hours.")
    return w.t("Quiet hours: {start} to {end}, your time.", start=start, end=end)


def weekly(view: AttentionView, w: Words) -> Screen:
    """How many notices a week one wants from each MID."""
    by_mid = [
        w.n(
            "{mid} has set {n} a week.",
            "{mid} has set {n} a week.",
            membership.mid.notices_per_week,
            mid=own_name(membership.mid.name, w),
        )
        for membership in view.snapshot.memberships
    ]
    return Screen(
        text=paragraphs(
            bold(w.t("How many notices a week from each MID?")),
            lines(by_mid),
            w.t("What is above the number comes later, as one message. Urgent ones come at once."),
        ),
        rows=rows(
            tuple(Button(w.number(int(one)), SetWeekly(to=one)) for one in WEEKLY),
            Button(w.p("button", "As each MID has it"), SetWeekly(to=BY_MID)),
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def quiet(view: AttentionView, w: Words) -> Screen:
    """At which hours one wants nothing but urgent notices."""
    return Screen(
        text=paragraphs(
            bold(w.t("At which hours do you want no notices?")),
            lines([_by_mid(membership, w) for membership in view.snapshot.memberships]),
            w.t("What comes at those hours waits until they end. Urgent ones come at once."),
        ),
        rows=rows(
            *in_twos(_hours(to, w) for to in QUIET if to != NO_HOURS),
            Button(w.p("button", "No quiet hours"), SetQuiet(to=NO_HOURS)),
            Button(w.p("button", "As each MID has it"), SetQuiet(to=BY_MID)),
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def _by_mid(membership: Membership, w: Words) -> str:
    start, end = membership.mid.quiet_hours.split("-")
    name = own_name(membership.mid.name, w)
    if start == end:
        return w.t("{mid} has set no quiet hours.", mid=name)
    return w.t("{mid} has set {start} to {end}.", mid=name, start=start, end=end)


def _hours(to: str, w: Words) -> Button:
    start, end = QUIET[to].split("-")
    return Button(w.p("button", "{start} to {end}", start=start, end=end), SetQuiet(to=to))
