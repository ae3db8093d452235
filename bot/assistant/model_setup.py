"""The model that the settings name, if any: made for the bot, and looked at by the doctor."""

from functools import partial

from bot.settings import Settings
from knowledge.language import detector
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import Model
from knowledge.llm.quota import Budget, Limits
from service.assistant import quota
from service.assistant.values import QuotaKind
from service.deps import Deps


def build_model(settings: Settings) -> Model | None:
    """The server and the model that are set; None where one of both is not."""
    if not settings.llm_base_url or not settings.llm_model:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return Model(settings.llm_base_url, settings.llm_model, key)


def limits_from(settings: Settings) -> Limits:
    """What the model may cost here."""
    return Limits(
        answers_a_day=settings.llm_answers_a_day,
        tokens_a_month=settings.llm_tokens_a_month,
        tokens_in_all=settings.llm_tokens_in_all,
    )


def build_budget(deps: Deps, limits: Limits) -> Budget:
    """The budget that all processes on this store share."""
    return Budget(deps.clock, partial(quota.take, deps), partial(quota.correct, deps), limits)


async def read_month_usage(deps: Deps, limits: Limits) -> tuple[float, float]:
    """Of the month's tokens: what the MID that used most has used, and all together; 1 is all."""
    month = build_budget(deps, limits).month()
    found = await quota.largest_counts(deps, (QuotaKind.MID, QuotaKind.ALL), month)
    return (
        found[QuotaKind.MID] / max(limits.tokens_a_month, 1),
        found[QuotaKind.ALL] / max(limits.tokens_in_all, 1),
    )


def build_answerer(settings: Settings, deps: Deps) -> Answerer | None:
    """What answers with the model, or None: then the assistant answers without one."""
    model = build_model(settings)
    if model is None:
        return None
    return Answerer(
        model,
        build_budget(deps, limits_from(settings)),
        detector=detector(),
        trusted=settings.trusted_hosts,
    )
