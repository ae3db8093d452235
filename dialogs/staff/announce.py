"""Announcing in the chat, for staff: the overview, the count, and the progress of a notice."""

from dialogs import parts
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from dialogs.staff import draft, draft_times, labels
from dialogs.staff.callbacks import (
    ApproveNotice,
    NewNotice,
    NoticePart,
    ResumeNotice,
    ShowStaffNotice,
    ShowStaffOverview,
    StopNotice,
)
from dialogs.staff.draft_preview import preview
from knowledge.cards.card import own_name
from locales.words import Words
from service.notices.authoring.chat_views import DraftEvent, StaffNoticeView, StaffOverview
from service.notices.values import ENDED, NoticeReport, NoticeStatus
from service.staff.values import LinkState, LinkView

NAME = 32


def overview(view: StaffOverview, w: Words) -> Screen:
    """List the MIDs one is staff of with their newest notices; for others, how to become staff."""
    if not view.roles:
        return Screen(
            w.locale,
            text=paragraphs(
                w.t("Only staff of a MID announce here."),
                w.t("Are you staff? Your MID can give you a link for it."),
            ),
            rows=rows((parts.human(w), parts.home(w))),
        )
    listed = [
        w.t("{title}: {status}", title=labels.title(notice, w), status=labels.status(notice, w))
        for notice in view.notices
    ]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Announcing")),
            [
                w.t("For {mid}, as {name}", mid=own_name(role.mid.name, w), name=role.name)
                for role in view.roles
            ],
            listed or w.t("Nothing was announced yet."),
        ),
        rows=rows(
            *[
                Button(
                    w.p("button", "New notice")
                    if len(view.roles) == 1
                    else w.p(
                        "button", "New: {mid}", mid=shorten(own_name(role.mid.name, w), NAME)
                    ),
                    NewNotice(mid=role.mid.id),
                )
                for role in view.roles
            ],
            *[
                Button(
                    shorten(labels.title(notice, w)),
                    ShowStaffNotice(notice=notice.id, part=NoticePart.OVERVIEW),
                )
                for notice in view.notices
            ],
            (parts.human(w), parts.home(w)),
        ),
    )


def welcome(view: LinkView, w: Words) -> Screen:
    """Tell what opening a staff link did."""
    name = own_name(view.mid.name, w) if view.mid else ""
    if view.state is LinkState.WELCOME:
        return Screen(
            w.locale,
            text=paragraphs(
                bold(w.t("You are staff of {mid} now.", mid=name)),
                w.t("What you approve is signed with your name: {name}.", name=view.name),
                w.t("{command} opens this at any time.", command="/announce"),
            ),
            rows=rows(
                Button(w.p("button", "Announce something"), ShowStaffOverview()),
                (parts.human(w), parts.home(w)),
            ),
        )
    refusals = {
        LinkState.ALREADY: w.t("You are staff of {mid} already. Nothing was changed.", mid=name),
        LinkState.USED: w.t("Somebody has used this link before. Nothing was changed."),
        LinkState.EXPIRED: w.t(
            "This link of {mid} is too old. Ask {mid} for a new one.", mid=name
        ),
        LinkState.WRONG: w.t("This link leads nowhere. Check it, or ask your MID for a new one."),
    }
    return Screen(
        w.locale, text=paragraphs(refusals[view.state]), rows=rows((parts.human(w), parts.home(w)))
    )


def screen(view: StaffNoticeView, w: Words) -> Screen:
    """Show a notice in its state: the draft, its count, or its progress."""
    status = view.notice.status
    if status is NoticeStatus.SECOND or (
        status is NoticeStatus.DRAFT and view.counted is not None
    ):
        return count(view, w)
    if status is NoticeStatus.DRAFT:
        return draft.overview(view, w)
    return progress(view.report, w, note=draft.event_note(view, w))


def part(view: StaffNoticeView, which: NoticePart, at: str, w: Words) -> Screen:
    """Show one part of a notice; ``at`` is the language of the preview."""
    match which:
        case NoticePart.TEXTS:
            return draft.texts(view, w)
        case NoticePart.AUDIENCE:
            return draft.audience(view, w)
        case NoticePart.KIND:
            return draft.kinds(view, w)
        case NoticePart.SEND_AT | NoticePart.CLOSES:
            return draft_times.question(view, which, w)
        case NoticePart.PREVIEW:
            return preview(view, at, w)
        case _:
            return screen(view, w)


def after_text(view: StaffNoticeView, w: Words) -> Screen:
    """Answer a typed text: the notice where it was saved, else the texts with the reason."""
    return screen(view, w) if view.event is DraftEvent.SAVED else draft.texts(view, w)


def count(view: StaffNoticeView, w: Words) -> Screen:
    """Show how many people a notice goes to, and the button that approves this number."""
    notice, counted = view.notice, view.counted
    by_language = counted.by_language if counted else notice.counted
    foreign = sum((counted.foreign if counted else notice.foreign).values())
    total = sum(by_language.values())
    may_approve = view.complete and total > 0
    may_approve = may_approve and (notice.status is NoticeStatus.DRAFT or view.may_approve_second)
    return Screen(
        w.locale,
        text=paragraphs(
            draft.event_note(view, w),
            draft.heading(notice, w),
            lines(
                [
                    bold(w.n("It goes to {n} person.", "It goes to {n} people.", total)),
                    *[
                        w.t("{language}: {n}", language=w.language_label(language), n=n)
                        for language, n in sorted(by_language.items())
                    ],
                ]
            )
            if total
            else w.t("It is for nobody now. Choose again who it is for."),
            w.n(
                "{n} of them reads it in a language that is not theirs.",
                "{n} of them read it in a language that is not theirs.",
                foreign,
            )
            if foreign
            else None,
            labels.times(notice, w) or None,
            _second_approval(view, total, w),
            labels.night(view.report, w),
            w.t("Nobody has got it yet.") if total else None,
        ),
        rows=rows(
            Button(
                w.n("Send to {n} person", "Send to {n} people", total),
                ApproveNotice(notice=notice.id, total=total, seen=view.seen),
            )
            if may_approve
            else None,
            (
                Button(w.p("button", "Preview"), draft.part_callback(view, NoticePart.PREVIEW)),
                Button(w.p("button", "Count again"), draft.part_callback(view, NoticePart.COUNT)),
            ),
            Button(w.p("button", "Back"), draft.part_callback(view, NoticePart.OVERVIEW))
            if notice.status is NoticeStatus.DRAFT
            else Button(w.p("button", "Stop it"), StopNotice(notice=notice.id)),
            (Button(w.p("button", "All notices"), ShowStaffOverview()), parts.home(w)),
        ),
    )


def _second_approval(view: StaffNoticeView, total: int, w: Words) -> str | None:
    most = view.notice.mid.second_person_above
    if view.notice.status is NoticeStatus.SECOND:
        return labels.state(view.notice, w)
    if most is None or total <= most:
        return None
    return w.t(
        "The limit for one person is {most}. A second person has to approve it too.", most=most
    )


def progress(report: NoticeReport, w: Words, *, note: str | None = None) -> Screen:
    """Show what became of an approved notice so far, with buttons to stop, resume and correct.

    ``note`` says what the last action did.
    """
    notice = report.notice
    answers = labels.answers(report, w)
    is_paused = notice.status is NoticeStatus.PAUSED
    return Screen(
        w.locale,
        text=paragraphs(
            note,
            draft.heading(notice, w),
            labels.state(notice, w),
            labels.night(report, w),
            lines(
                [
                    bold(w.n("For {n} person", "For {n} people", notice.total)),
                    *labels.outcomes(report, w),
                ]
            )
            if notice.total
            else None,
            lines([bold(w.t("Answers")), *answers]) if answers else None,
            w.t("Delivered does not mean read.") if notice.settled else None,
        ),
        rows=rows(
            Button(w.p("button", "Go on"), ResumeNotice(notice=notice.id)) if is_paused else None,
            Button(w.p("button", "Stop it"), StopNotice(notice=notice.id))
            if notice.status not in ENDED
            else None,
            (
                Button(
                    w.p("button", "Refresh"),
                    ShowStaffNotice(notice=notice.id, part=NoticePart.OVERVIEW),
                ),
                Button(
                    w.p("button", "Correct"),
                    ShowStaffNotice(notice=notice.id, part=NoticePart.TEXTS),
                ),
            ),
            Button(w.p("button", "All notices"), ShowStaffOverview()),
        ),
    )
