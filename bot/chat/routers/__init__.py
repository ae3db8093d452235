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
    """Build every router, in the order in which aiogram tries them."""
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
