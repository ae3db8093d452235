"""A name that a member typed, and where they work, do not leave for a model."""

import pytest

from knowledge.llm.names import words_of
from knowledge.llm.redaction import redact
from tests.support.model_bench import TEXTS, bench, passage

KNOWN = words_of(["When you are paid: your MID pays. The AI and the insurer. Wann bekomme ich"])

TYPED = {
    "en": ("I am Maria Gonzalez from ward 7B, when am I paid?", "maria", "gonzalez", "7b"),
    "en small": ("my name is maria gonzalez, ward 7. when am i paid", "maria", "gonzalez", "7"),
    "en title": ("why did Dr Okafor of Ward 12 get more than me", "okafor", "12"),
    "es": ("Soy Lucía Pérez, de la planta 3. ¿Cuándo me pagan?", "lucía", "pérez", "3"),
    "fr": ("Je m'appelle Awa Diop, service 4, quand suis-je payée ?", "awa", "diop", "4"),
    "pt_BR": ("Quando recebo? Sou a Joana Silva da enfermaria 3", "joana", "silva", "3"),
    "ru": ("меня зовут Анна Петрова, отделение 5, когда выплата", "анна", "петрова", "5"),
    "ar": ("اسمي فاطمة علي من جناح 7 متى أحصل على المال", "فاطمة", "علي", "7"),
    "hi": ("मेरा नाम सुनीता शर्मा है, वार्ड 7, पैसा कब मिलेगा", "सुनीता", "शर्मा", "7"),
    "zh_Hans": ("我叫王小丽，7号病房，什么时候发钱", "王小丽", "7"),
}


@pytest.mark.parametrize("case", TYPED)
async def test_a_typed_name_and_ward_do_not_leave_at_level_one_or_two(case):
    text, *secrets = TYPED[case]
    language = case.split(" ")[0]
    async with bench() as b:
        for level in (1, 2):
            await b.ask(text, language, [passage(language)], level=level)
            sent = b.server.requests[-1]["messages"][-1]["content"].splitlines()
            asked = " ".join(line for line in sent if "[name]" in line).casefold()
            assert asked
            assert not [secret for secret in secrets if secret in asked]


@pytest.mark.parametrize(
    "text",
    [
        "When am I paid, and does the AI learn? I was not paid in October.",
        "WHEN am I paid",
        "I asked Telegram and the Insurer",
        "i was not paid. Why?",
        *(title for title, *_ in TEXTS.values()),
    ],
)
def test_a_question_without_a_name_stays_whole(text):
    known = KNOWN | words_of(part for texts in TEXTS.values() for part in texts)
    assert redact(text, known=known).text == text


async def test_a_word_of_the_texts_that_leave_anyway_is_no_secret():
    async with bench() as b:
        given = [passage(text="The buyer Careful Robotics pays 4 times a year.")]
        await b.ask("What does Careful Robotics pay?", passages=given)
        assert "What does Careful Robotics pay?" in b.server.raw[-1].decode()


async def test_at_the_level_of_values_the_question_goes_whole_to_this_machine():
    async with bench() as b:
        await b.ask("I am Maria Gonzalez, when am I paid?", level=3)
        assert "Maria Gonzalez" in b.server.raw[-1].decode()
