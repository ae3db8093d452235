"""Leaving a MID, and deleting everything."""

from collections.abc import Sequence

from dialogs import parts
from dialogs.callbacks import DeleteAll, Leave, UndoLeave
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, short
from knowledge.cards.card import own_name
from locales.words import Words
from service.mids.values import Mid
from service.people.values import Membership

NAME_SHOWN = 30


def screen(memberships: Sequence[Membership], w: Words) -> Screen:
    """Which MID to leave, and whether to keep or erase what is held here. No reason is asked."""
    if not memberships:
        return Screen(
            text=paragraphs(w.t("You are in no MID, so there is none to leave.")),
            rows=rows((parts.human(w), parts.home(w))),
        )
    return Screen(
        text=paragraphs(
            bold(w.t("Leave a MID")),
            w.t("It ends at once. You are then in none of its licences."),
            lines(
                [
                    bold(w.t("Leave and keep")),
                    w.t("Your answers there stay here, so that you can look them up with us."),
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
            *[row for membership in memberships for row in _ways(membership, len(memberships), w)],
            (parts.human(w), parts.home(w)),
        ),
    )


def _ways(membership: Membership, many: int, w: Words) -> tuple[tuple[Button, ...], ...]:
    keep, erase = (
        Leave(membership=membership.id, erase=False),
        Leave(membership=membership.id, erase=True),
    )
    if many == 1:
        return (
            (Button(w.p("button", "Leave and keep"), keep),),
            (Button(w.p("button", "Leave and erase"), erase),),
        )
    name = short(own_name(membership.mid.name, w), NAME_SHOWN)
    return (
        (Button(w.p("button", "Leave, keep: {mid}", mid=name), keep),),
        (Button(w.p("button", "Leave, erase: {mid}", mid=name), erase),),
    )


def left(mid: Mid, kept: str | None, w: Words) -> Screen:
    """Left; ``kept`` is the membership whose answers are kept, None when they are erased."""
    name = own_name(mid.name, w)
    answers = (
        w.t("What was kept here about you and {mid} is erased.", mid=name)
        if kept is None
        else w.t("Your answers there are still kept here.")
    )
    return Screen(
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
    """A leaving taken back, or not."""
    if membership is None:
        says = w.t("That can no longer be taken back. Ask the MID for a new invite.")
    else:
        name = own_name(membership.mid.name, w)
        says = w.t("Taken back. You are in {mid} as before.", mid=name)
    return Screen(text=paragraphs(says), rows=rows((parts.human(w), parts.home(w))))


def delete(w: Words) -> Screen:
    """What deleting everything means, before the one tap that does it."""
    return Screen(
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
    """Done, and whom to ask about the rest."""
    contacts = [
        w.t("{mid}: {contact}", mid=own_name(mid.name, w), contact=mid.contact.email)
        for mid in mids
    ]
    return Screen(
        text=paragraphs(
            w.t("Done. Everything kept here about you is erased."),
            lines([w.t("What the buyers hold is followed up by your MID. Ask there:"), *contacts])
            if contacts
            else None,
            w.t("If you write to me again, we start as strangers."),
        ),
        rows=(),
    )
