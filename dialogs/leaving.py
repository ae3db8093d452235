"""Leaving a MID, and deleting everything."""

from collections.abc import Sequence

from dialogs import parts
from dialogs.callbacks import DeleteAll, Leave, UndoLeave
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name
from locales.words import Words
from service.mids.values import Mid
from service.people.values import Membership

NAME_SHOWN = 30


def screen(memberships: Sequence[Membership], w: Words) -> Screen:
    """Which MID to leave, and whether to keep or erase what is stored. No reason is asked for."""
    if not memberships:
        return Screen(
            w.locale,
            text=paragraphs(w.t("You are in no MID, so there is none to leave.")),
            rows=rows((parts.human(w), parts.home(w))),
        )
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Leave a MID")),
            w.t("It ends at once. You are then in none of its licences."),
            lines(
                [
                    bold(w.t("Leave and keep")),
                    w.t("Your answers there stay stored here. No screen shows them then."),
                ]
            ),
            lines(
                [
                    bold(w.t("Leave and erase")),
                    w.t("What is kept here about you and this MID is gone for good."),
                ]
            ),
            w.t("What you have earned stays yours. The MID keeps its own records."),
        ),
        rows=rows(
            *[row for membership in memberships for row in _rows(membership, len(memberships), w)],
            (parts.human(w), parts.home(w)),
        ),
    )


def _rows(membership: Membership, count: int, w: Words) -> tuple[tuple[Button, ...], ...]:
    keep, erase = (
        Leave(membership=membership.id, erase=False),
        Leave(membership=membership.id, erase=True),
    )
    if count == 1:
        return (
            (Button(w.p("button", "Leave and keep"), keep),),
            (Button(w.p("button", "Leave and erase"), erase),),
        )
    name = shorten(own_name(membership.mid.name, w), NAME_SHOWN)
    return (
        (Button(w.p("button", "Leave, keep: {mid}", mid=name), keep),),
        (Button(w.p("button", "Leave, erase: {mid}", mid=name), erase),),
    )


def left(mid: Mid, kept: str | None, w: Words) -> Screen:
    """That the MID was left; ``kept`` is the id of the membership that can be taken up again.

    With ``kept`` None what was stored about the membership is erased.
    """
    name = own_name(mid.name, w)
    answers = (
        w.t("What was kept here about you and {mid} is erased.", mid=name)
        if kept is None
        else w.t("Your answers there are still kept here.")
    )
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("You have left {mid}. You are in none of its licences.", mid=name),
            answers,
            w.t("What you have earned stays yours. Ask: {contact}", contact=mid.contact.email),
        ),
        rows=rows(
            None if kept is None else Button(w.p("button", "Undo"), UndoLeave(membership=kept)),
            (parts.human(w), parts.home(w)),
        ),
    )


def undone(membership: Membership | None, w: Words) -> Screen:
    """That leaving was undone; with ``membership`` None, that it no longer can be."""
    if membership is None:
        note = w.t("That can no longer be taken back. Ask the MID for a new invite.")
    else:
        name = own_name(membership.mid.name, w)
        note = w.t("Taken back. You are in {mid} as before.", mid=name)
    return Screen(w.locale, text=paragraphs(note), rows=rows((parts.human(w), parts.home(w))))


def delete(w: Words) -> Screen:
    """What deleting everything means, before the one tap that does it."""
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Delete everything")),
            w.t("Everything kept here about you is erased at once: your memberships, answers, "
                "refusals and prices. It cannot be undone."),
            w.t("You are then in no licence. Each MID keeps its own records, and the buyers what "
                "they hold. Your MIDs must follow that up."),
        ),
        rows=rows(Button(w.p("button", "Delete everything"), DeleteAll()), parts.home(w)),
    )  # fmt: skip


def deleted(mids: Sequence[Mid], w: Words) -> Screen:
    """That everything is erased, and which of the ``mids`` to ask about data that buyers hold."""
    contacts = [
        w.t("{mid}: {contact}", mid=own_name(mid.name, w), contact=mid.contact.email)
        for mid in mids
    ]
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Done. Everything kept here about you is erased."),
            lines([w.t("What the buyers hold is followed up by your MID. Ask there:"), *contacts])
            if contacts
            else None,
            w.t("If you write to me again, we start as strangers."),
        ),
        rows=(),
    )
