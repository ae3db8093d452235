"""The callback data of members' buttons: a prefix that ends in a version digit, and fields.

A field names the state to reach ("price = +3"), never a step from the present one, because a
button may be tapped weeks after it was sent. A client can forge any of this, so nothing here says
who is acting, and every use case checks that the thing named belongs to whoever taps.
"""

from enum import StrEnum

from aiogram.filters.callback_data import CallbackData
from pydantic import Field

from knowledge.cards.card import LineKey
from service.licences.values import RefusalKind


class Place(StrEnum):
    """Screens that take no parameter."""

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
    """Show a screen that takes no parameter."""

    place: Place


class ShowLicences(CallbackData, prefix="l1"):
    """Show a page, counted from 0, of the list of licences."""

    page: int


class ShowCard(CallbackData, prefix="c1"):
    """Show a licence's card."""

    licence: str


class ShowDetails(CallbackData, prefix="d1"):
    """Show the names of a card's lines."""

    licence: str


class ShowCardLine(CallbackData, prefix="i1"):
    """Show the details of one line of a card."""

    licence: str
    line: LineKey


class ShowLegalText(CallbackData, prefix="t1"):
    """Show a page, counted from 0, of the legal text."""

    licence: str
    page: int


class SayYes(CallbackData, prefix="y1"):
    """Say yes to the card that was shown under this nonce."""

    nonce: str


class AnswerQuiz(CallbackData, prefix="q1"):
    """Answer the quiz that comes between a card and a yes."""

    nonce: str
    option: str


class SayNo(CallbackData, prefix="n1"):
    """Say no to a licence, also after a yes."""

    licence: str


class SayLater(CallbackData, prefix="w1"):
    """Put the answer to a licence off."""

    licence: str


class ShowRefusalOptions(CallbackData, prefix="f1"):
    """Show what of a licence can be refused everywhere: its buyer, its data, any profit."""

    licence: str


class Refuse(CallbackData, prefix="r1"):
    """Refuse something in every licence, now and later."""

    kind: RefusalKind
    value: str


class ShowLiftRefusal(CallbackData, prefix="v1"):
    """Show which licences lifting a refusal would let the member into."""

    kind: RefusalKind
    value: str


class LiftRefusal(CallbackData, prefix="x1"):
    """Lift the refusal that was shown under this nonce."""

    nonce: str


class Resume(CallbackData, prefix="z1"):
    """End the pause that was shown under this nonce."""

    nonce: str


class ShowKnob(CallbackData, prefix="k1"):
    """Show the knob of one membership, or of all."""

    scope: str


class SetKnob(CallbackData, prefix="s1"):
    """Set the knob to a position, to never, or to follow the general one."""

    scope: str
    to: str = Field(pattern=r"^(never|follow|-?[0-5])$")


class UndoKnob(CallbackData, prefix="u1"):
    """Undo one change of the knob, by the id of its event."""

    event: str


class ShowKnobHistory(CallbackData, prefix="e1"):
    """Show the earlier settings of a knob."""

    scope: str


class Join(CallbackData, prefix="j1"):
    """Accept the invite that was shown under this nonce."""

    nonce: str


class Decline(CallbackData, prefix="jn1"):
    """Decline the invite that was shown under this nonce; it stays valid."""

    nonce: str


class SetLanguage(CallbackData, prefix="sl1"):
    """Set the language of the chat."""

    locale: str


class ShowZones(CallbackData, prefix="zp1"):
    """Show a page, counted from 0, of time zones."""

    page: int


class SetZone(CallbackData, prefix="sz1"):
    """Set the member's time zone, by its IANA name."""

    zone: str


class SetWeekly(CallbackData, prefix="wk1"):
    """Set how many notices a week each MID may send; ``mid``: as many as each MID has set."""

    to: str = Field(pattern=r"^(mid|[12357])$")


class SetQuiet(CallbackData, prefix="qh1"):
    """Set the quiet hours, or ``none``; ``mid``: those that each MID has set."""

    to: str = Field(pattern=r"^(mid|none|20-08|21-08|22-07|23-07)$")


class ShowNotices(CallbackData, prefix="ns2"):
    """Show a page of notices: those just older, or newer, than the notice ``than``.

    With ``search``, only those that have these words.
    """

    than: str
    newer: bool = False
    search: str = ""


class OpenNoticeList(CallbackData, prefix="nb1"):
    """Show the list of notices in a new message.

    The message of the notice stays as it is, so that a correction can still be written into it.
    """


class ShowNotice(CallbackData, prefix="nt1"):
    """Show a notice."""

    notice: str


class AnswerNotice(CallbackData, prefix="na1"):
    """Choose one of the answers that a notice offers."""

    notice: str
    answer: str


class Mute(CallbackData, prefix="mu1"):
    """Mute the notices of a MID, or, with ``on`` false, unmute them."""

    membership: str
    on: bool


class ShowNoticeCard(CallbackData, prefix="cf1"):
    """Show the card of a licence that a notice is about."""

    licence: str
    notice: str


class ShowMid(CallbackData, prefix="m1"):
    """Show who a MID is."""

    membership: str


class Leave(CallbackData, prefix="lv1"):
    """Leave a MID, and keep or erase what is stored about the membership."""

    membership: str
    erase: bool


class UndoLeave(CallbackData, prefix="ul1"):
    """Undo leaving a MID."""

    membership: str


class DeleteAll(CallbackData, prefix="da1"):
    """Erase everything that is stored about the member."""


class ShowTopic(CallbackData, prefix="tp1"):
    """Show an article of the search."""

    topic: str


class ShowOtherTopics(CallbackData, prefix="nx1"):
    """Offer other topics than this one, which the search took to be meant."""

    topic: str


class AskPerson(CallbackData, prefix="ap1"):
    """Show what would go to a person. The question is the message that the button's replies to."""


class AskMid(CallbackData, prefix="am1"):
    """Show what would go to a person at this MID; the question as for ``AskPerson``."""

    membership: str


class SendQuestion(CallbackData, prefix="sq1"):
    """Send the question to a MID, with the licence it is about, if one was chosen."""

    membership: str
    licence: str = ""


class ShowQuestion(CallbackData, prefix="aq1"):
    """Show a question that was sent to a person, with the reply if there is one."""

    question: str


class SetModelConsent(CallbackData, prefix="ml1"):
    """Let an AI model answer, or let none.

    ``level`` is how much the member was told that the model gets (see ``ModelHere``); 0 with a no.
    """

    on: bool
    level: int = Field(default=0, ge=0, le=3)


class ShowModelRequest(CallbackData, prefix="rq1"):
    """Show a page, counted from 0, of the last request as it was sent to the model."""

    page: int
