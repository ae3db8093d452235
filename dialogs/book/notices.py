"""Sample notices, and the screens of notices for the screen book."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from dialogs import mid, notice, notice_settings, notices, settings
from dialogs.book import samples
from dialogs.book.samples import Sample
from service.mids.values import Mid
from service.notices.values import AnswerOption, Audience, NoticeContent, NoticeKind, NoticeText
from service.notices.views import InboxPage, MuteView, NoticeSettingsView, NoticeView
from service.standing.values import MemberSnapshot, Pause

ROBOTS, _, INSURER, _ = samples.TERMS
EVENING = NoticeContent(
    kind=NoticeKind.GENERAL,
    audience=Audience(licences=("lifting-robot",), standing="in"),
    text={
        "en": NoticeText(
            title="Open evening",
            body="Meet the robot team on 3 December at 18:00. Bring questions.",
        ),
        "es": NoticeText(
            title="Tarde abierta",
            body="El 3 de diciembre a las 18:00 viene el equipo del robot. Trae preguntas.",
        ),
        "ar": NoticeText(
            title="أمسية مفتوحة",
            body="لقاء مع فريق الروبوت يوم 3 ديسمبر في الساعة 18:00. أسئلتك موضع ترحيب.",
        ),
    },
    answers=(
        AnswerOption(id="yes", label={"en": "I will come", "es": "Voy a ir", "ar": "سأحضر"}),
        AnswerOption(
            id="no", label={"en": "I will not come", "es": "No voy a ir", "ar": "لن أحضر"}
        ),
    ),
    closes=samples.NOW + timedelta(days=11),
)
CHANGE = NoticeContent(
    kind=NoticeKind.MATERIAL_CHANGE,
    audience=Audience(licences=("lifting-robot", "fatigue-and-cover")),
    text={
        "en": NoticeText(
            title="Longer storage",
            body="From 1 January two buyers may keep what they have for 120 days.",
        )
    },
)
VOTE = NoticeContent(
    kind=NoticeKind.VOTE,
    audience=Audience(refs=("N-0001",)),
    text={
        "en": NoticeText(title="Vote on the new rate", body="Do you agree to 2.60 EUR a month?"),
        "es": NoticeText(title="Voto sobre la tarifa", body="¿Te parecen bien 2,60 EUR al mes?"),
    },
    answers=(
        AnswerOption(id="agree", label={"en": "I agree to the new rate", "es": "Me parece bien"}),
        AnswerOption(
            id="against", label={"en": "I do not agree to it", "es": "No me parece bien"}
        ),
        AnswerOption(id="blank", label={"en": "I give no opinion", "es": "No doy mi opinión"}),
    ),
)
BREACH = NoticeContent(
    kind=NoticeKind.BREACH,
    urgent=True,
    audience=Audience(everyone=True),
    text={
        "en": NoticeText(
            title="A list of names got out",
            body="On 19 November a list with 40 names was open to all for two hours. Yours may be "
            "on it. We have closed it. Write to help@nurses.example to find out.",
        )
    },
)


def notice_view(content: NoticeContent = EVENING, n: int = 0, **changes: Any) -> NoticeView:
    """A notice as the sample nurse sees it; ``n`` makes its id."""
    about = [terms for terms in samples.TERMS if terms.slug in content.audience.licences]
    fields: dict[str, Any] = {
        "notice_id": f"ntc_sample{n:010}",
        "mid": samples.NURSES,
        "content": content,
        "rev": 1,
        "membership_id": samples.membership().id,
        "licence_ids": tuple(f"lic_{terms.slug}"[:20] for terms in about),
        "licence_titles": tuple(terms.title for terms in about),
        "by_ref": "N-0001" in content.audience.refs,
        "zone": "Europe/Madrid",
    }
    return NoticeView(**(fields | changes))


def notices_page(*views: NoticeView, **changes: Any) -> InboxPage:
    """A page of notices, sent one a day."""
    sent = tuple(
        replace(view, sent_at=samples.NOW - timedelta(days=day)) for day, view in enumerate(views)
    )
    return InboxPage(notices=sent, zone="Europe/Madrid", **changes)


CHOSEN: dict[str, Any] = {
    "sent_at": samples.NOW - timedelta(days=2),
    "answered_at": samples.NOW,
    "answer": "yes",
}
THREE = (notice_view(EVENING), notice_view(CHANGE, 1), notice_view(VOTE, 2))
_LONG = "the meeting on the new rate and the robots of the last spring"


def hearing_view(
    mid_: Mid = samples.NURSES, *, muted: bool = False, stopped: bool = False
) -> MuteView:
    """What the nurse chose about the notices of one MID."""
    return MuteView(membership=samples.membership(mid_), muted=muted, stopped=stopped)


def attention_view(
    snapshot: MemberSnapshot | None = None,
    *,
    weekly: int | None = None,
    quiet: str | None = None,
    muted: tuple[str, ...] = (),
) -> NoticeSettingsView:
    """What a member chose about the notices of all MIDs."""
    snapshot = snapshot or samples.snapshot()
    member = replace(snapshot.member, weekly=weekly, quiet=quiet)
    return NoticeSettingsView(snapshot=replace(snapshot, member=member), muted=frozenset(muted))


def snapshot_with_differing_mids() -> MemberSnapshot:
    """A member whose MIDs differ in how many notices they send and when."""
    changes = {"notices_per_week": 1, "quiet_hours": "00:00-00:00"}
    other = samples.membership(samples.TRANSLATORS.model_copy(update=changes))
    return replace(samples.snapshot(), memberships=(samples.membership(), other))


def _notices() -> dict[str, Sample]:
    chosen = notice_view(**CHOSEN)
    late: dict[str, Any] = {"sent_at": samples.NOW - timedelta(days=20), "closed": True}
    agreed = notice_view(VOTE, answer="agree", answered_at=samples.NOW)
    return {
        "notice": lambda w: notice.screen(notice_view(), w),
        "notice, answered": lambda w: notice.screen(chosen, w),
        "notice, just answered": lambda w: notice.answered(chosen, "yes", w),
        "notice, corrected": lambda w: notice.screen(notice_view(corrected=True, rev=2), w),
        "notice, closed": lambda w: notice.screen(replace(chosen, closed=True), w),
        "notice, closed and not answered": lambda w: notice.screen(notice_view(**late), w),
        "notice, answered too late": lambda w: notice.answered(notice_view(**late), "yes", w),
        "notice of a change": lambda w: notice.screen(notice_view(CHANGE), w),
        "notice, by number": lambda w: notice.screen(notice_view(VOTE), w),
        "notice, by number, answered": lambda w: notice.screen(agreed, w),
        "notice of a breach": lambda w: notice.screen(notice_view(BREACH, muted=True), w),
        "notice, of a licence unnamed": lambda w: notice.screen(
            notice_view(CHANGE, licence_titles=()), w
        ),
        "notices in one message": lambda w: notice.digest(THREE, samples.NURSES, w),
    }


def _lists() -> dict[str, Sample]:
    ends = {"older": THREE[2].notice_id}
    long_ago = {"upto": samples.NOW - timedelta(days=400), **ends}
    middle = {"newer": THREE[0].notice_id, **ends}
    return {
        "notices": lambda w: notices.screen(notices_page(*THREE), w),
        "notices, none": lambda w: notices.screen(notices_page(), w),
        "notices, a page of many": lambda w: notices.screen(notices_page(*THREE, **middle), w),
        "notices, few among many": lambda w: notices.screen(notices_page(THREE[0], **long_ago), w),
        "notices, nothing older": lambda w: notices.screen(
            notices_page(newer=THREE[0].notice_id), w
        ),
        "notices, being sent": lambda w: notices.screen(InboxPage(notices=THREE[:1]), w),
        "notices found": lambda w: notices.screen(
            notices_page(THREE[2], search="rate", **ends), w
        ),
        "notices, none found": lambda w: notices.screen(notices_page(search="boat"), w),
        "notices, none found yet": lambda w: notices.screen(
            notices_page(search="boat", **long_ago), w
        ),
        "notices, a long search": lambda w: notices.screen(
            notices_page(*THREE, search=_LONG, **ends), w
        ),
    }


def _attention() -> dict[str, Sample]:
    stopped = samples.snapshot(pause=Pause.STOPPED)
    own = attention_view(weekly=1, quiet="22:00-07:00", muted=(samples.membership().id,))
    return {
        "muted": lambda w: notice.muted(hearing_view(muted=True), w),
        "muted, stopped": lambda w: notice.muted(hearing_view(muted=True, stopped=True), w),
        "heard again": lambda w: notice.muted(hearing_view(), w),
        "heard again, stopped": lambda w: notice.muted(hearing_view(stopped=True), w),
        "MID, muted": lambda w: mid.screen(hearing_view(muted=True), w),
        "settings, one's own": lambda w: settings.screen(own, w),
        "settings, no quiet hours": lambda w: settings.screen(
            attention_view(quiet="00:00-00:00"), w
        ),
        "settings, stopped": lambda w: settings.screen(attention_view(stopped), w),
        "settings, paused": lambda w: settings.screen(
            attention_view(samples.snapshot(pause=Pause.PAUSED)), w
        ),
        "settings, MIDs that differ": lambda w: settings.screen(
            attention_view(snapshot_with_differing_mids()), w
        ),
        "settings, in no MID": lambda w: settings.screen(
            attention_view(samples.portfolio_without_mids().snapshot), w
        ),
        "how many a week": lambda w: notice_settings.weekly(
            attention_view(snapshot_with_differing_mids()), w
        ),
        "quiet hours": lambda w: notice_settings.quiet(
            attention_view(snapshot_with_differing_mids()), w
        ),
    }


def notice_samples() -> dict[str, Sample]:
    """Every screen of notices, by its name in the book."""
    return _notices() | _lists() | _attention()
