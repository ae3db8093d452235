"""A notice says which MID sent it, what it says, how to answer, and why the member got it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from dialogs import notice, notice_settings, notices
from dialogs.book import samples
from dialogs.book.notices import BREACH, CHANGE, EVENING, VOTE, notice_view, notices_page
from dialogs.callbacks import AnswerNotice, Go, Mute, Place, SetQuiet, SetWeekly, ShowNotices
from locales.words import SHIPPED, words
from service.notices.rules import end_of_quiet_hours
from service.notices.values import Audience, NoticeText
from tests.dialogs.test_screens import faults
from tests.support.screens import buttons, read_text, sample_screen, sample_text, targets

EN = words("en")
INVITED = """\
Nurses' Data Co-op
Open evening

Meet the robot team on 3 December at 18:00. Bring questions.

You can answer until 2 December 2026, 18:30 (Madrid time).

You get this because you are in “Teach lifting robots”."""


def test_the_sample_notice_reads_exactly_so():
    assert sample_text("notice") == INVITED
    assert str(sample_screen("notice").text).startswith(
        "<b>Nurses&#39; Data Co-op</b>\n<b>Open evening</b>"
    )


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("content", [EVENING, CHANGE, VOTE, BREACH])
def test_a_notice_in_another_language_always_says_which(content, locale):
    w = words(locale)
    text = read_text(notice.screen(notice_view(content), w))
    label = w.t("Written in: {language}", language=w.language_name("en"))
    assert (label in text) is (locale not in content.text)


def test_a_title_in_another_language_says_so_in_the_list_and_in_a_digest():
    for screen in (
        notices.screen(notices_page(notice_view(CHANGE)), words("ru")),
        notice.digest([notice_view(CHANGE)], samples.NURSES, words("ru")),
    ):
        assert words("ru").language_name("en") in read_text(screen)


@pytest.mark.parametrize(
    ("audience", "by_ref", "sent", "says"),
    [
        (Audience(everyone=True), False, False, "it goes to everyone in Nurses' Data Co-op."),
        (
            Audience(licences=("x",), standing="in"),
            False,
            False,
            "you are in “Teach lifting robots”.",
        ),
        (
            Audience(licences=("x",), standing="in"),
            False,
            True,
            "you were in “Teach lifting robots”.",
        ),
        (
            Audience(licences=("x",), standing="out"),
            False,
            False,
            "it concerns “Teach lifting robots”.",
        ),
        (
            Audience(licences=("x",), refs=("N-0001",)),
            True,
            False,
            "chose you by your number there.",
        ),
        (Audience(licences=("x",), refs=("N-0002",)), False, False, "it concerns “Teach"),
        (Audience(refs=("N-0001",)), True, False, "chose you by your number there."),
    ],
)
def test_the_last_line_of_a_notice_says_why_the_member_got_it(audience, by_ref, sent, says):
    content = EVENING.model_copy(update={"audience": audience})
    titles = (samples.TERMS[0].title,)
    view = notice_view(content, licence_titles=titles, by_ref=by_ref)
    view = replace(view, sent_at=samples.NOW if sent else None)
    assert says in read_text(notice.screen(view, EN)).rsplit("\n\n", 1)[1]


def test_the_chosen_answer_is_no_button_and_the_others_still_are():
    answer_targets = targets(sample_screen("notice, answered"), AnswerNotice)
    assert [target.answer for target in answer_targets] == ["no"]
    assert not targets(sample_screen("notice, closed"), AnswerNotice)


def test_whatever_is_said_in_a_notice_is_plain_text():
    texts = {
        "en": NoticeText(title="<b>x</b>", body="a < b &amp; <a href='https://x.example'>x</a>")
    }
    text = read_text(notice.screen(notice_view(EVENING.model_copy(update={"text": texts})), EN))
    assert "<b>x</b>\n\na < b &amp; <a href='https://x.example'>x</a>" in text


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("pen", ["W", "\U0001d54f", "&", "\u0627"])
def test_the_longest_notice_fits_a_message(pen, locale):
    texts = {"en": NoticeText(title=pen * 80, body=pen * 2000)}
    labels = tuple(
        answer.model_copy(update={"label": {"en": pen * 64}}) for answer in VOTE.answers
    )
    content = CHANGE.model_copy(update={"text": texts, "answers": labels, "closes": samples.NOW})
    long = {"name": {"en": pen * 80}}
    view = notice_view(content, mid=samples.NURSES.model_copy(update=long), corrected=True)
    view = replace(view, licence_titles=({"en": pen * 80},) * 2, answered_at=samples.NOW)
    w = words(locale)
    many = [notice_view(content, n) for n in range(40)]
    assert not faults(notice.answered(replace(view, answer="agree"), "agree", w))
    assert not faults(notice.digest(many, view.mid, w))
    turns = {"older": many[5].notice_id, "newer": many[0].notice_id, "upto": samples.NOW}
    assert not faults(notices.screen(notices_page(*many[:6], search=pen * 4000, **turns), w))


def test_a_search_turns_pages_only_where_it_fits_a_button():
    for search, turns in (("rate", True), ("a:b", False), ("x" * 38, False), ("цена " * 4, True)):
        view = notice_view()
        screen = notices.screen(
            notices_page(view, older=view.notice_id, search=search.strip()), EN
        )
        assert bool(targets(screen, ShowNotices)) is turns
        assert ("A shorter search" in read_text(screen)) is not turns


@pytest.mark.parametrize(
    "name", ["notice", "notices in one message", "MID", "settings, one's own"]
)
def test_mute_or_unmute_is_one_tap_and_the_way_back_is_one_more(name):
    (way,) = targets(sample_screen(name), Mute)
    after = sample_screen("muted" if way.on else "heard again")
    assert targets(after, Mute) == [Mute(membership=way.membership, on=not way.on)]


def test_every_preset_of_the_quiet_hours_is_one_that_the_rules_can_read():
    for target in targets(sample_screen("quiet hours"), SetQuiet):
        hours = notice_settings.parse_quiet_hours(target.to)
        night = samples.NOW.replace(hour=3)
        if hours is not None:
            assert (end_of_quiet_hours(night, "UTC", hours) is None) is (target.to == "none")
    weekly = targets(sample_screen("how many a week"), SetWeekly)
    assert [notice_settings.parse_weekly(target.to) for target in weekly] == [1, 2, 3, 5, 7, None]


def test_a_pause_says_that_notices_still_come_and_a_stop_that_they_do_not():
    assert "Notices from your MIDs still come." in sample_text("paused")
    assert "still come" not in sample_text("stopped")
    assert "The only news you still get: a breach of your data." in sample_text("stopped")
    assert "At most" not in sample_text("settings, stopped")


def test_the_list_of_notices_is_two_taps_from_home():
    assert Go(place=Place.NOTICES) in [button.target for button in buttons(sample_screen("more"))]


def test_dates_of_notices_are_in_the_members_time_zone():
    late = samples.NOW.replace(hour=23, minute=30)
    view = notice_view(answer="yes", answered_at=late, sent_at=late)
    listed = replace(notices_page(view), notices=(view,))
    assert "on 22 November 2026" in read_text(notice.screen(view, EN))
    assert "22 November 2026, Nurses'" in read_text(notices.screen(listed, EN))


def test_a_notice_sent_long_ago_shows_its_day():
    old = replace(notices_page(notice_view()), notices=(
        notice_view(sent_at=samples.NOW - timedelta(days=40)),
    ))  # fmt: skip
    assert "12 October 2026, Nurses' Data Co-op: Open evening" in read_text(
        notices.screen(old, EN)
    )
