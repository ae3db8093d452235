"""A translation that is missing, broken or unfinished is never shown: the source is."""

import os
import re
from gettext import NullTranslations

import pytest

from locales import compile as building
from locales import po
from locales.build_hook import CustomBuildHook
from locales.words import Words, load_chain, mark, words


@pytest.fixture
def shop(tmp_path):
    """A folder of catalogues, and the words of one of its languages."""

    class Shop:
        root = tmp_path

        def write(self, locale, body):
            path = tmp_path / locale / "LC_MESSAGES" / "messages.po"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(po.rendered(po.empty(locale)) + b"\n" + body.encode())
            return path

        def words(self, locale):
            return Words(locale, load_chain(locale, tmp_path))

    return Shop()


def test_a_text_is_translated(shop):
    shop.write("es", 'msgid "In {x}"\nmsgstr "Dentro: {x}"\n')
    assert shop.words("es").t("In {x}", x="a") == "Dentro: a"


def test_a_missing_translation_shows_the_source(shop):
    shop.write("ar", "")
    w = shop.words("ar")
    assert w.t("You are out.") == "You are out."
    assert w.n("{n} licence", "{n} licences", 2) == "\u20682\u2069 licences".replace(
        "\u2068", "\u2068"
    )
    assert w.p("button", "Stop") == "Stop"
    assert not w.has("You are out.")


@pytest.mark.parametrize(
    "broken", ["{z}", "", "{x} {y}", "{", "{0}", "{x.real}", "{x!r}", "{ x }", "nothing"]
)
def test_a_broken_translation_gives_way_to_the_source(shop, broken):
    shop.write("es", f'msgid "In {{x}}"\nmsgstr "{broken}"\n')
    assert shop.words("es").t("In {x}", x="a") == "In a"


def test_a_fuzzy_translation_is_not_shown(shop):
    shop.write("es", '#, fuzzy\nmsgid "Yes"\nmsgstr "No"\n')
    assert shop.words("es").t("Yes") == "Yes"


def test_a_plural_with_a_missing_form_is_not_shown_at_all(shop):
    shop.write(
        "ru",
        'msgid "{n} day"\nmsgid_plural "{n} days"\n'
        'msgstr[0] "{n} день"\nmsgstr[1] ""\nmsgstr[2] ""\n',
    )
    assert [shop.words("ru").n("{n} day", "{n} days", n) for n in (1, 21)] == ["1 day", "21 days"]


def test_plurals_follow_the_language(shop):
    ids = 'msgid "{n} card"\nmsgid_plural "{n} cards"\n'
    forms = ["لا بطاقات", "بطاقة واحدة", "بطاقتان", "{n} بطاقات", "{n} بطاقة", "{n} من البطاقات"]
    shop.write("ar", ids + "".join(f'msgstr[{i}] "{form}"\n' for i, form in enumerate(forms)))
    shop.write(
        "ru",
        ids + 'msgstr[0] "{n} карточка"\nmsgstr[1] "{n} карточки"\nmsgstr[2] "{n} карточек"\n',
    )
    shop.write("zh_Hans", ids + 'msgstr[0] "{n} 张卡片"\n')

    def shown(locale, *numbers):
        w = shop.words(locale)
        texts = [w.n("{n} card", "{n} cards", n) for n in numbers]
        return [re.sub("[\u2068\u2069\u200f]", "", text) for text in texts]

    assert shown("ar", 0, 1, 2, 3, 11, 100) == [
        form.replace("{n}", n)
        for form, n in zip(forms, ["", "", "", "3", "11", "100"], strict=True)
    ]
    assert shown("ru", 1, 3, 5, 11, 1021) == [
        "1 карточка",
        "3 карточки",
        "5 карточек",
        "11 карточек",
        "1\u00a0021 карточка",
    ]
    assert shown("zh_Hans", 1, 7) == ["1 张卡片", "7 张卡片"]
    assert words("en").n("{n} card", "{n} cards", 1840) == "1,840 cards"


def test_a_context_distinguishes_two_short_texts(shop):
    shop.write(
        "es", 'msgctxt "button"\nmsgid "Stop"\nmsgstr "Parar"\n\nmsgid "Stop"\nmsgstr "Parada"\n'
    )
    w = shop.words("es")
    assert (w.p("button", "Stop"), w.t("Stop"), w.p("place", "Stop")) == (
        "Parar",
        "Parada",
        "Stop",
    )


def test_a_variety_falls_back_on_its_language_and_then_on_the_source(shop):
    shop.write("pt", 'msgid "a"\nmsgstr "um"\n\nmsgid "b"\nmsgstr "dois"\n')
    shop.write("pt_BR", 'msgid "a"\nmsgstr "uma"\n')
    w = shop.words("pt_BR")
    assert (w.t("a"), w.t("b"), w.t("c")) == ("uma", "dois", "c")


def test_a_translation_may_be_equal_to_its_source(shop):
    shop.write("es", 'msgid "MID"\nmsgstr "MID"\n')
    assert shop.words("es").has("MID")
    assert words("en").has("anything at all")


def test_a_stale_mo_file_is_not_used(shop):
    path = shop.write("es", 'msgid "a"\nmsgstr "uno"\n')
    assert [mo.name for mo in building.compile_all(shop.root)] == ["messages.mo"]
    assert building.compile_all(shop.root) == []
    assert shop.words("es").t("a") == "uno"
    path.write_text(path.read_text("utf-8").replace("uno", "una"), "utf-8")
    os.utime(path, (1, 1))
    assert shop.words("es").t("a") == "una"
    assert len(building.compile_all(shop.root)) == 1


def test_a_compiled_catalogue_needs_no_po_file(shop):
    path = shop.write("es", 'msgid "a"\nmsgstr "uno"\n')
    building.compile_all(shop.root)
    path.unlink()
    assert shop.words("es").t("a") == "uno"


def test_a_build_compiles_the_catalogues(monkeypatch):
    calls = []
    monkeypatch.setattr(building, "compile_all", lambda: calls.append("built"))
    root = str(building.HERE.parent)
    CustomBuildHook(root, {}, None, None, root, "wheel").initialize("editable", {})
    assert calls == ["built"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    target = tmp_path / "messages.mo"
    target.write_bytes(b"old")
    monkeypatch.setattr(building.Path, "replace", lambda *_: (_ for _ in ()).throw(OSError))
    with pytest.raises(OSError):
        building.replace(target, b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_a_placeholder_without_a_parameter_raises():
    with pytest.raises(KeyError, match="needs \\['x'\\]"):
        words("en").t("In {x}")
    with pytest.raises(ValueError, match="stray"):
        words("en").t("In {")


def test_doubled_braces_are_single_braces():
    assert words("en").t("{{x}} {x}", x="a") == "{x} a"


def test_mark_returns_the_message_unchanged():
    assert mark("It ends at once.") == "It ends at once."


def test_texts_are_english_without_any_catalogue():
    assert Words("es", NullTranslations()).t("In {x}", x="a") == "In a"


class TestPick:
    """A MID's text: in the member's language, or the original and said so."""

    def test_pick_takes_the_members_language(self):
        assert words("es").pick({"en": "Evening", "es": "Tarde"}) == ("Tarde", "es", False)

    def test_pick_counts_a_variety_as_the_language(self):
        assert words("pt_BR").pick({"en": "a", "pt-PT": "b"}) == ("b", "pt-PT", False)
        assert words("zh_Hans").pick({"zh": "a"}) == ("a", "zh", False)

    def test_pick_takes_another_script_before_english_and_marks_it(self):
        assert words("zh_Hans").pick({"en": "a", "zh-TW": "b"}) == ("b", "zh-TW", True)

    def test_pick_falls_back_on_english_and_then_on_the_first_text(self):
        assert words("ru").pick({"fr": "a", "en-GB": "b"}) == ("b", "en-GB", True)
        assert words("ru").pick({"fr": "a", "es": "b"}) == ("a", "fr", True)
        assert words("ru").pick({"?": "a"}) == ("a", "?", True)

    def test_pick_refuses_an_empty_mapping(self):
        with pytest.raises(ValueError, match="no text"):
            words("ru").pick({})


def test_a_latin_name_at_the_start_does_not_reverse_an_arabic_line(shop):
    said = {"{mid}: no quiet hours.": "{mid}: بلا ساعات هدوء.", "“{x}” it is.": "«{x}» اختيارك."}
    shop.write(
        "ar", "".join(f'msgid "{source}"\nmsgstr "{target}"\n' for source, target in said.items())
    )
    w = shop.words("ar")
    name = "\u2068Translators\u2069"
    assert w.t("{mid}: no quiet hours.", mid="Translators") == f"\u200f{name}: بلا ساعات هدوء."
    assert w.t("“{x}” it is.", x="Translators") == f"\u200f«{name}» اختيارك."
    assert w.t("{mid} is not there.", mid="Translators") == f"{name} is not there."
