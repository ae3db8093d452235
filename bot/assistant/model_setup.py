"""Builds the language model that the settings name, its quota, and what answers with both."""

from functools import partial

from bot.settings import Settings
from knowledge.language import build_detector
from knowledge.llm.answerer import Answerer
from knowledge.llm.client import ModelClient
from knowledge.llm.quota import ModelQuota, QuotaLimits
from service.assistant import quota
from service.assistant.values import QuotaKind
from service.deps import Deps


def build_model(settings: Settings) -> ModelClient | None:
    """The client of the model; None unless both a server and a model are set."""
    if not settings.llm_base_url or not settings.llm_model:
        return None
    key = settings.llm_api_key.get_secret_value() if settings.llm_api_key else None
    return ModelClient(settings.llm_base_url, settings.llm_model, key)


def limits_from(settings: Settings) -> QuotaLimits:
    """The limits of the model's use that are set."""
    return QuotaLimits(
        answers_a_day=settings.llm_answers_a_day,
        tokens_a_month=settings.llm_tokens_a_month,
        tokens_in_all=settings.llm_tokens_in_all,
    )


def build_budget(deps: Deps, limits: QuotaLimits) -> ModelQuota:
    """The quota, counted in the store and so shared by all processes."""
    return ModelQuota(deps.clock, partial(quota.take, deps), partial(quota.correct, deps), limits)


async def read_month_usage(deps: Deps, limits: QuotaLimits) -> tuple[float, float]:
    """The used shares of this month's tokens, 0 to 1: of the MID that used most, and of all."""
    month = build_budget(deps, limits).month()
    counts = await quota.largest_counts(deps, (QuotaKind.MID, QuotaKind.ALL), month)
    return (
        counts[QuotaKind.MID] / max(limits.tokens_a_month, 1),
        counts[QuotaKind.ALL] / max(limits.tokens_in_all, 1),
    )


def build_answerer(settings: Settings, deps: Deps) -> Answerer | None:
    """Build what answers with the model; None if no model is set."""
    model = build_model(settings)
    if model is None:
        return None
    return Answerer(
        model,
        build_budget(deps, limits_from(settings)),
        detector=build_detector(),
        trusted=settings.trusted_hosts,
    )
