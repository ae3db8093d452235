"""Announcing in the chat, for staff: the desk, the count, and how a notice goes."""

from dialogs import parts
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows, shorten
from dialogs.staff import draft, draft_times, labels
from dialogs.staff.callbacks import (
    Approve,
    NewNotice,
    Part,
    ResumeNotice,
    ShowDesk,
    ShowSheet,
    StopNotice,
)
from dialogs.staff.draft_preview import preview
from knowledge.cards.card import own_name
from locales.words import Words
from service.notices.authoring.chat_views import Desk, Said, Sheet
from service.notices.values import OVER, Report, Status
from service.staff.values import LinkState, LinkView

NAME = 32


def desk(view: Desk, w: Words) -> Screen:
    """Where one is staff and what was announced there; for anybody else, what to do."""
    if not view.posts:
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
                w.t("For {mid}, as {name}", mid=own_name(post.mid.name, w), name=post.name)
                for post in view.posts
            ],
            listed or w.t("Nothing was announced yet."),
        ),
        rows=rows(
            *[
                Button(
                    w.p("button", "New notice")
                    if len(view.posts) == 1
                    else w.p(
                        "button", "New: {mid}", mid=shorten(own_name(post.mid.name, w), NAME)
                    ),
                    NewNotice(mid=post.mid.id),
                )
                for post in view.posts
            ],
            *[
                Button(
                    shorten(labels.title(notice, w)),
                    ShowSheet(notice=notice.id, part=Part.OVERVIEW),
                )
                for notice in view.notices
            ],
            (parts.human(w), parts.home(w)),
        ),
    )


def welcome(view: LinkView, w: Words) -> Screen:
    """What opening a staff link did."""
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
                Button(w.p("button", "Announce something"), ShowDesk()),
                (parts.human(w), parts.home(w)),
            ),
        )
    says = {
        LinkState.ALREADY: w.t("You are staff of {mid} already. Nothing was changed.", mid=name),
        LinkState.USED: w.t("Somebody has used this link before. Nothing was changed."),
        LinkState.EXPIRED: w.t(
            "This link of {mid} is too old. Ask {mid} for a new one.", mid=name
        ),
        LinkState.WRONG: w.t("This link leads nowhere. Check it, or ask your MID for a new one."),
    }
    return Screen(
        w.locale, text=paragraphs(says[view.state]), rows=rows((parts.human(w), parts.home(w)))
    )


def screen(sheet: Sheet, w: Words) -> Screen:
    """A notice as it stands: a draft, its count, or how it goes."""
    status = sheet.notice.status
    if status is Status.SECOND or (status is Status.DRAFT and sheet.counted is not None):
        return count(sheet, w)
    if status is Status.DRAFT:
        return draft.overview(sheet, w)
    return progress(sheet.report, w, note=draft.note(sheet, w))


def part(sheet: Sheet, which: Part, at: str, w: Words) -> Screen:
    """One of the screens about a notice. ``at`` is a language."""
    match which:
        case Part.TEXTS:
            return draft.texts(sheet, w)
        case Part.AUDIENCE:
            return draft.audience(sheet, w)
        case Part.KIND:
            return draft.kinds(sheet, w)
        case Part.SEND_AT | Part.CLOSES:
            return draft_times.asked(sheet, which, w)
        case Part.PREVIEW:
            return preview(sheet, at, w)
        case _:
            return screen(sheet, w)


def after_text(sheet: Sheet, w: Words) -> Screen:
    """What follows a text that was typed: the notice, or, where it was not taken, the texts."""
    return screen(sheet, w) if sheet.said is Said.SAVED else draft.texts(sheet, w)


def count(sheet: Sheet, w: Words) -> Screen:
    """How many people it goes to, exactly, and the button that approves this number."""
    notice, counted = sheet.notice, sheet.counted
    by_language = counted.by_language if counted else notice.counted
    foreign = sum((counted.foreign if counted else notice.foreign).values())
    total = sum(by_language.values())
    may = sheet.complete and total > 0
    may = may and (notice.status is Status.DRAFT or sheet.second)
    return Screen(
        w.locale,
        text=paragraphs(
            draft.note(sheet, w),
            draft.head(notice, w),
            lines(
                [
                    bold(w.n("It goes to {n} person.", "It goes to {n} people.", total)),
                    *[
                        w.t("{language}: {n}", language=w.language_label(one), n=n)
                        for one, n in sorted(by_language.items())
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
            _second(sheet, total, w),
            labels.night(sheet.report, w),
            w.t("Nobody has got it yet.") if total else None,
        ),
        rows=rows(
            Button(
                w.n("Send to {n} person", "Send to {n} people", total),
                Approve(notice=notice.id, total=total, seen=sheet.seen),
            )
            if may
            else None,
            (
                Button(w.p("button", "Preview"), _to(sheet, Part.PREVIEW)),
                Button(w.p("button", "Count again"), _to(sheet, Part.COUNT)),
            ),
            Button(w.p("button", "Back"), _to(sheet, Part.OVERVIEW))
            if notice.status is Status.DRAFT
            else Button(w.p("button", "Stop it"), StopNotice(notice=notice.id)),
            (Button(w.p("button", "All notices"), ShowDesk()), parts.home(w)),
        ),
    )


def _to(sheet: Sheet, part: Part) -> ShowSheet:
    return ShowSheet(notice=sheet.notice.id, part=part)


def _second(sheet: Sheet, total: int, w: Words) -> str | None:
    most = sheet.notice.mid.second_person_above
    if sheet.notice.status is Status.SECOND:
        return labels.state(sheet.notice, w)
    if most is None or total <= most:
        return None
    return w.t(
        "The limit for one person is {most}. A second person has to approve it too.", most=most
    )


def progress(report: Report, w: Words, *, note: str | None = None) -> Screen:
    """How a notice goes: what became of it so far, with what can still be done."""
    notice = report.notice
    answers = labels.answers(report, w)
    resumes = notice.status is Status.PAUSED
    return Screen(
        w.locale,
        text=paragraphs(
            note,
            draft.head(notice, w),
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
            Button(w.p("button", "Go on"), ResumeNotice(notice=notice.id)) if resumes else None,
            Button(w.p("button", "Stop it"), StopNotice(notice=notice.id))
            if notice.status not in OVER
            else None,
            (
                Button(w.p("button", "Refresh"), ShowSheet(notice=notice.id, part=Part.OVERVIEW)),
                Button(w.p("button", "Correct"), ShowSheet(notice=notice.id, part=Part.TEXTS)),
            ),
            Button(w.p("button", "All notices"), ShowDesk()),
        ),
    )
