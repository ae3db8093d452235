"""Words about notices for those who send them: kinds, audiences, how far one has come."""

from collections.abc import Sequence

from knowledge.cards.card import own_name
from locales.words import SHIPPED, Words, words
from service.licences.values import Licence
from service.notices.values import Choice, Halt, Hold, Notice, NoticeKind, Outcome, Report, Status


def yes_and_no() -> tuple[Choice, ...]:
    """The two answers that a notice from the chat can offer, in every language."""
    said = {one: words(one) for one in SHIPPED}
    return (
        Choice(id="yes", label={one: w.p("button", "Yes") for one, w in said.items()}),
        Choice(id="no", label={one: w.p("button", "No") for one, w in said.items()}),
    )


def kind(one: NoticeKind, w: Words) -> str:
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
    return labels[one]


def title(notice: Notice, w: Words) -> str:
    """The title as far as there is one."""
    texts = {language: one.title for language, one in notice.content.text.items()}
    return w.pick(texts).text if texts else w.t("No text yet")


def status(notice: Notice, w: Words) -> str:
    """How far a notice has come, in a few words, for a list."""
    # NOTE: How far a notice has come. A few small letters each, no full stop.
    labels = {
        Status.DRAFT: w.p("notice", "draft"),
        Status.SECOND: w.p("notice", "waits for a second person"),
        Status.SCHEDULED: w.p("notice", "starts later"),
        Status.RUNNING: w.p("notice", "going out"),
        Status.PAUSED: w.p("notice", "on hold"),
        Status.STOPPED: w.p("notice", "stopped"),
        Status.FINISHED: w.p("notice", "done"),
        Status.EXPIRED: w.p("notice", "too late"),
    }
    return labels[notice.status]


def state(notice: Notice, w: Words) -> str:
    """How far a notice has come, in a sentence."""
    if notice.status is Status.SECOND:
        return w.t(
            "{name} approved it. A second person has to approve it too.",
            name=notice.approved_by or "",
        )
    if notice.status is Status.SCHEDULED and notice.due_at is not None:
        return w.t("It starts on {moment}.", moment=w.moment(notice.due_at, notice.mid.zone))
    if notice.status is Status.PAUSED:
        return _halted(notice.halt, w)
    says = {
        Status.DRAFT: w.t("A draft. Nobody has got it."),
        Status.SCHEDULED: w.t("It starts soon."),
        Status.RUNNING: w.t("It is going out now."),
        Status.STOPPED: w.t("It was stopped. Nobody else gets it."),
        Status.FINISHED: w.t("It is done."),
        Status.EXPIRED: w.t("Its time is over. Nobody else gets it."),
    }
    return says[notice.status]


def times(notice: Notice, w: Words) -> list[str]:
    """When it goes out and until when it can be answered, as far as that was said."""
    content, zone = notice.content, notice.mid.zone
    found = []
    if content.send_at is not None:
        found.append(w.t("Goes out: {moment}", moment=w.moment(content.send_at, zone)))
    if content.closes is not None:
        found.append(w.t("Answers until: {moment}", moment=w.moment(content.closes, zone)))
    return found


def _halted(why: Halt | None, w: Words) -> str:
    """Why it was put on hold, and what to do about it."""
    match why:
        case Halt.WAVE:
            return w.t("It is on hold: too many of the first messages failed.")
        case Halt.MISSED:
            return w.t("It is on hold: some people were left out. If it goes on, they get it.")
        case _:
            return w.t("It is on hold: Telegram does not take its text. Correct it.")


def night(report: Report, w: Words) -> str | None:
    """That it waits for the morning, where it is night for the MID."""
    if report.morning is None:
        return None
    moment = w.moment(report.morning, report.notice.mid.zone)
    return w.t(
        "It is night for members now. It wakes nobody and waits until {moment}.", moment=moment
    )


def audience(notice: Notice, licences: Sequence[Licence], w: Words) -> str:
    """Who a notice is for, as the end of "For: ..."."""
    said = notice.content.audience
    if said.everyone:
        return w.t("everyone")
    if said.refs:
        return w.n("{n} chosen number", "{n} chosen numbers", len(said.refs))
    if not said.licences:
        return w.t("nobody yet")
    names = w.join([_name(slug, licences, w) for slug in said.licences])
    if said.standing == "in":
        return w.t("who is in {names}", names=names)
    if said.standing == "out":
        return w.t("who is not in {names}", names=names)
    return w.t("who can be in {names}", names=names)


def _name(slug: str, licences: Sequence[Licence], w: Words) -> str:
    for licence in licences:
        if licence.slug == slug:
            return own_name(licence.terms.title, w)
    return slug


def outcomes(report: Report, w: Words) -> list[str]:
    """What became of it so far: a line for every outcome that somebody has."""
    of, waiting = report.notice.of, report.waiting
    # NOTE: What became of a notice; each line counts people.
    found = [
        (of(Outcome.SENT), w.t("Delivered to Telegram: {n}", n=of(Outcome.SENT))),
        (of(Outcome.IN_DIGEST), w.t("Delivered in a digest: {n}", n=of(Outcome.IN_DIGEST))),
        (of(Outcome.BLOCKED), w.t("Have blocked the bot: {n}", n=of(Outcome.BLOCKED))),
        (of(Outcome.UNREACHABLE), w.t("Out of reach: {n}", n=of(Outcome.UNREACHABLE))),
        (of(Outcome.MUTED), w.t("Want no notices: {n}", n=of(Outcome.MUTED))),
        (of(Outcome.LEFT), w.t("Have left: {n}", n=of(Outcome.LEFT))),
        (of(Outcome.CHANGED), w.t("No longer concerned: {n}", n=of(Outcome.CHANGED))),
        (of(Outcome.UNCERTAIN), w.t("Not certain: {n}", n=of(Outcome.UNCERTAIN))),
        (of(Outcome.FAILED), w.t("Failed: {n}", n=of(Outcome.FAILED))),
        (waiting.get(Hold.NIGHT, 0), w.t("Wait for morning: {n}", n=waiting.get(Hold.NIGHT, 0))),
        (
            waiting.get(Hold.DIGEST, 0),
            w.t("Wait for a digest: {n}", n=waiting.get(Hold.DIGEST, 0)),
        ),
        (waiting.get(Hold.RETRY, 0), w.t("Tried again soon: {n}", n=waiting.get(Hold.RETRY, 0))),
        (report.pending, w.t("Not reached yet: {n}", n=report.pending)),
    ]
    return [line for n, line in found if n]


def answers(report: Report, w: Words) -> list[str]:
    """How many chose each answer."""
    return [
        w.t(
            "{answer}: {n}",
            answer=own_name(answer.label, w),
            n=report.answers.get(answer.id, 0),
        )
        for answer in report.notice.content.answers
    ]
