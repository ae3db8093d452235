"""An invite: which MID it is of, who pays that MID, whom it is linked to, what joining means."""

from dialogs import parts
from dialogs.callbacks import Decline, Go, Join, Place, ShowLicences
from dialogs.mid import funding, links
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows
from knowledge.cards.card import own_name, own_words
from knowledge.cards.vocabulary import legal_form_label
from locales.words import Words
from service.journal.values import Proof
from service.people.values import InviteState, InviteView


def screen(view: InviteView, w: Words) -> Screen:
    """The offer to join, that the member has joined, or why the invite cannot be used."""
    if view.state is InviteState.JOINED:
        return _joined(view, w)
    if view.state is not InviteState.OPEN or view.mid is None:
        return Screen(
            w.locale, text=paragraphs(_closed(view, w)), rows=rows((parts.human(w), parts.home(w)))
        )
    mid = view.mid
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(own_name(mid.name, w)), own_words(mid.about, w)]),
            w.t("Form: {form}", form=legal_form_label(mid.legal_form, w)),
            lines([bold(w.t("Who pays it")), *funding(mid, w), links(mid, w)]),
            lines(
                [
                    bold(w.t("What joining means")),
                    w.t("It may bargain for you. You are in no licence until you say yes to it."),
                    w.t("You can leave at any time."),
                ]
            ),
        ),
        rows=rows(
            (
                Button(w.p("button", "Join"), Join(nonce=view.nonce)),
                Button(w.p("button", "No"), Decline(nonce=view.nonce)),
            ),
        ),
        proof=Proof(nonce=view.nonce, about="invite", subject=view.invite_id, digest=mid.id),
    )


def declined(view: InviteView, w: Words) -> Screen:
    """That the member has not joined, and until when the invite stays valid."""
    until = (
        w.t("The invite stays good until {date}.", date=view.expires_at.date())
        if view.expires_at and view.state is InviteState.OPEN
        else None
    )
    return Screen(
        w.locale,
        text=paragraphs(w.t("You have not joined. Nothing was saved."), until),
        rows=rows((parts.human(w), parts.home(w))),
    )


def _joined(view: InviteView, w: Words) -> Screen:
    assert view.mid is not None
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("You are in {mid} now.", mid=own_name(view.mid.name, w))),
            w.t("You are in none of its licences until you say yes to one."),
        ),
        rows=rows(
            (
                Button(w.p("button", "My licences"), ShowLicences(page=0)),
                Button(w.p("button", "My price"), Go(place=Place.KNOB)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def _closed(view: InviteView, w: Words) -> str:
    name = own_name(view.mid.name, w) if view.mid else ""
    match view.state:
        case InviteState.EXPIRED:
            return w.t("This invite of {mid} is too old. Ask {mid} for a new one.", mid=name)
        case InviteState.USED:
            return w.t(
                "This invite of {mid} was used before. If it was not you, tell {mid}. "
                "Nothing was changed.",
                mid=name,
            )
        case InviteState.ALREADY_IN:
            return w.t("You are in {mid} already. Nothing was changed.", mid=name)
        case _:
            return w.t("This link leads nowhere. Check it, or ask your MID for a new one.")
