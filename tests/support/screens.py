"""What the tests of screens share: sample screens, the map of buttons, MIDs with odd texts."""

from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import cache
from unittest.mock import patch

from aiogram.filters.callback_data import CallbackData

from dialogs import callbacks, card, choices, knob, licences, settings
from dialogs.book import samples
from dialogs.book.book import all_samples
from dialogs.book.notices import BREACH, CHANGE, EVENING, VOTE
from dialogs.callbacks import Go, Place
from dialogs.staff import callbacks as staff_callbacks
from locales.words import SHIPPED, words
from playground.text.text import compose
from service.licences.values import LicenceStatus, Terms
from service.notices.values import NoticeText
from service.price.values import NEVER
from service.standing.values import Pause

_ROBOTS, _SEPSIS, _INSURER, _VOICES = samples.TERMS


def _priced(**changes):
    return _ROBOTS.model_copy(update={"price": _ROBOTS.price.model_copy(update=changes)})


def _card(terms, answer="yes", status=LicenceStatus.ACTIVE, **changes):
    return lambda w: card.screen(
        samples.card(samples.holding(terms, answer, status), **changes), w
    )


def _many():
    holdings = tuple(
        replace(
            holding,
            licence=replace(holding.licence, id=f"lic_many{n}", terms=holding.licence.terms),
        )
        for n, holding in enumerate([*samples.snapshot().holdings] * 4)
    )
    return samples.portfolio(samples.snapshot(holdings=holdings))


def _not_offered():
    holding = samples.holding()
    return replace(holding, membership=replace(holding.membership, eligible=frozenset()))


# States that read differently and are not in the screen book.
MORE_SAMPLES = {
    "card: not offered now": lambda w: card.screen(samples.card(_not_offered()), w),
    "card: later": _card(_ROBOTS, "later"),
    "card: no on an offer": _card(_INSURER, "no", LicenceStatus.OFFERED),
    "card: no rate yet": _card(_priced(rate=None)),
    "card: no rate yet, never": _card(_priced(rate=None, settlement="ask"), knob=NEVER),
    "card: no step is low enough": _card(_priced(rate=Decimal("0.10"))),
    "card: yes waits": _card(_ROBOTS.model_copy(update={"start": _ROBOTS.end})),
    "card: past its end": _card(
        _ROBOTS.model_copy(update={"end": samples.NOW.date() - timedelta(days=1)})
    ),
    "card: stopped": _card(_ROBOTS, pause=Pause.STOPPED),
    "card: passed on, linked": _card(
        _ROBOTS.model_copy(
            update={"via": (samples.INSURER,), "linked": (samples.INSURER.id, samples.ROBOTS.id)}
        ),
        None,
    ),
    "choices, paused": lambda w: choices.screen(
        replace(samples.refusals(()), snapshot=samples.snapshot(pause=Pause.PAUSED)), w
    ),
    "choices, stopped": lambda w: choices.screen(
        replace(samples.refusals(()), snapshot=samples.snapshot(pause=Pause.STOPPED)), w
    ),
    "choices, just taken back": lambda w: choices.screen(
        replace(samples.refusals((), samples.REFUSALS[0]), lifted=True), w
    ),
    "licences, first of many": lambda w: licences.screen(_many(), 0, w),
    "licences, last of many": lambda w: licences.screen(_many(), 99, w),
    "knob, just never": lambda w: knob.screen(samples.knob(NEVER, changed=True), w),
    "knob of one MID, never": lambda w: knob.screen(samples.knob(NEVER, scope="mbr_nurses"), w),
    "knob of one MID, at 0": lambda w: knob.screen(samples.knob(0, scope="mbr_nurses"), w),
    "knob of one MID, below": lambda w: knob.screen(samples.knob(-2, scope="mbr_nurses"), w),
    "time zones, the last": lambda w: settings.zones(samples.snapshot(), 99, w),
}
SAMPLES = {**all_samples(), **MORE_SAMPLES}
NAMES = tuple(SAMPLES)
OPENERS, CLOSER = "\u2066\u2067\u2068", "\u2069"

TARGETS = tuple(
    kind
    for kind in (*vars(callbacks).values(), *vars(staff_callbacks).values())
    if isinstance(kind, type) and issubclass(kind, CallbackData) and kind is not CallbackData
)


@cache
def sample_screen(name, locale="en"):
    """A sample screen."""
    return SAMPLES[name](words(locale))


@cache
def sample_text(name, locale="en"):
    """What a sample screen says once Telegram has read its markup."""
    return read_text(sample_screen(name, locale))


def read_text(screen):
    """What a screen says once Telegram has read its markup."""
    return compose(str(screen.text), "HTML", None)[0]


def buttons(screen):
    """The buttons of a screen, in reading order."""
    return [button for row in screen.rows for button in row]


def targets(screen, *kinds):
    """The targets of some kinds on a screen, in reading order."""
    return [button.target for button in buttons(screen) if isinstance(button.target, kinds)]


def all_screens():
    """Every sample screen in every language: name, locale, screen."""
    for name in NAMES:
        for locale in SHIPPED:
            yield name, locale, sample_screen(name, locale)


def unbalanced(text):
    """The lines with a Unicode isolate left open or closed twice; a line break ends them all."""
    wrong_lines = []
    for line in text.split("\n"):
        depth, low = 0, 0
        for char in line:
            depth += (char in OPENERS) - (char == CLOSER)
            low = min(low, depth)
        if depth or low:
            wrong_lines.append(line)
    return wrong_lines


# The map: which sample screen each button leads to. The routers show exactly these.
PLACES = {
    Place.HOME: "home",
    Place.MORE: "more",
    Place.KNOB: "knob",
    Place.KNOB_SCOPES: "knob, which MID",
    Place.CHOICES: "choices",
    Place.PAUSE: "paused",
    Place.RESUME: "paused",
    Place.STOP: "stopped",
    Place.NOTICES: "notices",
    Place.SETTINGS: "settings",
    Place.WEEKLY: "how many a week",
    Place.QUIET: "quiet hours",
    Place.LANGUAGE: "languages",
    Place.MIDS: "MIDs",
    Place.HUMAN: "human",
    Place.QUESTIONS: "my questions",
    Place.MODEL: "model, in use",
    Place.HELP: "help",
    Place.ABOUT: "about",
    Place.PRIVACY: "privacy",
    Place.LEAVE: "leave",
    Place.DELETE: "delete",
}
LEADS = {
    callbacks.ShowLicences: "licences",
    callbacks.ShowCard: "card, an offer that warns",
    callbacks.ShowDetails: "card details",
    callbacks.ShowCardLine: "detail: who",
    callbacks.ShowLegalText: "legal text",
    callbacks.SayYes: "question on a copy: not_asked",
    callbacks.AnswerQuiz: "question on a copy: passed",
    callbacks.SayNo: "card, said no",
    callbacks.SayLater: "card after: later",
    callbacks.ShowRefusalOptions: "refuse everywhere",
    callbacks.Refuse: "choices, just refused",
    callbacks.ShowLiftRefusal: "take a refusal back",
    callbacks.LiftRefusal: "choices",
    callbacks.Resume: "home",
    callbacks.ShowKnob: "knob of one MID",
    callbacks.SetKnob: "knob, after a tap",
    callbacks.UndoKnob: "knob, taken back",
    callbacks.ShowKnobHistory: "earlier settings",
    callbacks.Join: "invite: joined",
    callbacks.Decline: "invite left unused",
    callbacks.SetLanguage: "settings",
    callbacks.ShowZones: "time zones",
    callbacks.SetZone: "settings",
    callbacks.SetWeekly: "settings",
    callbacks.SetQuiet: "settings",
    callbacks.OpenNoticeList: "notices",
    callbacks.ShowNotices: "notices",
    callbacks.ShowNotice: "notice",
    callbacks.AnswerNotice: "notice, just answered",
    callbacks.Mute: "muted",
    callbacks.ShowNoticeCard: "card, an offer that warns",
    callbacks.ShowMid: "MID",
    callbacks.Leave: "left, kept",
    callbacks.UndoLeave: "leaving taken back",
    callbacks.DeleteAll: "deleted",
    staff_callbacks.ShowStaffOverview: "announcing",
    staff_callbacks.NewNotice: "draft, empty",
    staff_callbacks.ShowStaffNotice: "draft",
    staff_callbacks.ChangeDraft: "draft after: saved",
    staff_callbacks.AskText: "draft text prompt",
    staff_callbacks.ApproveNotice: "progress: running",
    staff_callbacks.StopNotice: "progress: stopped",
    staff_callbacks.ResumeNotice: "progress: running",
    callbacks.ShowTopic: "answer, chosen",
    callbacks.ShowOtherTopics: "topics",
    callbacks.AskPerson: "ask which MID",
    callbacks.AskMid: "ask a person",
    callbacks.SendQuestion: "sent",
    callbacks.ShowQuestion: "a reply",
    callbacks.SetModelConsent: "model, yes",
    callbacks.ShowModelRequest: "last request",
}


def leads_to(target):
    """The sample screen that a button leads to."""
    return PLACES[target.place] if isinstance(target, Go) else LEADS[type(target)]


def count_taps(start, is_wanted):
    """How many taps lead from a sample screen to a wanted button, the tap on it included."""
    seen, queue = {start}, deque([(start, 0)])
    while queue:
        name, taps = queue.popleft()
        for button in buttons(sample_screen(name)):
            if button.target is None:
                continue
            if is_wanted(button.target):
                return taps + 1
            if (next_name := leads_to(button.target)) not in seen:
                seen.add(next_name)
                queue.append((next_name, taps + 1))
    return None


_MIDS = (samples.NURSES, samples.TRANSLATORS)
_NOTICES = (EVENING, CHANGE, VOTE, BREACH)
_LIMITS = {"unknowns": 200, "why_wanted": 200, "about": 300, "legal_text": 20_000}


def _owned():
    """Every text that a sample MID wrote: its texts by language, and the name of its field."""
    for mid in _MIDS:
        yield mid.name, "name"
        yield mid.about, "about"
    for terms in samples.TERMS:
        for field in ("mid_name", "title", "why_wanted", "unknowns", "legal_text"):
            yield getattr(terms, field), field
        if terms.audit:
            yield terms.audit.result, "audit_result"
    for content in _NOTICES:
        yield content.text, "notice"
        for answer in content.answers:
            yield answer.label, "label"


def _penned(pen, field):
    """``pen`` cut to what the field may hold."""
    if field == "notice":
        return NoticeText(title=pen[:80], body=pen[:2000])
    return pen[: _LIMITS.get(field, 80)]


def _parties():
    for terms in samples.TERMS:
        yield from (terms.collector, *terms.buyers, *terms.via)
    yield from (party for mid in _MIDS for party in mid.affiliates)


@contextmanager
def _digested_once():
    """Compute each term sheet's digest only once: no sheet changes until the block ends."""
    digest_of, digests = Terms.digest, {}

    def digest(terms):
        if id(terms) not in digests:
            # The sheet is kept, so that no other sheet gets its id.
            digests[id(terms)] = terms, digest_of(terms)
        return digests[id(terms)][1]

    with patch.object(Terms, "digest", digest):
        yield


@contextmanager
def mid_texts_as(pen, locale="en", *, parties=True):
    """Replace every text of the sample MIDs by ``pen`` in one language, and parties' names too.

    The samples are changed in place, and restored when the block ends.
    """
    texts_by_id = {id(texts): (texts, field) for texts, field in _owned()}
    named_parties = {id(party): party for party in _parties()} if parties else {}
    before = [(texts, dict(texts)) for texts, _ in texts_by_id.values()]
    names = [(party, party.name) for party in named_parties.values()]
    try:
        for texts, field in texts_by_id.values():
            texts.clear()
            texts[locale] = _penned(pen, field)
        for party in named_parties.values():
            party.__dict__["name"] = pen[:80]
        with _digested_once():
            yield
    finally:
        for texts, old in before:
            texts.clear()
            texts.update(old)
        for party, name in names:
            party.__dict__["name"] = name
