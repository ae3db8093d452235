"""Everything a button can carry. A prefix and a version digit; targets, never steps.

A button may be tapped weeks after it was sent, and a client can forge any of these. So nothing
here says who is acting, and every use case checks that the thing named belongs to whoever taps.
"""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from knowledge.cards.card import LineKey
from service.licences.values import RefusalKind


class Place(StrEnum):
    """Screens that need nothing but their name."""

    HOME = "home"
    MORE = "more"
    KNOB = "knob"
    KNOB_SCOPES = "scopes"
    CHOICES = "choices"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    NOTICES = "notices"
    SETTINGS = "settings"
    WEEKLY = "weekly"
    QUIET = "quiet"
    LANGUAGE = "lang"
    MIDS = "mids"
    HUMAN = "human"
    QUESTIONS = "asked"
    MODEL = "model"
    HELP = "help"
    ABOUT = "about"
    PRIVACY = "privacy"
    LEAVE = "leave"
    DELETE = "delete"


class Go(CallbackData, prefix="g1"):
    """Show a screen."""

    place: Place


class ShowLicences(CallbackData, prefix="l1"):
    """Show a page of the list of licences, from 0."""

    page: int


class ShowCard(CallbackData, prefix="c1"):
    """Show a licence's card."""

    licence: str


class ShowDetails(CallbackData, prefix="d1"):
    """Show the names of a card's lines."""

    licence: str


class ShowLine(CallbackData, prefix="i1"):
    """Show what is behind one line."""

    licence: str
    line: LineKey


class ShowLegal(CallbackData, prefix="t1"):
    """Show a page of the legal text, from 0."""

    licence: str
    page: int


class SayYes(CallbackData, prefix="y1"):
    """Agree to what was shown under this nonce."""

    nonce: str


class AnswerQuestion(CallbackData, prefix="q1"):
    """Answer the question after a card."""

    nonce: str
    option: str


class SayNo(CallbackData, prefix="n1"):
    """Out of this licence."""

    licence: str


class SayLater(CallbackData, prefix="w1"):
    """Not now."""

    licence: str


class ShowRefusing(CallbackData, prefix="f1"):
    """Show what could be refused everywhere because of this licence."""

    licence: str


class Refuse(CallbackData, prefix="r1"):
    """Refuse something everywhere."""

    kind: RefusalKind
    value: str


class ShowLifting(CallbackData, prefix="v1"):
    """Show what lifting a refusal would bring back."""

    kind: RefusalKind
    value: str


class Lift(CallbackData, prefix="x1"):
    """Lift the refusal that was shown under this nonce."""

    nonce: str


class Resume(CallbackData, prefix="z1"):
    """End the pause that was shown under this nonce."""

    nonce: str


class ShowKnob(CallbackData, prefix="k1"):
    """Show the knob of one membership, or of all."""

    scope: str


class SetKnob(CallbackData, prefix="s1"):
    """Set the knob: a position, never, or follow."""

    scope: str
    to: str = Field(pattern=r"^(never|follow|-?[0-5])$")


class UndoKnob(CallbackData, prefix="u1"):
    """Take one knob event back."""

    event: str


class ShowPast(CallbackData, prefix="e1"):
    """Show earlier settings of a knob."""

    scope: str


class Join(CallbackData, prefix="j1"):
    """Accept the invite that was shown under this nonce."""

    nonce: str


class Decline(CallbackData, prefix="jn1"):
    """Leave an invite unused."""

    nonce: str


class SetLanguage(CallbackData, prefix="sl1"):
    """Speak this language from now on."""

    locale: str


class ShowZones(CallbackData, prefix="zp1"):
    """Show a page of time zones, from 0."""

    page: int


class SetZone(CallbackData, prefix="sz1"):
    """Live in this time zone. An IANA name."""

    zone: str


class SetWeekly(CallbackData, prefix="wk1"):
    """Hear at most so many notices a week from each MID, or as each MID has it."""

    to: str = Field(pattern=r"^(mid|[12357])$")


class SetQuiet(CallbackData, prefix="qh1"):
    """Hear only what is urgent at these hours, or have none, or as each MID has it."""

    to: str = Field(pattern=r"^(mid|none|20-08|21-08|22-07|23-07)$")


class ShowNotices(CallbackData, prefix="ns2"):
    """Show the notices one was sent before another, or after it, or such with some words."""

    than: str
    newer: bool = False
    search: str = ""


class BesideNotice(CallbackData, prefix="nb1"):
    """Show all notices in a message of its own: the notice stays, and can still be corrected."""


class ShowNotice(CallbackData, prefix="nt1"):
    """Show a notice."""

    notice: str


class AnswerNotice(CallbackData, prefix="na1"):
    """Choose one of a notice's answers."""

    notice: str
    answer: str


class Mute(CallbackData, prefix="mu1"):
    """Hear no notices of a MID any more, or hear them again."""

    membership: str
    on: bool


class ShowCardFrom(CallbackData, prefix="cf1"):
    """Show the card of a licence that a notice is about."""

    licence: str
    notice: str


class ShowMid(CallbackData, prefix="m1"):
    """Show who a MID is."""

    membership: str


class Leave(CallbackData, prefix="lv1"):
    """Leave a MID and keep, or erase, what is held here."""

    membership: str
    erase: bool


class UndoLeave(CallbackData, prefix="ul1"):
    """Take a leaving back."""

    membership: str


class DeleteAll(CallbackData, prefix="da1"):
    """Erase everything held here."""


class ShowTopic(CallbackData, prefix="tp1"):
    """Show an article."""

    topic: str


class NotThis(CallbackData, prefix="nx1"):
    """Show other topics than this one."""

    topic: str


class AskPerson(CallbackData, prefix="ap1"):
    """Show what would go to a person: the question that the message replies to."""


class AskMid(CallbackData, prefix="am1"):
    """The same, to one of one's MIDs."""

    membership: str


class SendQuestion(CallbackData, prefix="sq1"):
    """Put the question on a MID's list, with the licence it is about, or without one."""

    membership: str
    licence: str = ""


class ShowAsked(CallbackData, prefix="aq1"):
    """Show a question that was sent to a person, and the reply."""

    question: str


class SetModel(CallbackData, prefix="ml1"):
    """Let a model answer, or let none. ``level`` is what was said to leave for it, 0 with a no."""

    on: bool
    level: int = Field(default=0, ge=0, le=3)


class ShowRequest(CallbackData, prefix="rq1"):
    """Show a page, from 0, of the last request as it went to the model."""

    page: int
