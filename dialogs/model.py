"""The member's choice whether an AI model may answer, and the last request sent to it."""

from dialogs import parts
from dialogs.callbacks import Go, Place, SetModelConsent, ShowModelRequest
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows
from knowledge.llm.disclosure import DisclosureLevel
from knowledge.replies import AvailableModel
from locales.words import Words
from service.assistant.values import ModelChoice, ModelView

PAGE_LENGTH = 3000


def consent(model: AvailableModel, view: ModelView, w: Words) -> Screen:
    """Whether a model may answer: asked before its first answer, and when the member opens it.

    ``model`` is the model as it may be used for this member, see ``AvailableModel.limited_to``.
    """
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("May an AI model answer you?")),
            w.t(
                "Your question would go to {name} at {place}.", name=model.name, place=model.place
            ),
            _disclosure(model, w),
            w.t("Names are taken out where they show. Still, leave them out.")
            if model.level < DisclosureLevel.VALUES
            else None,
            w.t("It can be wrong. It can change nothing. Without it you get fixed texts."),
            _current_choice(model, view, w),
        ),
        rows=rows(
            (
                Button(
                    w.p("button", "Use the model"), SetModelConsent(on=True, level=model.level)
                ),
                Button(w.p("button", "No model"), SetModelConsent(on=False)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def screen(model: AvailableModel | None, view: ModelView, w: Words) -> Screen:
    """The choice; or that no model answers, as none is set up or one of the MIDs forbids it."""
    if model is None or model.level == 0:
        return unavailable(w)
    allowed = model.limited_to(view)
    return consent(allowed, view, w) if allowed.level else unavailable(w, by_mid=True)


def _disclosure(model: AvailableModel, w: Words) -> str:
    texts = {
        1: w.t("Phone numbers, addresses and long numbers are taken out first. Your answers and "
               "amounts do not go there."),
        2: w.t("Phone numbers, addresses and long numbers are taken out first. Your amounts go "
               "there, but rounded."),
    }  # fmt: skip
    default = w.t("Your answers and amounts go there too. It runs where this assistant does.")
    return texts.get(model.level, default)


def _current_choice(model: AvailableModel, view: ModelView, w: Words) -> str | None:
    if view.choice is ModelChoice.YES and view.agreed_level < model.level:
        return w.t("You use the model now. Less goes there until you say yes to this.")
    texts = {
        ModelChoice.YES: w.t("You use the model now."),
        ModelChoice.NO: w.t("You use no model now."),
    }
    return texts.get(view.choice)


def saved(view: ModelView, w: Words) -> Screen:
    """The choice as it was saved."""
    yes = view.choice is ModelChoice.YES
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Saved. A model may answer you.") if yes else w.t("Saved. No model answers you."),
            w.t("You can change this under Privacy."),
        ),
        rows=rows(
            Button(w.p("button", "Privacy"), Go(place=Place.PRIVACY)),
            (parts.human(w), parts.home(w)),
        ),
    )


def unavailable(w: Words, *, by_mid: bool = False) -> Screen:
    """That no model answers; ``by_mid``: because one of the member's MIDs forbids it."""
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("One of your MIDs lets nothing go to an AI model.") if by_mid else None,
            w.t("No AI model answers here. The texts are fixed beforehand."),
        ),
        rows=rows((parts.human(w), parts.home(w))),
    )


def last_request(view: ModelView, page: int, w: Words) -> Screen:
    """A page, counted from 0, of the last request as it was sent; the nearest if there is none."""
    text = view.request or ""
    pages = max(1, -(-len(text) // PAGE_LENGTH))
    page = parts.nearest_page(page, pages)
    part = text[page * PAGE_LENGTH : (page + 1) * PAGE_LENGTH]
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("The last request to the model")),
            lines([w.t("Page {page} of {pages}", page=page + 1, pages=pages)])
            if pages > 1
            else None,
            part.strip() or w.t("None was sent."),
        ),
        rows=rows(
            parts.page_buttons(page, pages, lambda number: ShowModelRequest(page=number), w),
            parts.back(w, Place.PRIVACY),
            (parts.human(w), parts.home(w)),
        ),
    )
