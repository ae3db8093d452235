"""Refusals that hold everywhere, pause and stop, and how each is taken back."""

from dialogs import parts
from dialogs.callbacks import (
    Go,
    LiftRefusal,
    Place,
    Refuse,
    Resume,
    ShowCard,
    ShowLicences,
    ShowLiftRefusal,
)
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.standing import quoted_titles, refusal_phrase
from knowledge.cards.vocabulary import category_label
from locales.words import Words
from service.choices.values import CardView, RefusalsView, RestoreView
from service.licences.rules import possible_refusals
from service.licences.values import Refusal, RefusalKind
from service.standing.values import Pause

TITLES_SHOWN = 8


def screen(view: RefusalsView, w: Words) -> Screen:
    """The refusals, how many licences each keeps the member out of, and the pause."""
    snapshot = view.snapshot
    items = [
        w.n(
            "{what}: keeps you out of {n} licence now",
            "{what}: keeps you out of {n} licences now",
            number,
            what=refusal_phrase(refusal, snapshot, w),
        )
        for refusal, number in view.matches
    ]
    paused = snapshot.pause is not Pause.OFF
    return Screen(
        w.locale,
        text=paragraphs(
            _saved_note(view, w),
            bold(w.t("My choices")),
            lines([w.t("You refuse everywhere, now and later:"), *items])
            if items
            else w.t("You refuse nothing everywhere. You can, from any licence's card."),
            w.t("Refusing costs you nothing else."),
            parts.pause_note(snapshot.pause, w),
        ),
        rows=rows(
            *[
                Button(
                    w.p(
                        "button",
                        "Take back: {what}",
                        what=shorten(refusal_phrase(refusal, snapshot, w)),
                    ),
                    ShowLiftRefusal(kind=refusal.kind, value=refusal.value),
                )
                for refusal, _ in view.matches
            ],
            Button(w.p("button", "My licences"), ShowLicences(page=0)),
            Button(w.p("button", "Resume"), Go(place=Place.RESUME))
            if paused
            else (
                Button(w.p("button", "Pause everything"), Go(place=Place.PAUSE)),
                Button(w.p("button", "Stop everything"), Go(place=Place.STOP)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def _saved_note(view: RefusalsView, w: Words) -> str | None:
    if view.changed is None:
        return None
    what = refusal_phrase(view.changed, view.snapshot, w)
    if view.lifted:
        return w.t("Saved. Taken back: {what}.", what=what)
    return w.t("Saved. You refuse everywhere: {what}.", what=what)


def refusal_options(view: CardView, w: Words) -> Screen:
    """What of one licence can be refused everywhere and is not yet."""
    terms = view.standing.holding.licence.terms
    options = [
        refusal for refusal in possible_refusals(terms) if refusal not in view.snapshot.refusals
    ]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Refuse everywhere")),
            w.t("It holds for every MID and every licence, now and later. It beats any yes."),
            w.t("You can take it back under My choices."),
        ),
        rows=rows(
            *[
                Button(_option(option, view, w), Refuse(kind=option.kind, value=option.value))
                for option in options
            ],
            (
                parts.human(w),
                Button(
                    w.p("button", "The card"), ShowCard(licence=view.standing.holding.licence.id)
                ),
            ),
        ),
    )


def _option(refusal: Refusal, view: CardView, w: Words) -> str:
    if refusal.kind is RefusalKind.BUYER:
        return w.p(
            "button", "This buyer: {name}", name=shorten(refusal_phrase(refusal, view.snapshot, w))
        )
    if refusal.kind is RefusalKind.COMMERCIAL:
        return w.p("button", "All uses for profit")
    return w.p("button", "This data: {data}", data=shorten(category_label(refusal.value, w)))


def lift_refusal(view: RestoreView, w: Words) -> Screen:
    """The licences that the member would also be in without this refusal, and the button."""
    assert view.refusal is not None
    what = refusal_phrase(view.refusal, view.snapshot, w)
    return Screen(
        w.locale,
        text=paragraphs(
            _stale_note(view, w),
            bold(w.t("Take back: {what}", what=what)),
            w.t("Without this refusal you would also be in: {names}.", names=_names(view, w))
            if view.restored
            else w.t("Without this refusal you come into no other licence."),
        ),
        rows=rows(
            Button(w.p("button", "Take it back"), LiftRefusal(nonce=view.proof.nonce)),
            (parts.human(w), parts.back(w, Place.CHOICES)),
        ),
        proof=view.proof,
    )


def paused(view: RestoreView, w: Words) -> Screen:
    """That everything is paused or stopped, and which licences resuming would bring back."""
    if view.snapshot.pause is Pause.OFF:
        return Screen(
            w.locale,
            text=paragraphs(w.t("Nothing is paused.")),
            rows=rows((parts.human(w), parts.home(w))),
        )
    stopped = view.snapshot.pause is Pause.STOPPED
    return Screen(
        w.locale,
        text=paragraphs(
            _stale_note(view, w),
            lines(
                [
                    bold(
                        w.t("You stopped everything.")
                        if stopped
                        else w.t("You paused everything.")
                    ),
                    w.t("You are in no licence from now on."),
                ]
            ),
            w.t("The only news you still get: a breach of your data.")
            if stopped
            else w.t("Notices from your MIDs still come."),
            w.t("Your place in your MIDs, your price and your answers stay as they are."),
            w.t("If you resume, you are in: {names}.", names=_names(view, w))
            if view.restored
            else w.t("If you resume, you are in no licence yet."),
        ),
        rows=rows(
            Button(w.p("button", "Resume"), Resume(nonce=view.proof.nonce)),
            (parts.human(w), parts.home(w)),
        ),
        proof=view.proof,
    )


def resumed_note(w: Words) -> str:
    """The note, for the first screen, that the pause has ended."""
    return w.t("Saved. Nothing is paused now.")


def _stale_note(view: RestoreView, w: Words) -> str | None:
    if not view.stale:
        return None
    return w.t("Something has changed since that message. Nothing was saved. Please look again.")


def _names(view: RestoreView, w: Words) -> str:
    return quoted_titles(view.restored, TITLES_SHOWN, w)
