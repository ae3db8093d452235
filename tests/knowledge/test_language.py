"""A question is answered in its own language and, when in doubt, in the member's."""

from pathlib import Path

import pytest
import yaml

from knowledge import language
from knowledge.language import detect
from locales.negotiate import SHIPPED

QUESTIONS = Path(__file__).parent / "questions"


@pytest.fixture(scope="module")
def asked():
    return [
        (path.stem, entry["q"])
        for path in sorted(QUESTIONS.glob("*.yaml"))
        if path.stem in SHIPPED
        for entry in yaml.safe_load(path.read_text("utf-8"))
    ]


def test_a_right_stored_language_is_kept(asked):
    kept = sum(detect(text, own) == own for own, text in asked)
    assert kept / len(asked) >= 0.99


def test_a_wrong_stored_language_is_mostly_corrected(asked):
    other = {"en": "es"}
    mended = sum(detect(text, other.get(own, "en")) == own for own, text in asked)
    assert mended / len(asked) >= 0.88


@pytest.mark.parametrize(
    ("text", "stored", "detected"),
    [
        ("price knob क्या है", "hi", "hi"),
        ("OK", "hi", "hi"),
        ("怎么用 AI 回答 question", "zh_Hans", "zh_Hans"),
        ("mera paisa kab aayega", "hi", "hi"),
        ("123 ???", "fr", "fr"),
        ("", "ar", "ar"),
        ("\n\x00", "ar", "ar"),
        ("Wie kann ich meine Daten löschen lassen?", "en", "de"),
        ("چگونه می توانم داده هایم را حذف کنم", "ar", "fa"),
        ("Як мені видалити мої дані, будь ласка", "ru", "uk"),
        ("自分のデータを消したい", "zh_Hans", "ja"),
        ("내 데이터 삭제", "en", "ko"),
        ("πώς διαγράφω τα δεδομένα μου", "en", "el"),
        ("quando é que recebo o meu dinheiro?", "en", "pt_BR"),
        ("我的錢什麼時候到帳", "en", "zh_Hans"),
        ("कब मिलेगा", "zh_Hans", "hi"),
    ],
)
def test_script_and_a_certain_detector_decide_the_language(text, stored, detected):
    assert detect(text, stored) == detected


def test_the_script_decides_the_language_without_a_detector(monkeypatch):
    monkeypatch.setattr(language, "_model", lambda: None)
    assert detect("когда деньги", "en") == "ru"
    assert detect("cuándo me pagan de una vez", "en") == "en"
    assert detect("내 데이터 삭제", "en") == "ko"


def test_a_short_question_in_the_members_script_stays_in_their_language():
    # The detector takes it for Marathi, and is sure.
    assert detect("ये कोई ठगी तो नहीं", "hi") == "hi"
