"""An AI model as a member meets it: may it answer, and what went to it last."""

from dialogs import parts
from dialogs.callbacks import Go, Place, SetModel, ShowRequest
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows
from knowledge.replies import ModelHere
from locales.words import Words
from service.assistant.values import ModelChoice, ModelView

PAGE = 3000


def ask(here: ModelHere, view: ModelView, w: Words) -> Screen:
    """May a model answer? Asked once before its first answer, and whenever the member looks.

    ``here`` is the model as it may be used for this member.
    """
    return Screen(
        text=paragraphs(
            bold(w.t("May an AI model answer you?")),
            w.t("Your question would go to {name} at {place}.", name=here.name, place=here.place),
            _leaves(here, w),
            w.t("It can be wrong. It can change nothing. Without it you get fixed texts."),
            _now(here, view, w),
        ),
        rows=rows(
            (
                Button(w.p("button", "Use the model"), SetModel(on=True, level=here.level)),
                Button(w.p("button", "No model"), SetModel(on=False)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def screen(here: ModelHere | None, view: ModelView, w: Words) -> Screen:
    """Whether a model may answer; that none can, where there is none or a MID lets none."""
    if here is None or here.level == 0:
        return none(w)
    mine = here.for_(view)
    return ask(mine, view, w) if mine.level else none(w, by_mid=True)


def _leaves(here: ModelHere, w: Words) -> str:
    says = {
        1: w.t("Phone numbers, addresses and long numbers are taken out first. Your answers and "
               "amounts do not go there."),
        2: w.t("Phone numbers, addresses and long numbers are taken out first. Your amounts go "
               "there, but rounded."),
    }  # fmt: skip
    default = w.t("Your answers and amounts go there too. It runs where this assistant does.")
    return says.get(here.level, default)


def _now(here: ModelHere, view: ModelView, w: Words) -> str | None:
    if view.choice is ModelChoice.YES and view.agreed_level < here.level:
        return w.t("You use the model now. Less goes there until you say yes to this.")
    says = {
        ModelChoice.YES: w.t("You use the model now."),
        ModelChoice.NO: w.t("You use no model now."),
    }
    return says.get(view.choice)


def chosen(view: ModelView, w: Words) -> Screen:
    """Saved."""
    yes = view.choice is ModelChoice.YES
    return Screen(
        text=paragraphs(
            w.t("Saved. A model may answer you.") if yes else w.t("Saved. No model answers you."),
            w.t("You can change this under Privacy."),
        ),
        rows=rows(
            Button(w.p("button", "Privacy"), Go(place=Place.PRIVACY)),
            (parts.human(w), parts.home(w)),
        ),
    )


def none(w: Words, *, by_mid: bool = False) -> Screen:
    """No model answers in this instance, or, ``by_mid``, not to members of a MID of theirs."""
    return Screen(
        text=paragraphs(
            w.t("One of your MIDs lets nothing go to an AI model.") if by_mid else None,
            w.t("No AI model answers here. The texts are fixed beforehand."),
        ),
        rows=rows((parts.human(w), parts.home(w))),
    )


def request(view: ModelView, page: int, w: Words) -> Screen:
    """A page of the last request, exactly as it was sent."""
    text = view.request or ""
    pages = max(1, -(-len(text) // PAGE))
    page = min(max(page, 0), pages - 1)
    part = text[page * PAGE : (page + 1) * PAGE]
    return Screen(
        text=paragraphs(
            bold(w.t("The last request to the model")),
            lines([w.t("Page {page} of {pages}", page=page + 1, pages=pages)])
            if pages > 1
            else None,
            part.strip() or w.t("None was sent."),
        ),
        rows=rows(
            tuple(
                Button(label, ShowRequest(page=to))
                for label, to in (
                    (w.p("button", "Earlier page"), page - 1),
                    (w.p("button", "Next page"), page + 1),
                )
                if 0 <= to < pages
            ),
            parts.back(w, Place.PRIVACY),
            (parts.human(w), parts.home(w)),
        ),
    )
