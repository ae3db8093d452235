"""The screen book: every screen, in every state and language, on one HTML page."""

from dataclasses import replace
from functools import partial

from markupsafe import Markup

from dialogs import (
    about,
    card,
    choices,
    home,
    invite,
    knob,
    leaving,
    licences,
    mid,
    quiz,
    settings,
)
from dialogs.about import Operator
from dialogs.book import notices, questions, samples, staff
from dialogs.book.samples import Sample
from dialogs.screen import Screen
from knowledge.cards.card import LineKey
from locales.words import SHIPPED, Words, own_name, words
from service.assistant.values import ModelChoice, ModelView
from service.choices.values import CardOutcome
from service.journal.values import TeachBack
from service.licences.values import LicenceStatus, Terms
from service.people.values import InviteState
from service.price.values import NEVER
from service.standing.values import Pause

_OPERATOR = Operator(
    name="Data Commons e.V.", contact="ops@commons.example", paid_by="its members", place="Madrid"
)

_WITH_MODEL = replace(_OPERATOR, model=questions.MODEL)

_STYLE = """
:root{color-scheme:light dark;--paper:#e6ebee;--bubble:#fff;--ink:#17212b;--soft:#5b6975;
--button:#dfe9f1;--edge:#c4d2dc}
@media(prefers-color-scheme:dark){:root{--paper:#0f171e;--bubble:#1b2731;--ink:#eef3f6;
--soft:#9fb0bd;--button:#2a3945;--edge:#3a4b58}}
*{box-sizing:border-box}
body{margin:0;padding:2rem;background:var(--paper);color:var(--ink);
font:16px/1.45 system-ui,"Noto Sans","Noto Sans Arabic","Noto Sans Devanagari",
"Noto Sans CJK SC",sans-serif}
h1{margin:0 0 .3rem;font-size:1.6rem}h2{margin:2.5rem 0 .8rem;font-size:1.1rem}
p.note,nav{color:var(--soft);margin:0 0 1rem}nav a{color:inherit;margin-inline-end:.8rem}
.row{display:flex;gap:1rem;overflow-x:auto;padding-bottom:.6rem;align-items:flex-start}
article{flex:0 0 21rem}
article h3{margin:0 0 .3rem;font-size:.8rem;font-weight:500;color:var(--soft)}
.bubble{background:var(--bubble);border-radius:.9rem;padding:.7rem .9rem;white-space:pre-wrap;
overflow-wrap:anywhere;unicode-bidi:plaintext;text-align:start}
.bubble blockquote{margin:0;padding-inline-start:.7rem;border-inline-start:3px solid var(--edge)}
.bubble code{font-size:.85em}
.keys{display:grid;gap:.3rem;margin-top:.3rem}.keys div{display:flex;gap:.3rem}
.keys span{flex:1 1 0;min-width:0;background:var(--button);border-radius:.5rem;
padding:.45rem .3rem;text-align:center;font-size:.9rem;overflow-wrap:anywhere}
"""


def all_samples() -> dict[str, Sample]:
    """Every screen, in every state that reads differently, by its name in the book."""
    robots, sepsis, insurer, voices = samples.TERMS
    offered = samples.holding(insurer, None, LicenceStatus.OFFERED)
    by_name: dict[str, Sample] = {
        "home": lambda w: home.screen(samples.portfolio(), w),
        "home, in no MID": lambda w: home.screen(samples.portfolio_without_mids(), w),
        "home, paused": lambda w: home.screen(
            samples.portfolio(samples.snapshot(pause=Pause.PAUSED)), w
        ),
        "home, stopped": lambda w: home.screen(
            samples.portfolio(samples.snapshot(pause=Pause.STOPPED)), w
        ),
        "more": lambda w: home.more(samples.portfolio(), w),
        "licences": lambda w: licences.screen(samples.portfolio(), 0, w),
        "licences, none": lambda w: licences.screen(samples.portfolio_without_mids(), 0, w),
        "licences, one MID": lambda w: licences.screen(
            samples.portfolio(samples.snapshot(many=False)), 0, w
        ),
        "card, an offer that warns": lambda w: card.screen(samples.card(offered), w),
        "card, in": lambda w: card.screen(samples.card(knob=-1), w),
        "card, unpaid": lambda w: card.screen(samples.card(samples.holding(sepsis)), w),
        "card, sensitive, by volume": lambda w: card.screen(
            samples.card(samples.holding(voices, None)), w
        ),
        "card, out by price": lambda w: card.screen(samples.card(knob=2), w),
        "card, never": lambda w: card.screen(samples.card(knob=NEVER), w),
        "card, with something withheld": lambda w: card.screen(
            samples.card(samples.holding(robots.model_copy(update={"withheld": ("storage",)}))), w
        ),
        "card, said no": lambda w: card.screen(samples.card(samples.holding(robots, "no")), w),
        "card, terms changed": lambda w: card.screen(
            samples.card(samples.holding(robots, floor=2)), w
        ),
        "card, paused": lambda w: card.screen(samples.card(pause=Pause.PAUSED), w),
        "card, on hold": lambda w: card.screen(
            samples.card(samples.holding(robots, "yes", LicenceStatus.SUSPENDED)), w
        ),
        "card, over": lambda w: card.screen(
            samples.card(samples.holding(robots, "yes", LicenceStatus.ENDED)), w
        ),
        "card, refused": lambda w: card.screen(
            samples.card(offered, refusals=samples.REFUSALS), w
        ),
        "card, agreed offer": lambda w: card.screen(
            samples.card(samples.holding(insurer, "yes", LicenceStatus.OFFERED)), w
        ),
        "card details": lambda w: card.line_names(samples.card(), w),
        "legal text": lambda w: card.legal(samples.card(), 0, w),
        "refuse everywhere": lambda w: choices.refusal_options(samples.card(offered), w),
        "knob": lambda w: knob.screen(samples.knob(1), w),
        "knob, after a tap": lambda w: knob.screen(samples.knob(-1, changed=True), w),
        "knob, taken back": lambda w: knob.screen(samples.knob(0, undone=True), w),
        "knob, at the top": lambda w: knob.screen(samples.knob(5), w),
        "knob, at the bottom": lambda w: knob.screen(samples.knob(-5), w),
        "knob, never": lambda w: knob.screen(samples.knob(NEVER), w),
        "knob of one MID": lambda w: knob.screen(samples.knob(2, scope="mbr_nurses"), w),
        "knob, which MID": lambda w: knob.scopes(samples.knob(0), w),
        "earlier settings": lambda w: knob.history(samples.knob_history(), w),
        "choices": lambda w: choices.screen(samples.refusals(), w),
        "choices, none": lambda w: choices.screen(samples.refusals(()), w),
        "choices, just refused": lambda w: choices.screen(
            samples.refusals(samples.REFUSALS, samples.REFUSALS[0]), w
        ),
        "take a refusal back": lambda w: choices.lift_refusal(
            samples.restore(Pause.OFF, samples.REFUSALS[0]), w
        ),
        "stopped": lambda w: choices.paused(samples.restore(Pause.STOPPED), w),
        "paused": lambda w: choices.paused(samples.restore(Pause.PAUSED), w),
        "paused, changed meanwhile": lambda w: choices.paused(
            samples.restore(Pause.PAUSED, stale=True), w
        ),
        "nothing paused": lambda w: choices.paused(samples.restore(Pause.OFF), w),
        "settings": lambda w: settings.screen(notices.attention_view(), w),
        "settings, just saved": lambda w: settings.screen(notices.attention_view(), w, saved=True),
        "languages": settings.languages,
        "time zones": lambda w: settings.zones(samples.snapshot(), 0, w),
        "MIDs": lambda w: mid.overview(samples.snapshot().memberships, w),
        "MID": lambda w: mid.screen(notices.hearing_view(), w),
        "MID, paid by volume": lambda w: mid.screen(notices.hearing_view(samples.TRANSLATORS), w),
        "human": lambda w: mid.contacts(samples.snapshot().memberships, None, w),
        "human, in no MID": lambda w: mid.contacts((), "ops@commons.example", w),
        "leave": lambda w: leaving.screen(samples.snapshot().memberships, w),
        "leave, one MID": lambda w: leaving.screen(samples.snapshot(many=False).memberships, w),
        "left, kept": lambda w: leaving.left(samples.NURSES, "mbr_nurses", w),
        "left, erased": lambda w: leaving.left(samples.NURSES, None, w),
        "leaving taken back": lambda w: leaving.undone(samples.membership(), w),
        "leaving not taken back": lambda w: leaving.undone(None, w),
        "delete": leaving.delete,
        "deleted": lambda w: leaving.deleted(
            [membership.mid for membership in samples.snapshot().memberships], w
        ),
        "invite left unused": lambda w: invite.declined(samples.invite(InviteState.OPEN), w),
        "help": about.help_,
        "help, no such command": lambda w: about.help_(w, unknown=True),
        "about": lambda w: about.about(_OPERATOR, w),
        "privacy": lambda w: about.privacy(_WITH_MODEL, ModelView(), w),
        "privacy, a model agreed to": lambda w: about.privacy(
            _WITH_MODEL, ModelView(choice=ModelChoice.YES), w
        ),
        "privacy, no model": lambda w: about.privacy(_OPERATOR, ModelView(), w),
        "about, with a model": lambda w: about.about(_WITH_MODEL, w),
        "not text": about.not_text,
        "an old button": about.old_button,
        "trouble": about.trouble,
        "in a group": about.in_a_group,
    }
    by_name |= notices.notice_samples() | staff.staff_samples()
    by_name |= questions.question_samples()
    for key in LineKey:
        by_name[f"detail: {key}"] = partial(_detail, key)
    for outcome in CardOutcome:
        by_name[f"card after: {outcome}"] = partial(_after, outcome)
    for state in InviteState:
        by_name[f"invite: {state}"] = partial(_invite, state)
    for terms, topic in ((insurer, "a copy"), (voices, "sensitive")):
        for taught in TeachBack:
            by_name[f"question on {topic}: {taught}"] = partial(_question, terms, taught)
    return by_name


def _detail(key: LineKey, w: Words) -> Screen:
    return card.line(
        samples.card(samples.holding(samples.TERMS[2], None, LicenceStatus.OFFERED)), key, w
    )


def _after(outcome: CardOutcome, w: Words) -> Screen:
    return card.screen(samples.card(outcome=outcome), w)


def _invite(state: InviteState, w: Words) -> Screen:
    return invite.screen(samples.invite(state), w)


def _question(terms: Terms, taught: TeachBack, w: Words) -> Screen:
    return quiz.screen(samples.quiz(terms, taught), w)


def render_book(languages: tuple[str, ...] = SHIPPED) -> str:
    """The screen book as one HTML page that loads nothing."""
    by_name = all_samples()
    parts = [_row(name, sample, languages) for name, sample in by_name.items()]
    page = Markup(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Midline: the screen '
        'book</title><meta name="viewport" content="width=device-width, initial-scale=1">'
        "<style>{style}</style></head><body><header><h1>The screen book</h1>"
        '<p class="note">{n} screens in {languages} languages, made from sample data.</p></header>'
        "<main>{parts}</main></body></html>\n"
    )
    return page.format(
        style=Markup(_STYLE),  # noqa: S704  # a constant
        n=len(by_name),
        languages=len(languages),
        parts=Markup("").join(parts),
    )


def _row(name: str, sample: Sample, languages: tuple[str, ...]) -> Markup:
    cells = [_cell(sample(words(language))) for language in languages]
    return Markup('<section><h2>{}</h2><div class="row" tabindex="0">{}</div></section>').format(
        name, Markup("").join(cells)
    )


def _cell(screen: Screen) -> Markup:
    keys = Markup("").join(
        Markup("<div>{}</div>").format(
            Markup("").join(
                Markup('<span dir="auto">{}</span>').format(button.label) for button in row
            )
        )
        for row in screen.rows
    )
    return Markup(
        '<article lang="{lang}" dir="{dir}"><h3>{name}</h3><div class="bubble">{text}</div>'
        '<div class="keys">{keys}</div></article>'
    ).format(
        lang=screen.locale.replace("_", "-"),
        dir="rtl" if words(screen.locale).rtl else "ltr",
        name=own_name(screen.locale),
        text=screen.text,
        keys=keys,
    )
