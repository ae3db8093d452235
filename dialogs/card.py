"""A licence's card of eight lines, the details behind each line, and the legal text."""

import textwrap

from markupsafe import Markup

from dialogs import parts
from dialogs.callbacks import (
    Go,
    Place,
    SayLater,
    SayNo,
    SayYes,
    ShowCard,
    ShowCardLine,
    ShowDetails,
    ShowLegalText,
    ShowLicences,
    ShowRefusalOptions,
)
from dialogs.screen import Button, Row, Screen, bold, lines, paragraphs, rows, rows_of_two
from knowledge.cards.card import CardLine, LineKey, card_lines, card_warnings, own_words
from knowledge.cards.details import line_details
from knowledge.cards.standing import licence_title, standing_sentence
from locales.words import Raw, Words
from service.choices.values import CardOutcome, CardView
from service.standing.values import StandingReason

# Characters of legal text in a message, which may have 4096 with everything around it.
LEGAL_PAGE_LENGTH = 3000


def screen(view: CardView, w: Words) -> Screen:
    """The card: what was just saved, the standing, the warnings, the eight lines."""
    holding = view.standing.holding
    first = holding.answer is None
    warnings = card_warnings(holding.licence.terms, holding.membership.mid, first=first, w=w)
    return Screen(
        w.locale,
        text=paragraphs(
            _outcome_note(view, w),
            lines([bold(own_words(holding.licence.terms.title, w)), _standing(view, w)]),
            [Markup("<i>{}</i>").format(warning) for warning in warnings],
            [_card_line(card_line, w) for card_line in _lines(view, w)],
        ),
        rows=rows(_answer_buttons(view, w), *_other_buttons(view, w)),
        proof=view.proof,
    )


def _lines(view: CardView, w: Words) -> tuple[CardLine, ...]:
    terms = view.standing.holding.licence.terms
    return card_lines(terms, view.standing.ask, view.snapshot.now.date(), w)


def _card_line(line: CardLine, w: Words) -> Markup:
    # NOTE: {name} is one of a card's eight lines, such as "Who"; {text} is what it says.
    pattern = Markup.escape(w.t("{name}: {text}", name=Raw("{name}"), text=Raw("{text}")))
    return pattern.format(name=bold(line.name), text=line.short)


def _standing(view: CardView, w: Words) -> str:
    return standing_sentence(view.standing, view.snapshot, w)


def _outcome_note(view: CardView, w: Words) -> str | None:
    notes = {
        CardOutcome.YES: w.t("Saved: yes."),
        CardOutcome.NO: w.t("Saved: no. It holds from now on."),
        CardOutcome.LATER: w.t("Saved: not now. Until you answer, you are out."),
        CardOutcome.TERMS_CHANGED: w.t(
            "The terms have changed since that card. Nothing was saved. Here is the new one."
        ),
        CardOutcome.NOT_SEEN: w.t(
            "We are not sure that card reached you. Nothing was saved. Here it is again."
        ),
        CardOutcome.NOT_OPEN: w.t("This licence cannot be agreed to now. Nothing was saved."),
        CardOutcome.REFUSED: w.t(
            "You refuse this everywhere, so nothing was saved. Take that back first."
        ),
    }
    return notes.get(view.outcome)


def _answer_buttons(view: CardView, w: Words) -> Row:
    licence = view.standing.holding.licence.id
    answer = view.standing.holding.answer
    yes = Button(w.p("button", "Yes"), SayYes(nonce=view.proof.nonce))
    no = Button(w.p("button", "No"), SayNo(licence=licence))
    if view.standing.why is StandingReason.ENDED:
        return ()
    if view.says_yes:
        return (Button(w.p("button", "Stop"), SayNo(licence=licence)),)
    if not view.open_for_yes:
        return ()
    if answer is not None and answer.value == "no":
        return (yes,)
    if answer is not None and answer.value == "later":
        return (yes, no)
    return (yes, no, Button(w.p("button", "Later"), SayLater(licence=licence)))


def _other_buttons(view: CardView, w: Words) -> tuple[Row, ...]:
    licence = view.standing.holding.licence
    more = Button(w.p("button", "Details"), ShowDetails(licence=licence.id))
    everywhere = Button(w.p("button", "Refuse everywhere"), ShowRefusalOptions(licence=licence.id))
    if view.standing.refused_by:
        everywhere = Button(w.p("button", "My choices"), Go(place=Place.CHOICES))
    priced = licence.terms.price is not None and view.standing.why is not StandingReason.ENDED
    price = (Button(w.p("button", "My price"), Go(place=Place.KNOB)),) if priced else ()
    return (
        (more, *price),
        (everywhere,),
        (parts.human(w), Button(w.p("button", "Back"), ShowLicences(page=0))),
    )


def line_names(view: CardView, w: Words) -> Screen:
    """The names of the card's lines, each a button to its details."""
    licence = view.standing.holding.licence.id
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(licence_title(view.standing, w)), _standing(view, w)]),
            w.t("What do you want to know more about?"),
        ),
        rows=(
            *rows_of_two(
                Button(card_line.name, ShowCardLine(licence=licence, line=card_line.key))
                for card_line in _lines(view, w)
            ),
            (Button(w.p("button", "Full legal text"), ShowLegalText(licence=licence, page=0)),),
            (parts.human(w), _card_button(view, w)),
        ),
    )


def line(view: CardView, key: LineKey, w: Words) -> Screen:
    """The details of one line."""
    licence = view.standing.holding.licence.id
    terms = view.standing.holding.licence.terms
    card_line = next(item for item in _lines(view, w) if item.key is key)
    return Screen(
        w.locale,
        text=paragraphs(
            bold(licence_title(view.standing, w)),
            bold(card_line.name),
            line_details(key, terms, w),
        ),
        rows=rows(
            Button(w.p("button", "Other details"), ShowDetails(licence=licence)),
            (parts.human(w), _card_button(view, w)),
        ),
    )


def legal(view: CardView, page: int, w: Words) -> Screen:
    """A page of the legal text as the MID wrote it; the last ends with the term sheet's digest.

    A page that does not exist is the nearest one.
    """
    licence = view.standing.holding.licence
    picked = w.pick(licence.terms.legal_text)
    pages = textwrap.wrap(
        picked.text, LEGAL_PAGE_LENGTH, replace_whitespace=False, drop_whitespace=False
    )
    page = parts.nearest_page(page, len(pages))
    return Screen(
        w.locale,
        text=paragraphs(
            lines(
                [
                    bold(licence_title(view.standing, w)),
                    w.t("Legal text, version {version}", version=str(licence.version)),
                    *([_written_in(picked.locale, w)] if picked.original else []),
                ]
            ),
            Markup("<blockquote>{}</blockquote>").format(pages[page].strip()),
            _fingerprint(licence.digest, w) if page == len(pages) - 1 else None,
        ),
        rows=rows(
            parts.page_buttons(
                page, len(pages), lambda number: ShowLegalText(licence=licence.id, page=number), w
            ),
            Button(w.p("button", "Other details"), ShowDetails(licence=licence.id)),
            (parts.human(w), _card_button(view, w)),
        ),
    )


def _written_in(locale: str, w: Words) -> str:
    return w.t("Written in: {language}", language=w.language_name(locale))


def _fingerprint(digest: str, w: Words) -> Markup:
    return lines([w.t("Fingerprint of these terms:"), Markup("<code>{}</code>").format(digest)])


def _card_button(view: CardView, w: Words) -> Button:
    return Button(w.p("button", "The card"), ShowCard(licence=view.standing.holding.licence.id))
