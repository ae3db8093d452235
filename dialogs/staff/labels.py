"""Wording about notices for staff: kinds, states, audiences, outcomes."""

from collections.abc import Sequence

from knowledge.cards.card import own_name
from locales.words import SHIPPED, Words, words
from service.licences.values import Licence
from service.notices.values import (
    AnswerOption,
    DeferReason,
    HaltReason,
    Notice,
    NoticeKind,
    NoticeOutcome,
    NoticeReport,
    NoticeStatus,
)


def yes_and_no() -> tuple[AnswerOption, ...]:
    """The two answers that a notice written in the chat can offer, in every language."""
    catalogues = {language: words(language) for language in SHIPPED}
    return (
        AnswerOption(
            id="yes", label={language: w.p("button", "Yes") for language, w in catalogues.items()}
        ),
        AnswerOption(
            id="no", label={language: w.p("button", "No") for language, w in catalogues.items()}
        ),
    )


def kind(of: NoticeKind, w: Words) -> str:
    """What a notice is about, in one or two words."""
    # NOTE: What a notice is about. One or two words each, no full stop.
    labels = {
        NoticeKind.GENERAL: w.p("notice kind", "News"),
        NoticeKind.AUDIT: w.p("notice kind", "Audit"),
        NoticeKind.COACHING: w.p("notice kind", "Coaching"),
        NoticeKind.VOTE: w.p("notice kind", "Vote"),
        NoticeKind.BREACH: w.p("notice kind", "Data breach"),
        NoticeKind.LICENCE_OFFER: w.p("notice kind", "New licence"),
        NoticeKind.MATERIAL_CHANGE: w.p("notice kind", "Changed terms"),
        NoticeKind.STRIKE_CALL: w.p("notice kind", "Call to strike"),
        NoticeKind.TASK: w.p("notice kind", "Task"),
        NoticeKind.STATEMENT: w.p("notice kind", "Statement"),
    }
    return labels[of]


def title(notice: Notice, w: Words) -> str:
    """The title in the reader's language or the original; for a draft it may be missing."""
    titles = {language: text.title for language, text in notice.content.text.items()}
    return w.pick(titles).text if titles else w.t("No text yet")


def status(notice: Notice, w: Words) -> str:
    """The status of a notice in a few words, for a list."""
    # NOTE: How far a notice has come. A few small letters each, no full stop.
    labels = {
        NoticeStatus.DRAFT: w.p("notice", "draft"),
        NoticeStatus.SECOND: w.p("notice", "waits for a second person"),
        NoticeStatus.SCHEDULED: w.p("notice", "starts later"),
        NoticeStatus.RUNNING: w.p("notice", "going out"),
        NoticeStatus.PAUSED: w.p("notice", "on hold"),
        NoticeStatus.STOPPED: w.p("notice", "stopped"),
        NoticeStatus.FINISHED: w.p("notice", "done"),
        NoticeStatus.EXPIRED: w.p("notice", "too late"),
    }
    return labels[notice.status]


def state(notice: Notice, w: Words) -> str:
    """The status of a notice in a sentence, with what explains it."""
    if notice.status is NoticeStatus.SECOND:
        return w.t(
            "{name} approved it. A second person has to approve it too.",
            name=notice.approved_by or "",
        )
    if notice.status is NoticeStatus.SCHEDULED and notice.due_at is not None:
        return w.t("It starts on {moment}.", moment=w.moment(notice.due_at, notice.mid.zone))
    if notice.status is NoticeStatus.PAUSED:
        return _pause_reason(notice.halt, w)
    sentences = {
        NoticeStatus.DRAFT: w.t("A draft. Nobody has got it."),
        NoticeStatus.SCHEDULED: w.t("It starts soon."),
        NoticeStatus.RUNNING: w.t("It is going out now."),
        NoticeStatus.STOPPED: w.t("It was stopped. Nobody else gets it."),
        NoticeStatus.FINISHED: w.t("It is done."),
        NoticeStatus.EXPIRED: w.t("Its time is over. Nobody else gets it."),
    }
    return sentences[notice.status]


def times(notice: Notice, w: Words) -> list[str]:
    """Lines on when a notice is sent and until when it can be answered, where that is set."""
    content, zone = notice.content, notice.mid.zone
    moments = []
    if content.send_at is not None:
        moments.append(w.t("Goes out: {moment}", moment=w.moment(content.send_at, zone)))
    if content.closes is not None:
        moments.append(w.t("Answers until: {moment}", moment=w.moment(content.closes, zone)))
    return moments


def _pause_reason(halt: HaltReason | None, w: Words) -> str:
    """Why a notice was paused, and what to do about it."""
    match halt:
        case HaltReason.CANARY:
            return w.t("It is on hold: too many of the first messages failed.")
        case HaltReason.MISSED:
            return w.t("It is on hold: some people were left out. If it goes on, they get it.")
        case _:
            return w.t("It is on hold: Telegram does not take its text. Correct it.")


def night(report: NoticeReport, w: Words) -> str | None:
    """A line that the notice waits for the end of the MID's quiet hours; None outside of them."""
    if report.morning is None:
        return None
    moment = w.moment(report.morning, report.notice.mid.zone)
    return w.t(
        "It is night for members now. It wakes nobody and waits until {moment}.", moment=moment
    )


def audience(notice: Notice, licences: Sequence[Licence], w: Words) -> str:
    """Whom a notice is for, as the end of "For: ..."."""
    to = notice.content.audience
    if to.everyone:
        return w.t("everyone")
    if to.refs:
        return w.n("{n} chosen number", "{n} chosen numbers", len(to.refs))
    if not to.licences:
        return w.t("nobody yet")
    names = w.join([_name(slug, licences, w) for slug in to.licences])
    if to.standing == "in":
        return w.t("who is in {names}", names=names)
    if to.standing == "out":
        return w.t("who is not in {names}", names=names)
    return w.t("who can be in {names}", names=names)


def _name(slug: str, licences: Sequence[Licence], w: Words) -> str:
    for licence in licences:
        if licence.slug == slug:
            return own_name(licence.terms.title, w)
    return slug


def outcomes(report: NoticeReport, w: Words) -> list[str]:
    """Lines with the number of people of each outcome that anybody has."""
    of, waiting = report.notice.count_of, report.waiting
    # NOTE: What became of a notice; each line counts people.
    counts = [
        (of(NoticeOutcome.SENT), w.t("Delivered to Telegram: {n}", n=of(NoticeOutcome.SENT))),
        (
            of(NoticeOutcome.IN_DIGEST),
            w.t("Delivered in a digest: {n}", n=of(NoticeOutcome.IN_DIGEST)),
        ),
        (of(NoticeOutcome.BLOCKED), w.t("Have blocked the bot: {n}", n=of(NoticeOutcome.BLOCKED))),
        (of(NoticeOutcome.UNREACHABLE), w.t("Out of reach: {n}", n=of(NoticeOutcome.UNREACHABLE))),
        (of(NoticeOutcome.MUTED), w.t("Want no notices: {n}", n=of(NoticeOutcome.MUTED))),
        (of(NoticeOutcome.LEFT), w.t("Have left: {n}", n=of(NoticeOutcome.LEFT))),
        (of(NoticeOutcome.CHANGED), w.t("No longer concerned: {n}", n=of(NoticeOutcome.CHANGED))),
        (of(NoticeOutcome.UNCERTAIN), w.t("Not certain: {n}", n=of(NoticeOutcome.UNCERTAIN))),
        (of(NoticeOutcome.FAILED), w.t("Failed: {n}", n=of(NoticeOutcome.FAILED))),
        (
            waiting.get(DeferReason.NIGHT, 0),
            w.t("Wait for morning: {n}", n=waiting.get(DeferReason.NIGHT, 0)),
        ),
        (
            waiting.get(DeferReason.DIGEST, 0),
            w.t("Wait for a digest: {n}", n=waiting.get(DeferReason.DIGEST, 0)),
        ),
        (
            waiting.get(DeferReason.RETRY, 0),
            w.t("Tried again soon: {n}", n=waiting.get(DeferReason.RETRY, 0)),
        ),
        (report.pending, w.t("Not reached yet: {n}", n=report.pending)),
    ]
    return [line for n, line in counts if n]


def answers(report: NoticeReport, w: Words) -> list[str]:
    """Lines with the number of people who chose each answer."""
    return [
        w.t(
            "{answer}: {n}",
            answer=own_name(answer.label, w),
            n=report.answers.get(answer.id, 0),
        )
        for answer in report.notice.content.answers
    ]
