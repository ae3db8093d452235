"""The member's MIDs, the page of one, and the people who can be asked."""

from collections.abc import Sequence

from dialogs import asking, notice, parts
from dialogs.callbacks import Go, Place, ShowMid
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from knowledge.cards.card import own_name, own_words
from knowledge.cards.vocabulary import funding_label, legal_form_label
from locales.words import Words
from service.mids.values import Mid
from service.notices.views import MuteView
from service.people.values import Membership


def overview(memberships: Sequence[Membership], w: Words) -> Screen:
    """The MIDs that the member is in."""
    if not memberships:
        return Screen(
            w.locale,
            text=paragraphs(w.t("You are in no MID yet.")),
            rows=rows((parts.human(w), parts.home(w))),
        )
    return Screen(
        w.locale,
        text=paragraphs(
            lines(
                [
                    bold(w.t("My MIDs")),
                    *(own_name(membership.mid.name, w) for membership in memberships),
                ]
            ),
            w.t("No MID learns from us that you are in another one."),
        ),
        rows=rows(
            *[
                Button(
                    shorten(own_name(membership.mid.name, w)), ShowMid(membership=membership.id)
                )
                for membership in memberships
            ],
            (parts.human(w), parts.home(w)),
        ),
    )


def screen(view: MuteView, w: Words) -> Screen:
    """One MID: what it is, who pays it, its rules, where to complain, whether it is muted."""
    membership, mid = view.membership, view.membership.mid
    return Screen(
        w.locale,
        text=paragraphs(
            lines([bold(own_name(mid.name, w)), own_words(mid.about, w)]),
            [
                w.t("Form: {form}", form=legal_form_label(mid.legal_form, w)),
                w.t("Law: {place}", place=w.region(mid.jurisdiction)),
                w.t("Your number there: {ref}", ref=membership.ref),
            ],
            lines([bold(w.t("Who pays it")), *funding(mid, w), links(mid, w)]),
            w.t(
                "Of what buyers pay, {share} goes to the members.",
                share=w.percent(mid.member_share),
            ),
            lines([bold(w.t("Its own rules")), *_standards(mid, w)]),
            lines([bold(w.t("To complain")), *_complaints(mid, w)]),
            w.t("How it handles data: {page}", page=mid.privacy_policy),
            w.t("You have muted this MID.") if view.muted else None,
        ),
        rows=rows(
            notice.mute_button(membership.id, w, on=not view.muted),
            (parts.human(w), parts.back(w, Place.MIDS)),
        ),
    )


def funding(mid: Mid, w: Words) -> list[str]:
    """Where a MID's money comes from; warns when all of it grows with the data licensed."""
    sentences = [
        # NOTE: {source} is where a MID's money comes from: "member dues", "licence fees" ...
        w.t(
            "{share} from {source}",
            source=funding_label(source.kind, w),
            share=w.percent(source.percent / 100),
        )
        for source in mid.funding
    ]
    if mid.earns_by_volume_only:
        sentences.append(w.t("It earns only when data flows. Keep that in mind."))
    return sentences


def links(mid: Mid, w: Words) -> str:
    """The sentence that names the companies a MID is linked to."""
    if not mid.affiliates:
        return w.t("Linked to no other company.")
    return w.t(
        "Linked to: {names}.", names=w.join([affiliate.name for affiliate in mid.affiliates])
    )


def _standards(mid: Mid, w: Words) -> list[str]:
    if mid.standards is None:
        return [w.t("Not published.")]
    standards = mid.standards
    items = [w.t("Version {version}, {date}", version=standards.version, date=standards.on)]
    if standards.text:
        items.append(own_words(standards.text, w))
    if standards.url:
        items.append(standards.url)
    return items


def _complaints(mid: Mid, w: Words) -> list[str]:
    roles = {
        "auditor": w.t("Auditor"),
        "authority": w.t("Authority"),
        "ombudsperson": w.t("Ombudsperson"),
        "board": w.t("Board"),
        "other": w.t("Someone else"),
    }
    items = [w.t("To the MID: {contact}", contact=mid.contact.email)]
    items += [
        w.t(
            "{role}: {name}, {contact}",
            role=roles[complaint.role],
            name=complaint.name,
            contact=complaint.contact,
        )
        for complaint in mid.complaints
    ]
    named = {complaint.role for complaint in mid.complaints}
    if "auditor" not in named:
        items.append(w.t("Auditor: none named."))
    if "authority" not in named:
        items.append(w.t("Authority: none named."))
    return items


def contacts(memberships: Sequence[Membership], operator: str | None, w: Words) -> Screen:
    """How to reach a person at each MID; for a member of none, the ``operator``'s contact."""
    blocks: list[str] = [
        lines(
            [
                bold(own_name(membership.mid.name, w)),
                membership.mid.contact.email,
                w.t(
                    "They answer within {hours}.",
                    hours=w.duration(membership.mid.contact.reply_within_hours, "hour"),
                ),
                w.t("Hours: {hours}", hours=w.hours(membership.mid.contact.staff_hours)),
                w.t("Your number there: {ref}", ref=membership.ref),
            ]
        )
        for membership in memberships
    ]
    if not blocks:
        blocks = [
            w.t("You are in no MID yet, so there is no one at a MID to ask."),
            w.t("Who runs this: {contact}", contact=operator)
            if operator
            else w.t("Ask whoever told you about it."),
        ]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("A person who can help")),
            *blocks,
            asking.how_to_ask(w) if memberships else None,
        ),
        rows=rows(
            Button(w.p("button", "My questions"), Go(place=Place.QUESTIONS))
            if memberships
            else None,
            parts.home(w),
        ),
    )
