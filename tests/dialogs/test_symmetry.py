"""No is as near and as plain as yes; down mirrors up; home and a person are two taps away.

Taps are counted on the graph that the sample screens and their buttons make.
"""

import re
from dataclasses import fields, replace

import pytest

from dialogs import knob
from dialogs.book import samples
from dialogs.callbacks import (
    AnswerQuiz,
    Decline,
    Go,
    Join,
    Leave,
    LiftRefusal,
    OpenNoticeList,
    Place,
    Refuse,
    Resume,
    SayLater,
    SayNo,
    SayYes,
    SetKnob,
    ShowCard,
    ShowLicences,
    UndoKnob,
)
from dialogs.screen import Button
from dialogs.staff.callbacks import ShowStaffOverview
from locales.style import sentences, width
from locales.words import SHIPPED, words
from service.price.values import HIGHEST, LOWEST, NEVER, POSITIONS
from service.standing import rules
from tests.support.screens import (
    NAMES,
    all_screens,
    buttons,
    count_taps,
    leads_to,
    read_text,
    sample_screen,
    sample_text,
    targets,
)

ORDER = (SayYes, SayNo, SayLater)
# The no is what the member has said; the card says so above the yes.
NO_STANDS = {"card, said no": "you said no", "card: no on an offer": "you said no"}
# Nothing can be tapped there: the member is forgotten, the chat is not private, or a reply is
# wanted.
ENDS = {"deleted", "in a group", "draft text prompt"}
QUESTION = re.compile(r"[?？؟]")


# Yes and no


def test_yes_no_and_later_always_stand_in_this_order_in_one_row():
    for name, _, screen in all_screens():
        kinds = [type(target) for target in targets(screen, *ORDER)]
        assert kinds == sorted(kinds, key=ORDER.index), name
        rows = [
            row for row in screen.rows if any(isinstance(button.target, ORDER) for button in row)
        ]
        if SayYes in kinds and SayNo in kinds:
            assert len(rows) == 1, name


def test_no_screen_offers_a_yes_without_a_no():
    for name, locale, screen in all_screens():
        if targets(screen, SayYes) and not targets(screen, SayNo):
            assert name in NO_STANDS
            assert locale != "en" or NO_STANDS[name] in sample_text(name).lower()


def test_no_screen_offers_a_later_without_a_no():
    assert not [n for n, _, m in all_screens() if targets(m, SayLater) and not targets(m, SayNo)]


def test_the_question_before_a_yes_can_always_be_ended_with_no():
    quizzes = [(n, screen) for n, _, screen in all_screens() if targets(screen, AnswerQuiz)]
    assert quizzes
    assert not [name for name, screen in quizzes if not targets(screen, SayNo)]


def test_join_and_decline_always_stand_side_by_side():
    for _, _, screen in all_screens():
        for row in screen.rows:
            kinds = [type(button.target) for button in row]
            assert (Join in kinds) is (Decline in kinds)
            assert Join not in kinds or kinds == [Join, Decline]


@pytest.mark.parametrize("kind", [Resume, LiftRefusal])
def test_a_screen_that_offers_to_resume_or_lift_has_a_way_out(kind):
    screens = [screen for _, _, screen in all_screens() if targets(screen, kind)]
    assert screens
    assert all(targets(screen, Go) for screen in screens)


def labels_of(locale, *kinds):
    """The labels of some kinds of button, over all screens."""
    return {
        kind: {
            button.label
            for name in NAMES
            for button in buttons(sample_screen(name, locale))
            if isinstance(button.target, kind)
        }
        for kind in kinds
    }


@pytest.mark.parametrize("locale", SHIPPED)
def test_yes_and_no_are_labels_of_like_length(locale):
    labels = labels_of(locale, SayYes, SayNo)
    assert len(labels[SayYes]) == 1
    assert len(labels[SayNo]) == 2, "No, and Stop once a yes is in force"
    yes = width(labels[SayYes].pop())
    no = min(width(label) for label in labels[SayNo])
    assert max(yes, no) / min(yes, no) <= (1.5 if locale == "en" else 3)


@pytest.mark.parametrize("locale", SHIPPED)
def test_declining_an_invite_is_not_much_longer_to_read_than_joining(locale):
    labels = labels_of(locale, Join, Decline)
    most = 2 if locale == "en" else 4
    assert width(labels[Decline].pop()) <= most * width(labels[Join].pop())


@pytest.mark.parametrize("locale", SHIPPED)
def test_never_and_the_way_back_are_labels_of_like_length(locale):
    def label(name, to):
        screen = sample_screen(name, locale)
        return next(
            button.label
            for button in buttons(screen)
            if button.target == SetKnob(scope=samples.ALL, to=to)
        )

    never, again = width(label("knob", "never")), width(label("knob, never", "0"))
    assert max(never, again) / min(never, again) <= 2


def test_nothing_is_chosen_beforehand_or_made_to_stand_out():
    assert [field.name for field in fields(Button)] == ["label", "target", "url"]
    marked = re.compile(r"[✓✔☑✅⭐★👉➡→]|(?i:recommended|default|suggested|popular)")
    assert not [
        (name, button.label)
        for name, _, screen in all_screens()
        for button in buttons(screen)
        if marked.search(button.label)
    ]


# Refusing and stopping


def test_stopping_a_licence_is_one_tap_in_the_first_row():
    count = 0
    for name, _, screen in all_screens():
        if name.startswith("card") and targets(screen, SayNo) and not targets(screen, SayYes):
            count += 1
            assert [type(button.target) for button in screen.rows[0]] == [SayNo], name
    assert count


def test_refusing_pausing_and_stopping_lead_to_no_question():
    taps = [SayNo(licence="x"), Refuse(kind="buyer", value="x"), Leave(membership="x", erase=True)]
    taps += [Go(place=Place.PAUSE), Go(place=Place.STOP), SetKnob(scope="all", to="never")]
    after = {leads_to(target) for target in taps} | {
        "refuse everywhere",
        "leave",
        "leave, one MID",
    }
    after |= {"knob, just never", "left, erased"}
    for name in after:
        for locale in SHIPPED:
            assert not QUESTION.search(sample_text(name, locale)), (name, locale)
            assert not targets(sample_screen(name, locale), AnswerQuiz)


def test_a_no_takes_no_more_taps_than_a_yes_from_wherever_both_can_be_said():
    for name in NAMES:
        yes = count_taps(name, lambda target: isinstance(target, SayYes))
        no = count_taps(name, lambda target: isinstance(target, SayNo))
        if yes is not None and name not in NO_STANDS:
            assert no is not None, name
            assert no <= yes, name


def test_stopping_takes_no_more_taps_from_the_list_than_agreeing():
    listed = sample_screen("licences")
    cards = targets(listed, ShowCard)
    assert len({type(target) for target in cards}) == 1
    stop = count_taps("card, in", lambda target: isinstance(target, SayNo))
    agree = count_taps("card, an offer that warns", lambda target: isinstance(target, SayYes))
    assert stop == agree == 1


def test_pausing_everything_is_two_taps_from_home_and_resuming_no_fewer():
    pause = count_taps("home", lambda target: target == Go(place=Place.PAUSE))
    assert pause == 2
    assert count_taps("home, paused", lambda target: isinstance(target, Resume)) >= pause


def test_refusing_everywhere_takes_no_more_taps_than_taking_it_back():
    refuse = count_taps("card, an offer that warns", lambda target: isinstance(target, Refuse))
    assert refuse == 2
    assert count_taps("choices", lambda target: isinstance(target, LiftRefusal)) >= refuse


# The knob


def view(position, terms, scope=samples.ALL):
    """The knob of a member whose licences are these, all agreed to."""
    holdings = tuple(samples.holding(licence_terms) for licence_terms in terms)
    snapshot = samples.snapshot(holdings=holdings, knob=position)
    knob_view = samples.knob(position, scope=scope)
    moves = {"current": position, "down": position - 1, "up": position + 1}
    changes = {
        name: rules.preview_change(snapshot, scope, at) if LOWEST <= at <= HIGHEST else None
        for name, at in moves.items()
    }
    return replace(knob_view, snapshot=snapshot, standings=rules.standings(snapshot), **changes)


MIRROR = {
    "up": "down", "down": "up", "above": "below", "below": "above", "−": "+", "+": "−",
}  # fmt: skip


def mirrored(text):
    """An English text with every word of direction turned round."""
    return re.sub(r"\b(?:up|down|above|below)\b|[+−]", lambda match: MIRROR[match[0]], text)


def without_bar(text):
    """The sorted lines of a knob screen, without the picture of the scale."""
    return sorted(line for line in text.split("\n") if "·" not in line)


@pytest.mark.parametrize("scope", [samples.ALL, "mbr_nurses"])
@pytest.mark.parametrize("k", range(HIGHEST + 1))
def test_a_step_down_reads_as_the_mirror_of_a_step_up(k, scope):
    w, unpaid = words("en"), (samples.TERMS[1],)
    high = read_text(knob.screen(view(k, unpaid, scope), w))
    low = read_text(knob.screen(view(-k, unpaid, scope), w))
    assert without_bar(mirrored(high)) == without_bar(low)


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("scope", [samples.ALL, "mbr_nurses"])
def test_low_and_high_say_equally_much_in_every_language(locale, scope):
    w, unpaid = words(locale), (samples.TERMS[1],)
    for k in range(1, HIGHEST + 1):
        high = read_text(knob.screen(view(k, unpaid, scope), w))
        low = read_text(knob.screen(view(-k, unpaid, scope), w))
        assert len(sentences(high)) == len(sentences(low))
        assert high.count("\n") == low.count("\n")
        assert 0.8 <= len(high) / len(low) <= 1.25


@pytest.mark.parametrize("locale", SHIPPED)
def test_a_step_that_takes_a_licence_out_is_worded_like_one_that_lets_it_in(locale):
    w = words(locale)
    going = read_text(knob.screen(view(-1, samples.TERMS[:1]), w))
    coming = read_text(knob.screen(view(0, samples.TERMS[:1]), w))
    assert len(sentences(going)) == len(sentences(coming))
    title = words(locale).pick(samples.TERMS[0].title).text
    assert going.count(title) == coming.count(title) == 1


@pytest.mark.parametrize("locale", SHIPPED)
@pytest.mark.parametrize("scope", [samples.ALL, "mbr_nurses"])
def test_never_is_near_at_every_position(locale, scope):
    w = words(locale)
    for k in (*POSITIONS, NEVER):
        screen = knob.screen(samples.knob(k, scope=scope), w)
        near = [button.target for row in screen.rows[:2] for button in row]
        other = "0" if k == NEVER else "never"
        assert SetKnob(scope=scope, to=other) in near


def test_the_buttons_of_the_knob_are_positions_and_nothing_else():
    for locale in SHIPPED:
        for k in POSITIONS:
            w = words(locale)
            screen = knob.screen(samples.knob(k), w)
            steps = [at for at in (k - 1, k + 1) if LOWEST <= at <= HIGHEST]
            assert [button.label for button in screen.rows[0]] == [w.signed(at) for at in steps]
            assert [button.target.to for button in screen.rows[0]] == [str(at) for at in steps]


def test_the_price_is_changed_in_two_taps_from_home_and_never_too():
    assert count_taps("home", lambda target: isinstance(target, SetKnob)) == 2
    assert (
        count_taps("home", lambda target: isinstance(target, SetKnob) and target.to == "never")
        == 2
    )


def test_every_change_of_the_knob_can_be_undone_in_one_tap():
    for name in ("knob, after a tap", "knob, just never"):
        assert count_taps(name, lambda target: isinstance(target, UndoKnob)) == 1


def test_the_knob_of_one_mid_has_a_way_back_that_changes_nothing():
    screen = sample_screen("knob of one MID")
    other_targets = [
        button.target for button in buttons(screen) if not isinstance(button.target, SetKnob)
    ]
    assert Go(place=Place.KNOB) in other_targets or Go(place=Place.KNOB_SCOPES) in other_targets


# Home and a person


def near(name, place):
    """Whether the home screen, or a person, is at most two taps away."""
    if name == leads_to(Go(place=place)):
        return True
    taps = count_taps(name, lambda target: target == Go(place=place))
    return taps is not None and taps <= 2


@pytest.mark.parametrize("place", [Place.HOME, Place.HUMAN])
def test_home_and_a_person_are_two_taps_from_everywhere(place):
    starts = {name for name in NAMES if name not in ENDS and not name.startswith("home")}
    starts |= {"home"} if place is Place.HUMAN else set()
    assert not [name for name in sorted(starts) if not near(name, place)]


def test_only_the_screens_listed_as_ends_have_no_buttons():
    assert {name for name, _, screen in all_screens() if not screen.rows} == ENDS


def test_every_screen_has_a_button_home_or_back():
    ways = (Go, ShowLicences, ShowCard, OpenNoticeList, ShowStaffOverview)
    stuck = [
        name
        for name, _, screen in all_screens()
        if name not in ENDS and not targets(screen, *ways, Join, Decline)
    ]
    assert not stuck
