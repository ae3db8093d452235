"""The list of licences across MIDs, grouped by what they mean for the member."""

from dialogs import parts
from dialogs.callbacks import ShowCard, ShowLicences
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, short
from knowledge.cards.card import own_name
from locales.words import Words
from service.standing.values import PortfolioView, Standing, StandingReason

PER_PAGE = 6

_GROUPS = (
    (StandingReason.NOT_ASKED, StandingReason.CHANGED, StandingReason.LATER),
    (StandingReason.IN, StandingReason.WAITING, StandingReason.UNKNOWN),
    (
        StandingReason.PRICE,
        StandingReason.NEVER,
        StandingReason.PAUSED,
        StandingReason.SAID_NO,
        StandingReason.REFUSED,
    ),
    (StandingReason.SUSPENDED, StandingReason.NOT_ELIGIBLE, StandingReason.ENDED),
)


def screen(view: PortfolioView, page: int, w: Words) -> Screen:
    """One page of the list; a page that is not there is the nearest one."""
    order = {why: number for number, group in enumerate(_GROUPS) for why in group}
    listed = sorted(view.standings, key=lambda one: order[one.why])
    pages = max(1, -(-len(listed) // PER_PAGE))
    page = min(max(page, 0), pages - 1)
    shown = listed[page * PER_PAGE : (page + 1) * PER_PAGE]
    count = view.count()
    names = (w.t("To decide"), w.t("In"), w.t("Out"), w.t("Closed"))
    blocks = []
    for number, group in enumerate(_GROUPS):
        found = [one for one in shown if one.why in group]
        if found:
            blocks.append(lines([bold(names[number]), *[_item(one, view, w) for one in found]]))
    counted = w.n(
        "You are in {inside} of {n} licence.",
        "You are in {inside} of {n} licences.",
        count.m,
        inside=count.n,
    )
    return Screen(
        text=paragraphs(
            lines([bold(w.t("My licences")), *([counted] if listed else [])]),
            *blocks,
            None if listed else w.t("No MID has offered you a licence yet."),
            w.t("Page {page} of {pages}", page=page + 1, pages=pages) if pages > 1 else None,
        ),
        rows=rows(
            *[
                Button(short(parts.title(one, w)), ShowCard(licence=one.holding.licence.id))
                for one in shown
            ],
            (
                *_turn(w.p("button", "Earlier page"), page - 1, pages),
                *_turn(w.p("button", "Next page"), page + 1, pages),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def _turn(label: str, page: int, pages: int) -> tuple[Button, ...]:
    return (Button(label, ShowLicences(page=page)),) if 0 <= page < pages else ()


def _item(standing: Standing, view: PortfolioView, w: Words) -> str:
    brief = parts.in_brief(standing, view.snapshot, w)
    if len(view.snapshot.memberships) == 1:
        # NOTE: {title} is a licence, {standing} is "in", "out, because of your price" and so on.
        return w.t("{title}: {standing}", title=parts.title(standing, w), standing=brief)
    return w.t(
        "{title} ({mid}): {standing}",
        title=parts.title(standing, w),
        mid=own_name(standing.holding.membership.mid.name, w),
        standing=brief,
    )
