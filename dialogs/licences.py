"""The list of licences across MIDs, grouped: to decide, in, out, closed."""

from dialogs import parts
from dialogs.callbacks import ShowCard, ShowLicences
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name
from knowledge.cards.standing import licence_title, standing_phrase
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
    """One page of the list, counted from 0; a page that does not exist is the nearest one."""
    order = {reason: number for number, group in enumerate(_GROUPS) for reason in group}
    standings = sorted(view.standings, key=lambda standing: order[standing.why])
    pages = max(1, -(-len(standings) // PER_PAGE))
    page = parts.nearest_page(page, pages)
    shown = standings[page * PER_PAGE : (page + 1) * PER_PAGE]
    count = view.count()
    names = (w.t("To decide"), w.t("In"), w.t("Out"), w.t("Closed"))
    blocks = []
    for number, group in enumerate(_GROUPS):
        items = [_item(standing, view, w) for standing in shown if standing.why in group]
        if items:
            blocks.append(lines([bold(names[number]), *items]))
    counted = w.n(
        "You are in {inside} of {n} licence.",
        "You are in {inside} of {n} licences.",
        count.m,
        inside=count.n,
    )
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(w.t("My licences")), *([counted] if standings else [])]),
            *blocks,
            None if standings else w.t("No MID has offered you a licence yet."),
            w.t("Page {page} of {pages}", page=page + 1, pages=pages) if pages > 1 else None,
        ),
        rows=rows(
            *[
                Button(
                    shorten(licence_title(standing, w)),
                    ShowCard(licence=standing.holding.licence.id),
                )
                for standing in shown
            ],
            parts.page_buttons(page, pages, lambda number: ShowLicences(page=number), w),
            (parts.human(w), parts.home(w)),
        ),
    )


def _item(standing: Standing, view: PortfolioView, w: Words) -> str:
    brief = standing_phrase(standing, view.snapshot, w)
    if len(view.snapshot.memberships) == 1:
        # NOTE: {title} is a licence, {standing} is "in", "out, because of your price" and so on.
        return w.t("{title}: {standing}", title=licence_title(standing, w), standing=brief)
    return w.t(
        "{title} ({mid}): {standing}",
        title=licence_title(standing, w),
        mid=own_name(standing.holding.membership.mid.name, w),
        standing=brief,
    )
