"""The model that the settings name, if any: made for the bot, and looked at by the doctor."""

from collections.abc import AsyncIterator, Iterable
from urllib.parse import urlsplit

from bot.settings import Settings
from knowledge.answers import Answerer, Keep
from knowledge.budget import Budget, Limits, Row
from knowledge.model import Model, ModelError
from knowledge.privacy import Level, is_near, level_for
from knowledge.tongue import Detector
from service.clock import Clock


def build_model(settings: Settings) -> Model | None:
    """The server and the model that are set; None where one of both is not."""
    if not settings.llm_base_url or not settings.llm_model:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return Model(settings.llm_base_url, settings.llm_model, key)


def build_answerer(
    settings: Settings,
    clock: Clock,
    *,
    detector: Detector | None = None,
    kept: Iterable[Row] = (),
    keep: Keep | None = None,
) -> Answerer | None:
    """What answers with the model, or None: then the assistant answers without one."""
    model = build_model(settings)
    if model is None:
        return None
    limits = Limits(
        answers_a_day=settings.llm_answers_a_day, tokens_a_month=settings.llm_tokens_a_month
    )
    return Answerer(
        model,
        Budget(clock, limits, kept),
        detector=detector,
        trusted=settings.trusted_hosts,
        keep=keep,
    )


async def look_at_model(settings: Settings) -> AsyncIterator[tuple[bool, str]]:
    """What is well and what is not with the model; it is asked nothing that is anybody's."""
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
