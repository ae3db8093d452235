"""The first screen: the count of licences at each MID, what waits, and the menu."""

from dialogs import parts
from dialogs.callbacks import Go, Place, ShowLicences
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, rows_of_two
from knowledge.cards.card import own_name
from locales.words import Words
from service.standing.values import Pause, PortfolioView, Standing, StandingReason

_NEEDS_ANSWER = {StandingReason.NOT_ASKED, StandingReason.CHANGED}


def screen(view: PortfolioView, w: Words, *, note: str | None = None) -> Screen:
    """The first screen; ``note`` is a sentence on top, such as that something was saved."""
    snapshot = view.snapshot
    if not snapshot.memberships:
        return _in_no_mid(w, note)
    waiting = [standing for standing in view.standings if standing.why in _NEEDS_ANSWER]
    counts = []
    for membership in snapshot.memberships:
        count = view.count(membership.id)
        counts.append(
            w.n(
                "{mid}: you are in {inside} of {n} licence",
                "{mid}: you are in {inside} of {n} licences",
                count.m,
                mid=own_name(membership.mid.name, w),
                inside=count.n,
            )
        )
    number = len(snapshot.memberships)
    return Screen(
        w.locale,
        text=paragraphs(
            note,
            bold(w.n("{n} MID speaks for you.", "{n} MIDs speak for you.", number)),
            counts,
            parts.pause_note(snapshot.pause, w),
            _waiting_note(waiting, w) if snapshot.pause is Pause.OFF else None,
        ),
        rows=rows(
            (
                Button(w.p("button", "My licences"), ShowLicences(page=0)),
                Button(w.p("button", "My price"), Go(place=Place.KNOB)),
            ),
            (Button(w.p("button", "My choices"), Go(place=Place.CHOICES)), parts.human(w)),
            Button(w.p("button", "More"), Go(place=Place.MORE)),
        ),
    )


def _in_no_mid(w: Words, note: str | None) -> Screen:
    return Screen(
        w.locale,
        text=paragraphs(
            note,
            bold(w.t("You are in no MID yet.")),
            w.t(
                "A MID, a mediator of individual data, is a group such as a co-op or a union. It "
                "bargains for its members about who may use their data, and at what price."
            ),
            w.t("To join one, open the link it sent you. Until then nobody uses your data here."),
        ),
        rows=rows(
            (Button(w.p("button", "Language"), Go(place=Place.LANGUAGE)), parts.human(w)),
            (
                Button(w.p("button", "What Midline is"), Go(place=Place.ABOUT)),
                Button(w.p("button", "Privacy"), Go(place=Place.PRIVACY)),
            ),
        ),
    )


def _waiting_note(waiting: list[Standing], w: Words) -> str | None:
    if not waiting:
        return w.t("Nothing waits for you.")
    return w.n(
        "{n} licence waits for your answer. No answer means no.",
        "{n} licences wait for your answer. No answer means no.",
        len(waiting),
    )


def more(view: PortfolioView, w: Words) -> Screen:
    """The menu of everything that is not on the first screen."""
    mids = bool(view.snapshot.memberships)
    return Screen(
        w.locale,
        text=lines([bold(w.t("More")), w.t("Everything else is here.")]),
        rows=(
            *rows_of_two(
                button
                for button in (
                    Button(w.p("button", "My MIDs"), Go(place=Place.MIDS)) if mids else None,
                    Button(w.p("button", "All notices"), Go(place=Place.NOTICES))
                    if mids
                    else None,
                    Button(w.p("button", "Settings"), Go(place=Place.SETTINGS)),
                    Button(w.p("button", "Help"), Go(place=Place.HELP)),
                    Button(w.p("button", "Privacy"), Go(place=Place.PRIVACY)),
                    Button(w.p("button", "What Midline is"), Go(place=Place.ABOUT)),
                    Button(w.p("button", "Leave a MID"), Go(place=Place.LEAVE)) if mids else None,
                    Button(w.p("button", "Delete everything"), Go(place=Place.DELETE)),
                    parts.human(w),
                )
                if button
            ),
            (parts.home(w),),
        ),
    )
