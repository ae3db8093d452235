"""``midline questions``: what members asked a MID's people, the replies, counts, suggestions."""

import getpass
import json
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

import typer

from bot.commands.console import AsJson, carry_out, group, settings
from bot.open_store import open_store
from bot.settings import Settings
from service.assistant.values import TopicCount
from service.deps import Deps
from service.questions import staff_cases
from service.questions.values import StaffQuestion, Suggestion

app = group("questions", "Questions of members to a person, and the replies.")

Mid = Annotated[str, typer.Argument(help="The id of the MID.")]
By = Annotated[str | None, typer.Option(help="Who does it; default: your name on this machine.")]


def _do(work: Callable[[Deps], Coroutine[Any, Any, Any]]) -> Any:

    return carry_out(_opened(settings(), work))


async def _opened(settings: Settings, work: Callable[[Deps], Coroutine[Any, Any, Any]]) -> Any:
    async with open_store(settings) as deps:
        return await work(deps)


def _by(given: str | None) -> str:
    return given or getpass.getuser()


def _print(found: list[dict[str, Any]], lines: list[str], *, as_json: bool) -> None:
    typer.echo(json.dumps(found, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))


@app.command("list")
def list_(
    mid: Mid,
    everything: Annotated[bool, typer.Option("--all", help="Also those with a reply.")] = False,
    as_json: AsJson = False,
) -> None:
    """What waits for a reply, oldest first."""
    found = _do(lambda deps: staff_cases.list_questions(deps, mid, open_only=not everything))
    lines = [_said(one) for one in found] or [f"Nothing waits for a reply of {mid}."]
    _print([_question(one) for one in found], lines, as_json=as_json)


@app.command()
def answer(
    question: Annotated[str, typer.Argument(help="The id of the question, que_...")],
    text: Annotated[str, typer.Argument(help="The reply, in the language of the question.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Reply to a question. It goes out within seconds where the bot runs."""
    found = _do(lambda deps: staff_cases.answer(deps, question, text, _by(by)))
    _print([_question(found)], [f"{found.id}: the reply goes out."], as_json=as_json)


@app.command()
def counts(mid: Mid, as_json: AsJson = False) -> None:
    """How often which topic was asked about. What concerns few people is not told."""
    found = _do(lambda deps: staff_cases.count_topics(deps, mid))
    lines = [_cell(one) for one in found] or ["No question was asked yet."]
    _print([_counted(one) for one in found], lines, as_json=as_json)


@app.command()
def suggest(
    mid: Mid,
    question: Annotated[str, typer.Option(help="The question in your own words.")],
    text: Annotated[
        str | None, typer.Option(help="The answer for everybody, without personal data.")
    ] = None,
    reply: Annotated[
        str | None, typer.Option(help="Or: the reply to this question, que_..., as it is.")
    ] = None,
    language: Annotated[str, typer.Option(help="The language of both, with --text.")] = "en",
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Suggest an article, made of a reply or new. Nobody sees it until a person approves it."""
    if (text is None) is (reply is None):
        raise typer.BadParameter("give --text or --reply, one of the two")

    def work(deps: Deps) -> Coroutine[Any, Any, Suggestion]:
        if reply is not None:
            return staff_cases.suggest_reply(deps, mid, reply, question, _by(by))
        return staff_cases.suggest_article(
            deps, mid, {language: question}, {language: text or ""}, _by(by)
        )

    made = _do(work)
    _print([_suggested(made)], [f"{made.id} waits for approval."], as_json=as_json)


@app.command()
def suggestions(mid: Mid, as_json: AsJson = False) -> None:
    """What waits for approval."""
    found = _do(lambda deps: staff_cases.list_suggestions(deps, mid))
    lines = [f"{one.id}  by {one.made_by}\n  {_any(one.question)}\n  {_any(one.answer)}"
             for one in found] or ["Nothing waits for approval."]  # fmt: skip
    _print([_suggested(one) for one in found], lines, as_json=as_json)


@app.command()
def approve(
    mid: Mid,
    suggestion: Annotated[str, typer.Argument(help="The id of the suggestion, sug_...")],
    slug: Annotated[str, typer.Argument(help="The id of the new article.")],
    by: By = None,
) -> None:
    """Make a suggestion one of the MID's articles."""
    _do(lambda deps: staff_cases.approve_article(deps, mid, suggestion, slug, _by(by)))
    typer.echo(f"{slug} is an article of {mid} now.")


def _any(texts: Any) -> str:
    return next(iter(texts.values()), "")


def _said(staff_question: StaffQuestion) -> str:
    about = f", about {staff_question.licence}" if staff_question.licence else ""
    head = f"{staff_question.id}  {staff_question.asked_at:%Y-%m-%d %H:%M}  {staff_question.pseudonym}  {staff_question.language}{about}"
    reply = f"\n  reply: {staff_question.answer}" if staff_question.answer else ""
    return f"{head}\n  {staff_question.text}{reply}"


def _question(staff_question: StaffQuestion) -> dict[str, Any]:
    return {
        "id": staff_question.id,
        "member": staff_question.pseudonym,
        "language": staff_question.language,
        "licence": staff_question.licence,
        "asked_at": staff_question.asked_at.isoformat(timespec="seconds"),
        "text": staff_question.text,
        "answer": staff_question.answer,
        "delivered": staff_question.delivered,
    }


def _cell(topic_count: TopicCount) -> str:
    n = "few" if topic_count.n is None else str(topic_count.n)
    return f"{topic_count.month}  {n:>5}  {topic_count.topic}  {topic_count.language}  {topic_count.band}"


def _counted(topic_count: TopicCount) -> dict[str, Any]:
    return {
        "month": topic_count.month,
        "topic": topic_count.topic,
        "language": topic_count.language,
        "band": topic_count.band,
        "n": topic_count.n,
    }


def _suggested(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "mid": suggestion.mid_id,
        "question": dict(suggestion.question),
        "answer": dict(suggestion.answer),
        "made_by": suggestion.made_by,
    }
