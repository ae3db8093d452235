"""Changing a draft: each field by itself, and what follows from it for the others."""

from datetime import UTC, datetime, timedelta

import pytest

from service.errors import NotFoundError
from service.notices.authoring.patch import AudiencePatch, NoticePatch, apply_patch
from service.notices.values import Audience, NoticeKind
from tests.service.notices.test_outcomes import content

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


def test_an_empty_patch_changes_nothing():
    draft = content(send_at=NOW, closes=LATER)
    assert apply_patch(draft, NoticePatch(), ()) == draft


def test_only_a_breach_is_urgent():
    breach = apply_patch(content(), NoticePatch(kind=NoticeKind.BREACH), ())
    assert (breach.kind, breach.urgent) == (NoticeKind.BREACH, True)
    vote = apply_patch(breach, NoticePatch(kind=NoticeKind.VOTE), ())
    assert (vote.kind, vote.urgent) == (NoticeKind.VOTE, False)


def test_without_answers_nothing_closes():
    draft = apply_patch(content(closes=LATER), NoticePatch(answers=()), ())
    assert (draft.answers, draft.closes) == ((), None)
    with pytest.raises(NotFoundError):
        apply_patch(draft, NoticePatch(closes=LATER), ())


def test_a_draft_sent_after_its_answers_close_never_closes():
    draft = apply_patch(content(closes=LATER), NoticePatch(send_at=LATER), ())
    assert (draft.send_at, draft.closes) == (LATER, None)
    with pytest.raises(NotFoundError):
        apply_patch(draft, NoticePatch(closes=LATER), ())


def test_none_takes_a_time_out():
    draft = apply_patch(content(send_at=NOW, closes=LATER), NoticePatch(send_at=None), ())
    assert (draft.send_at, draft.closes) == (None, LATER)
    assert apply_patch(draft, NoticePatch(closes=None), ()).closes is None


def test_an_audience_names_licences_of_the_mid_only():
    patch = NoticePatch(audience=AudiencePatch(everyone=True))
    assert apply_patch(content(audience=Audience()), patch, ()).audience.everyone
    with pytest.raises(NotFoundError):
        apply_patch(content(), NoticePatch(audience=AudiencePatch(licence_ids=("lic_1",))), ())
