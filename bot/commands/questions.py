"""``midline questions``: members' questions to people at a MID, replies, counts, suggestions."""

import getpass
import json
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from bot.commands.console import AsJson, MidId, command_group, run_with_store
from service.assistant.values import TopicCount
from service.deps import Deps
from service.questions import staff_cases
from service.questions.values import StaffQuestion, Suggestion

app = command_group("questions", "Questions of members to a person, and the replies.")

By = Annotated[str | None, typer.Option(help="Who does it; default: your name on this machine.")]


@app.command("list")
def list_(
    mid: MidId,
    everything: Annotated[bool, typer.Option("--all", help="Also those with a reply.")] = False,
    as_json: AsJson = False,
) -> None:
    """What waits for a reply, oldest first."""
    questions = run_with_store(
        lambda deps: staff_cases.list_questions(deps, mid, open_only=not everything)
    )
    lines = [_question_text(each) for each in questions]
    _print(
        [_question_json(each) for each in questions],
        lines or [f"Nothing waits for a reply of {mid}."],
        as_json=as_json,
    )


@app.command()
def answer(
    question: Annotated[str, typer.Argument(help="The id of the question, que_...")],
    text: Annotated[str, typer.Argument(help="The reply, in the language of the question.")],
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Reply to a question. It goes out within seconds where the bot runs."""
    answered = run_with_store(
        lambda deps: staff_cases.answer(deps, question, text, by or getpass.getuser())
    )
    _print([_question_json(answered)], [f"{answered.id}: the reply goes out."], as_json=as_json)


@app.command()
def counts(mid: MidId, as_json: AsJson = False) -> None:
    """How often which topic was asked about. What concerns few people is not told."""
    topics = run_with_store(lambda deps: staff_cases.count_topics(deps, mid))
    lines = [_count_text(topic) for topic in topics] or ["No question was asked yet."]
    _print([_count_json(topic) for topic in topics], lines, as_json=as_json)


@app.command()
def suggest(
    mid: MidId,
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
            return staff_cases.suggest_reply(deps, mid, reply, question, by or getpass.getuser())
        return staff_cases.suggest_article(
            deps, mid, {language: question}, {language: text or ""}, by or getpass.getuser()
        )

    suggestion = run_with_store(work)
    _print(
        [_suggestion_json(suggestion)],
        [f"{suggestion.id} waits for approval."],
        as_json=as_json,
    )


@app.command()
def suggestions(mid: MidId, as_json: AsJson = False) -> None:
    """What waits for approval."""
    waiting = run_with_store(lambda deps: staff_cases.list_suggestions(deps, mid))
    lines = [_suggestion_text(suggestion) for suggestion in waiting]
    _print(
        [_suggestion_json(suggestion) for suggestion in waiting],
        lines or ["Nothing waits for approval."],
        as_json=as_json,
    )


@app.command()
def approve(
    mid: MidId,
    suggestion: Annotated[str, typer.Argument(help="The id of the suggestion, sug_...")],
    slug: Annotated[str, typer.Argument(help="The id of the new article.")],
    by: By = None,
) -> None:
    """Make a suggestion one of the MID's articles."""
    run_with_store(
        lambda deps: staff_cases.approve_article(
            deps, mid, suggestion, slug, by or getpass.getuser()
        )
    )
    typer.echo(f"{slug} is an article of {mid} now.")


def _print(values: list[dict[str, Any]], lines: list[str], *, as_json: bool) -> None:
    typer.echo(json.dumps(values, indent=2, ensure_ascii=False) if as_json else "\n".join(lines))


def _question_text(question: StaffQuestion) -> str:
    about = f", about {question.licence}" if question.licence else ""
    asked_at = f"{question.asked_at:%Y-%m-%d %H:%M}"
    head = f"{question.id}  {asked_at}  {question.pseudonym}  {question.language}{about}"
    reply = f"\n  reply: {question.answer}" if question.answer else ""
    return f"{head}\n  {question.text}{reply}"


def _question_json(question: StaffQuestion) -> dict[str, Any]:
    return {
        "id": question.id,
        "member": question.pseudonym,
        "language": question.language,
        "licence": question.licence,
        "asked_at": question.asked_at.isoformat(timespec="seconds"),
        "text": question.text,
        "answer": question.answer,
        "delivered": question.delivered,
    }


def _count_text(topic: TopicCount) -> str:
    n = "few" if topic.n is None else str(topic.n)
    return f"{topic.month}  {n:>5}  {topic.topic}  {topic.language}  {topic.band}"


def _count_json(topic: TopicCount) -> dict[str, Any]:
    return {
        "month": topic.month,
        "topic": topic.topic,
        "language": topic.language,
        "band": topic.band,
        "n": topic.n,
    }


def _suggestion_text(suggestion: Suggestion) -> str:
    question = next(iter(suggestion.question.values()), "")
    answer = next(iter(suggestion.answer.values()), "")
    return f"{suggestion.id}  by {suggestion.made_by}\n  {question}\n  {answer}"


def _suggestion_json(suggestion: Suggestion) -> dict[str, Any]:
    return {
        "id": suggestion.id,
        "mid": suggestion.mid_id,
        "question": dict(suggestion.question),
        "answer": dict(suggestion.answer),
        "made_by": suggestion.made_by,
    }
