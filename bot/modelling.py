"""The model that the settings name, if any: made for the bot, and looked at by the doctor."""

from collections.abc import AsyncIterator, Collection
from functools import partial
from urllib.parse import urlsplit

from bot.settings import Settings
from knowledge.language import detector
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import Model, ModelError
from knowledge.llm.disclosure import Level, is_near, level_for
from knowledge.llm.quota import Budget, Limits
from service.assistant import quota
from service.assistant.values import Purse
from service.deps import Deps
from service.mids.values import Mid


def build_model(settings: Settings) -> Model | None:
    """The server and the model that are set; None where one of both is not."""
    if not settings.llm_base_url or not settings.llm_model:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return Model(settings.llm_base_url, settings.llm_model, key)


def limits_of(settings: Settings) -> Limits:
    """What the model may cost here."""
    return Limits(
        answers_a_day=settings.llm_answers_a_day,
        tokens_a_month=settings.llm_tokens_a_month,
        tokens_in_all=settings.llm_tokens_in_all,
    )


def budget(deps: Deps, limits: Limits) -> Budget:
    """The budget that all processes on this store share."""
    return Budget(deps.clock, partial(quota.take, deps), partial(quota.correct, deps), limits)


async def used(deps: Deps, limits: Limits) -> tuple[float, float]:
    """Of the month's tokens: what the MID that used most has used, and all together; 1 is all."""
    month = budget(deps, limits).month()
    found = await quota.largest(deps, (Purse.MID, Purse.ALL), month)
    return (
        found[Purse.MID] / max(limits.tokens_a_month, 1),
        found[Purse.ALL] / max(limits.tokens_in_all, 1),
    )


def build_answerer(settings: Settings, deps: Deps) -> Answerer | None:
    """What answers with the model, or None: then the assistant answers without one."""
    model = build_model(settings)
    if model is None:
        return None
    return Answerer(
        model,
        budget(deps, limits_of(settings)),
        detector=detector(),
        trusted=settings.trusted_hosts,
    )


async def look_at_model(
    settings: Settings, mids: Collection[Mid] = ()
) -> AsyncIterator[tuple[bool, str]]:
    """What is well and what is not with the model; it is asked nothing that is anybody's.

    Of the MIDs it is said which lets less leave than the settings do.
    """
    model = build_model(settings)
    if model is None:
        if settings.llm_base_url or settings.llm_model or settings.llm_api_key:
            yield False, "a model needs both MIDLINE_LLM_BASE_URL and MIDLINE_LLM_MODEL. Set both."
        else:
            yield True, "no model: questions are answered from reviewed texts alone"
        return
    address = urlsplit(model.base_url)
    if address.scheme not in {"http", "https"} or not address.hostname:
        yield False, "MIDLINE_LLM_BASE_URL is no address. Write it like http://127.0.0.1:8000/v1."
        return
    near = is_near(model.base_url, settings.trusted_hosts)
    if address.scheme == "http" and not near:
        yield (
            False,
            (
                "questions would travel to the model unencrypted. Use https, or name the host in "
                "MIDLINE_LLM_TRUSTED if the line to it is your own."
            ),
        )
    level = level_for(settings.llm_level, model.base_url, settings.trusted_hosts)
    if level != settings.llm_level:
        yield (
            False,
            (
                "MIDLINE_LLM_LEVEL 3 holds for this machine and for MIDLINE_LLM_TRUSTED alone: "
                f"{level} is used."
            ),
        )
    yield True, f"what leaves for the model: {_LEVELS[level]}"
    for mid in mids:
        if mid.model_level is not None and mid.model_level < level:
            least = _LEVELS[Level(mid.model_level)]
            yield True, f"of members of {mid.id} less, as its bundle says: {least}"
    try:
        manner = await model.manner()
        yield True, f"the model answers, and keeps to a shape by {manner.mode}"
    except ModelError as error:
        mend = "Check MIDLINE_LLM_API_KEY and MIDLINE_LLM_MODEL" if error.unusable else "Is it up"
        yield False, f"the model: {error}. {mend}{'.' if error.unusable else '?'}"
    finally:
        await model.close()


_LEVELS = {
    Level.NOTHING: "nothing, it is never asked",
    Level.NAMES: "the redacted question and reviewed texts, no value of a member's",
    Level.ROUNDED: "the redacted question, reviewed texts and rounded values",
    Level.VALUES: "the redacted question, reviewed texts and the member's values",
}
