"""The settings of notices: how many a week, the quiet hours, which MIDs are muted."""

from dialogs import parts
from dialogs.callbacks import Go, Mute, Place, SetQuiet, SetWeekly
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, rows_of_two, shorten
from knowledge.cards.card import own_name
from locales.words import Words
from service.notices.views import NoticeSettingsView
from service.people.values import Membership
from service.standing.values import Pause

# Values that the buttons carry, see ``SetWeekly`` and ``SetQuiet``.
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


def parse_weekly(to: str) -> int | None:
    """The weekly number that ``SetWeekly.to`` stands for; None: as each MID has set it."""
    return None if to == BY_MID else int(to)


def parse_quiet_hours(to: str) -> str | None:
    """The hours, "HH:MM-HH:MM", that ``SetQuiet.to`` stands for; None: those each MID has set."""
    return None if to == BY_MID else QUIET[to]


def summary(view: NoticeSettingsView, w: Words) -> list[str]:
    """The lines about notices on the settings screen; none for a member of no MID."""
    if not view.snapshot.memberships:
        return []
    muted = [own_name(membership.mid.name, w) for membership in _muted(view)]
    sentences = [_weekly(view, w), _quiet(view, w), w.t("Urgent ones may come at any time.")]
    if view.snapshot.pause is Pause.STOPPED:
        sentences = [w.t("Only the news of a breach of your data still comes.")]
    if muted:
        sentences.append(w.t("Muted: {names}.", names=w.join(muted)))
    return sentences


def buttons(view: NoticeSettingsView, w: Words) -> list[tuple[Button, ...]]:
    """The rows of buttons about notices on the settings screen; none for a member of no MID."""
    if not view.snapshot.memberships:
        return []
    unmute = [
        Button(
            w.p(
                "button",
                "Unmute: {mid}",
                mid=shorten(own_name(membership.mid.name, w), NAME_SHOWN),
            ),
            Mute(membership=membership.id, on=False),
        )
        for membership in _muted(view)
    ]
    return [
        (
            Button(w.p("button", "How many a week"), Go(place=Place.WEEKLY)),
            Button(w.p("button", "Quiet hours"), Go(place=Place.QUIET)),
        ),
        *[(button,) for button in unmute],
    ]


def _muted(view: NoticeSettingsView) -> list[Membership]:
    return [membership for membership in view.snapshot.memberships if membership.id in view.muted]


def _weekly(view: NoticeSettingsView, w: Words) -> str:
    if len(view.weekly) > 1:
        return w.t("As many a week as each MID has set.")
    (most,) = view.weekly
    return w.n("At most {n} a week from each MID.", "At most {n} a week from each MID.", most)


def _quiet(view: NoticeSettingsView, w: Words) -> str:
    if len(view.quiet) > 1:
        return w.t("Quiet hours: as each MID has set them.")
    (hours,) = view.quiet
    start, end = hours.split("-")
    if start == end:
        return w.t("No quiet hours.")
    return w.t("Quiet hours: {start} to {end}, your time.", start=start, end=end)


def weekly(view: NoticeSettingsView, w: Words) -> Screen:
    """The choice of how many notices a week each MID may send."""
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
        w.locale,
        text=paragraphs(
            bold(w.t("How many notices a week from each MID?")),
            lines(by_mid),
            w.t("What is above the number comes later, as one message. Urgent ones come at once."),
        ),
        rows=rows(
            tuple(Button(w.number(int(number)), SetWeekly(to=number)) for number in WEEKLY),
            Button(w.p("button", "As each MID has it"), SetWeekly(to=BY_MID)),
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def quiet(view: NoticeSettingsView, w: Words) -> Screen:
    """The choice of the hours at which only urgent notices come."""
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("At which hours do you want no notices?")),
            lines([_hours_of_mid(membership, w) for membership in view.snapshot.memberships]),
            w.t("What comes at those hours waits until they end. Urgent ones come at once."),
        ),
        rows=rows(
            *rows_of_two(_hours_button(to, w) for to in QUIET if to != NO_HOURS),
            Button(w.p("button", "No quiet hours"), SetQuiet(to=NO_HOURS)),
            Button(w.p("button", "As each MID has it"), SetQuiet(to=BY_MID)),
            (parts.human(w), parts.back(w, Place.SETTINGS)),
        ),
    )


def _hours_of_mid(membership: Membership, w: Words) -> str:
    start, end = membership.mid.quiet_hours.split("-")
    name = own_name(membership.mid.name, w)
    if start == end:
        return w.t("{mid} has set no quiet hours.", mid=name)
    return w.t("{mid} has set {start} to {end}.", mid=name, start=start, end=end)


def _hours_button(to: str, w: Words) -> Button:
    start, end = QUIET[to].split("-")
    return Button(w.p("button", "{start} to {end}", start=start, end=end), SetQuiet(to=to))
