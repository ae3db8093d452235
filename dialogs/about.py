"""Screens about this instance: what Midline is, privacy, help; and the screens of errors."""

from dataclasses import dataclass

from dialogs import parts
from dialogs.callbacks import Go, Place, ShowLicences, ShowModelRequest
from dialogs.screen import Button, Screen, bold, lines, paragraphs, rows
from knowledge.replies import AvailableModel
from locales.words import Words
from service.assistant.values import ModelChoice, ModelView


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Who runs this instance. A field that is None was left out of the settings.

    Attributes:
        place: where the data is stored.
        model: the AI model that may answer here; None where none is set up.
    """

    name: str | None = None
    contact: str | None = None
    paid_by: str | None = None
    place: str | None = None
    model: AvailableModel | None = None


def about(operator: Operator, w: Words) -> Screen:
    """Who built it, who runs it, who pays, and whether an AI model answers."""
    missing = w.t("not said here")
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("What Midline is")),
            w.t(
                "Midline is your line to the groups that bargain for your data. It says which "
                "licences you are in, and lets you say yes, no, and at what price."
            ),
            lines(
                [
                    w.t("Built by: the Midline project. The code is open to all."),
                    w.t("Run by: {name}", name=operator.name or missing),
                    w.t("Paid by: {name}", name=operator.paid_by or missing),
                    _ai_note(operator.model, w),
                ]
            ),
            w.t("It holds no money and can move none."),
        ),
        rows=rows(
            (
                Button(w.p("button", "Privacy"), Go(place=Place.PRIVACY)),
                Button(w.p("button", "Help"), Go(place=Place.HELP)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def _ai_note(model: AvailableModel | None, w: Words) -> str:
    if model is None:
        return w.t("AI: no AI model answers here. The texts are fixed beforehand.")
    return w.t("AI: the model {name} at {place} answers you, but only if you said yes.",
               name=model.name, place=model.place)  # fmt: skip


def privacy(operator: Operator, view: ModelView, w: Words) -> Screen:
    """What is stored, where, who sees it, and how to get a copy or have it erased.

    Where a model is set up, also whether it sees the member's questions.
    """
    missing = w.t("not said here")
    return Screen(
        w.locale,
        text=paragraphs(
            bold(w.t("Privacy")),
            lines(
                [
                    bold(w.t("What is kept here")),
                    w.t("A number for your chat, your language and time zone."),
                    w.t("Which MIDs you are in, and your number there."),
                    w.t("Your answers, refusals and prices, with date, and which text you saw."),
                    w.t("What you set for notices, and which went to you."),
                    w.t("Not your name. What you type only if you send it to a person."),
                ]
            ),
            lines(
                [
                    bold(w.t("Where, and who runs it")),
                    w.t("Place: {place}", place=operator.place or missing),
                    w.t("It is locked. The key is kept apart from it."),
                    w.t("Run by: {name}", name=operator.name or missing),
                    w.t("Contact: {contact}", contact=operator.contact or missing),
                    w.t("Telegram carries the messages and can read them."),
                ]
            ),
            lines(
                [
                    bold(w.t("Who sees it")),
                    w.t("A MID gets your answers to its notices, under a made-up name."),
                    w.t("No MID learns of another. No buyer learns who you are from us."),
                    *_model_access(operator.model, view, w),
                ]
            ),
            lines(
                [
                    bold(w.t("To get it out or gone")),
                    w.t("To erase all that is kept here, use Delete everything."),
                ]
            ),
        ),
        rows=rows(
            (
                Button(w.p("button", "AI model"), Go(place=Place.MODEL)),
                Button(w.p("button", "Last request"), ShowModelRequest(page=0)),
            )
            if operator.model
            else None,
            Button(w.p("button", "Delete everything"), Go(place=Place.DELETE)),
            (parts.human(w), parts.home(w)),
        ),
    )


def _model_access(model: AvailableModel | None, view: ModelView, w: Words) -> list[str]:
    if model is None:
        return []
    if view.choice is ModelChoice.YES:
        return [w.t("The AI model sees your questions, as Last request shows.")]
    return [w.t("The AI model sees nothing of you.")]


def help_(w: Words, *, unknown: bool = False) -> Screen:
    """The help; ``unknown`` says first that the command was not recognised."""
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("I do not know that command.") if unknown else None,
            bold(w.t("Help")),
            lines(
                [
                    w.t("My licences: what uses your data, and why you are in or out."),
                    w.t("My price: one setting for how much you ask."),
                    w.t("My choices: what you refuse everywhere, and the pause."),
                    w.t("All notices: what your MIDs told you, and what you answered."),
                ]
            ),
            lines(
                [
                    w.t("{command} takes you out of everything at once.", command="/stop"),
                    w.t("{command} ends a membership.", command="/leave"),
                    w.t("{command} erases what is kept here.", command="/delete"),
                    w.t("{command} brings you to a person.", command="/human"),
                ]
            ),
            w.t("Anything else you write is a question. I look for an answer."),
            w.t("Doing nothing means being in no licence."),
        ),
        rows=rows(
            (
                Button(w.p("button", "My licences"), ShowLicences(page=0)),
                Button(w.p("button", "My price"), Go(place=Place.KNOB)),
            ),
            (
                Button(w.p("button", "All notices"), Go(place=Place.NOTICES)),
                Button(w.p("button", "Settings"), Go(place=Place.SETTINGS)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def not_text(w: Words) -> Screen:
    """The answer to a message that is not text, such as a picture or a file."""
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("I can only read text. What you sent was not kept."),
        ),
        rows=rows((parts.human(w), parts.home(w))),
    )


def old_button(w: Words) -> Screen:
    """The answer to a button that no handler takes, or that names a thing of somebody else."""
    return Screen(
        w.locale,
        text=paragraphs(w.t("That button is too old to use. Nothing was changed.")),
        rows=rows(
            (
                Button(w.p("button", "My licences"), ShowLicences(page=0)),
                Button(w.p("button", "My price"), Go(place=Place.KNOB)),
            ),
            (parts.human(w), parts.home(w)),
        ),
    )


def refused(key: str, w: Words) -> Screen:
    """The screen of a ``MidlineError``, by the error's key."""
    return old_button(w) if key == "not_yours" else trouble(w)


def trouble(w: Words) -> Screen:
    """The answer to an update whose handler failed unexpectedly."""
    return Screen(
        w.locale,
        text=paragraphs(
            w.t("Something went wrong on our side. It was noted."),
            w.t("Please look at your licences to see what was saved."),
        ),
        rows=rows(
            (Button(w.p("button", "My licences"), ShowLicences(page=0)), parts.human(w)),
            parts.home(w),
        ),
    )


def in_a_group(w: Words) -> Screen:
    """The answer to a command in a group chat, where nothing personal may be shown."""
    return Screen(
        w.locale,
        text=paragraphs(w.t("I only talk in private. Open a chat with me to go on.")),
        rows=(),
    )
