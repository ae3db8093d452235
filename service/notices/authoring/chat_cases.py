"""Use cases of staff who announce in the chat. Each one asks whether they are staff of the MID."""

from dataclasses import replace
from datetime import UTC, datetime

from service.control_chars import first_control_char, is_blank
from service.deps import Deps
from service.errors import NotFoundError
from service.licences import store as licences
from service.licences.values import LicenceStatus
from service.notices.authoring import cases as authoring
from service.notices.authoring import reporting
from service.notices.authoring.chat_views import (
    ANSWERS_ON,
    CHAT_KINDS,
    FURTHEST,
    LONGEST_BODY,
    LONGEST_TITLE,
    NO_MOMENT,
    Desk,
    Field,
    Said,
    Sheet,
)
from service.notices.errors import (
    CountChangedError,
    NoticeRefusedError,
    SamePersonError,
    TextChangedError,
)
from service.notices.values import (
    Audience,
    Choice,
    Content,
    NoticeKind,
    NoticeText,
    Status,
    complete,
    digest,
)
from service.staff import cases as staff
from service.staff.values import Staff

ON_DESK = 8


async def desk(deps: Deps, member_id: str) -> Desk:
    """Where this person is staff, and the newest notices there."""
    posts = await staff.list_roles(deps, member_id)
    found = [
        one for post in posts for one in await reporting.listed(deps, post.mid.id, limit=ON_DESK)
    ]
    newest = sorted(found, key=lambda one: one.created_at, reverse=True)
    return Desk(posts=posts, notices=tuple(newest[:ON_DESK]))


async def begin(deps: Deps, member_id: str, mid_id: str) -> Sheet:
    """A new draft; one that this person began and in which nothing stands yet is taken up again.

    Raises:
        NotFoundError: they are not staff of that MID.
    """
    post = await staff.require_role(deps, member_id, mid_id)
    empty = Content(kind=NoticeKind.GENERAL, audience=Audience(), text={})
    for one in await reporting.listed(deps, mid_id, limit=1):
        if one.status is Status.DRAFT and one.created_by == post.name and one.content == empty:
            return await _sheet(deps, post, one.id)
    notice = await authoring.draft(deps, mid_id, empty, post.name)
    return await _sheet(deps, post, notice.id)


async def look(deps: Deps, member_id: str, notice_id: str) -> Sheet:
    """A notice as it stands.

    Raises:
        NotFoundError: there is none, or this person is not staff of its MID.
    """
    return await _sheet(deps, await _post(deps, member_id, notice_id), notice_id)


async def _post(deps: Deps, member_id: str, notice_id: str) -> Staff:
    return await staff.require_role(deps, member_id, await reporting.owner(deps, notice_id))


async def _sheet(deps: Deps, post: Staff, notice_id: str, said: Said = Said.NOTHING) -> Sheet:
    report = await reporting.report(deps, post.mid.id, notice_id)
    async with deps.db.read() as conn:
        found = await licences.read_licences(conn, [post.mid.id])
    content = report.notice.content
    return Sheet(
        staff=post,
        report=report,
        now=deps.clock.now(),
        licences=tuple(one for one in found if one.status is not LicenceStatus.DRAFT),
        seen=digest(content),
        complete=complete(content),
        said=said,
    )


async def change(
    deps: Deps,
    member_id: str,
    notice_id: str,
    field: Field,
    value: str,
    answers: tuple[Choice, ...],
) -> Sheet:
    """Change one thing of a draft. ``answers`` are those it offers once they are switched on.

    Raises:
        NotFoundError: no such notice for this person, or nothing that could be set so.
    """
    sheet = await look(deps, member_id, notice_id)
    content = sheet.notice.content
    changed = content.model_copy(update=_update(sheet, field, value, answers))
    return await _redraft(deps, sheet, changed)


def _update(
    sheet: Sheet, field: Field, value: str, answers: tuple[Choice, ...]
) -> dict[str, object]:
    if field is Field.ANSWERS:
        return {"answers": answers} if value == ANSWERS_ON else {"answers": (), "closes": None}
    if field in {Field.SEND_AT, Field.CLOSES}:
        return _moments(sheet, field, value)
    if field is Field.EVERYONE:
        return {"audience": Audience(everyone=True)}
    if field is Field.KIND:
        if value not in CHAT_KINDS:
            raise NotFoundError(f"no kind {value!r} in the chat")
        return {"kind": NoticeKind(value), "urgent": value == NoticeKind.BREACH}
    for licence in sheet.licences:
        if licence.id == value:
            standing = "in" if field is Field.IN else "any"
            return {"audience": Audience(licences=(licence.slug,), standing=standing)}
    raise NotFoundError(f"no licence {value!r} of {sheet.staff.mid.id}")


def _moments(sheet: Sheet, field: Field, value: str) -> dict[str, object]:
    """When it goes out, or when its answers close: never before it goes out."""
    content = sheet.notice.content
    if value == NO_MOMENT:
        return {"send_at": None} if field is Field.SEND_AT else {"closes": None}
    moment = datetime.fromtimestamp(int(value), UTC) if value.isdecimal() else sheet.now
    if not sheet.now < moment <= sheet.now + FURTHEST:
        raise NotFoundError(f"{value!r} is no moment that was offered")
    if field is Field.SEND_AT:
        late = content.closes is not None and content.closes <= moment
        return {"send_at": moment, "closes": None if late else content.closes}
    if not content.answers or (content.send_at is not None and content.send_at >= moment):
        raise NotFoundError("there is nothing that could close then")
    return {"closes": moment}


async def _redraft(deps: Deps, sheet: Sheet, content: Content) -> Sheet:
    said = Said.SAVED
    try:
        await authoring.redraft(deps, sheet.staff.mid.id, sheet.notice.id, content)
    except NoticeRefusedError:
        said = Said.NOT_A_DRAFT
    return await _sheet(deps, sheet.staff, sheet.notice.id, said)


async def write(deps: Deps, member_id: str, notice_id: str, language: str, typed: str) -> Sheet:
    """Take a text in one language: its first line is the title. What is out already is corrected.

    Raises:
        NotFoundError: no such notice for this person, or its MID does not write in this language.
    """
    sheet = await look(deps, member_id, notice_id)
    if language not in sheet.staff.mid.languages:
        raise NotFoundError(f"{sheet.staff.mid.id} does not write in {language!r}")
    title, _, body = typed.strip().partition("\n")
    title, body = title.strip(), body.strip()
    said = _fault(title, body)
    if sheet.notice.status is Status.SECOND:
        said = Said.NOT_A_DRAFT  # the first person approved these words
    if said is not None:
        return replace(sheet, said=said)
    texts = {**sheet.notice.content.text, language: NoticeText(title=title, body=body)}
    # The MID's own language counts as the original, in whatever order it was written.
    ordered = {one: texts[one] for one in (*sheet.staff.mid.languages, *texts) if one in texts}
    if sheet.notice.status is not Status.DRAFT:
        await authoring.correct(deps, sheet.staff.mid.id, notice_id, ordered)
        return await _sheet(deps, sheet.staff, notice_id, Said.SAVED)
    return await _redraft(deps, sheet, sheet.notice.content.model_copy(update={"text": ordered}))


def _fault(title: str, body: str) -> Said | None:
    if is_blank(title) or is_blank(body):
        return Said.NO_BODY
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        return Said.TOO_LONG
    return Said.STRANGE if first_control_char(title) or first_control_char(body, "\n\t") else None


async def count(deps: Deps, member_id: str, notice_id: str) -> Sheet:
    """How many people a notice would reach at this moment.

    Raises:
        NotFoundError: no such notice for this person.
    """
    return await _counted(deps, await look(deps, member_id, notice_id), Said.NOTHING)


async def _counted(deps: Deps, sheet: Sheet, said: Said) -> Sheet:
    counted = await authoring.count(deps, sheet.staff.mid.id, sheet.notice.id)
    return replace(await _sheet(deps, sheet.staff, sheet.notice.id, said), counted=counted)


async def approve(deps: Deps, member_id: str, notice_id: str, total: int, seen: str) -> Sheet:
    """Approve what was seen for the number of people that was counted. Otherwise count anew.

    Raises:
        NotFoundError: no such notice for this person.
    """
    post = await _post(deps, member_id, notice_id)
    try:
        await authoring.approve(deps, post.mid.id, notice_id, post.name, total, seen=seen)
    except (CountChangedError, TextChangedError) as error:
        changed = isinstance(error, CountChangedError)
        said = Said.COUNT_CHANGED if changed else Said.TEXT_CHANGED
        return await _counted(deps, await _sheet(deps, post, notice_id), said)
    except SamePersonError:
        return await _sheet(deps, post, notice_id, Said.SAME_PERSON)
    except NoticeRefusedError:
        return await _sheet(deps, post, notice_id, Said.NOBODY)
    return await _sheet(deps, post, notice_id)


async def stop(deps: Deps, member_id: str, notice_id: str) -> Sheet:
    """Send it to nobody else.

    Raises:
        NotFoundError: no such notice for this person.
    """
    post = await _post(deps, member_id, notice_id)
    await authoring.stop(deps, post.mid.id, notice_id)
    return await _sheet(deps, post, notice_id)


async def resume(deps: Deps, member_id: str, notice_id: str) -> Sheet:
    """Go on with a notice that was paused.

    Raises:
        NotFoundError: no such notice for this person.
    """
    post = await _post(deps, member_id, notice_id)
    await authoring.resume(deps, post.mid.id, notice_id)
    return await _sheet(deps, post, notice_id)


async def still_staff(deps: Deps, mid_id: str) -> dict[str, Staff]:
    """The staff of a MID who are in the chat, by person."""
    found = await staff.list_staff(deps, mid_id)
    return {one.member_id: one for one in found if one.member_id is not None}
