"""One router per family of screens; the fallback stands last."""

from aiogram import Router

from bot.chat.routers import (
    about,
    announce,
    choices,
    fallback,
    knob,
    licences,
    notices,
    people,
    questions,
    settings,
)


def build_routers() -> list[Router]:
    """Fresh routers, in the order in which they are asked."""
    families = (
        licences,
        knob,
        choices,
        notices,
        announce,
        people,
        settings,
        about,
        questions,
        fallback,
    )
    return [family.build_router() for family in families]
