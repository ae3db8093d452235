"""Commands as people type them: other spellings, another case, the word of their language.

`/licenses`, `/HELP`, `/precio`, `/stop.` mean a command that there is. What a text begins with is
brought to the command's own name; what follows it stays.
"""

import difflib
import re
from functools import cache
from typing import Final

from knowledge.normalize import fold

# Words of the eight languages and usual other spellings. Compared without case and accents.
_WORDS: Final = {
    "licences": "licenses licence license licencias licencia licenças licenca лицензии лицензия"
    " تراخيص التراخيص लाइसेंस 许可 許可",
    "price": "precio prix preço цена سعر السعر कीमत 价格 價格",
    "choices": "choice opciones choix escolhas выбор اختيارات خيارات विकल्प 选择 選擇",
    "notices": "notice avisos aviso avis уведомления إشعارات الإشعارات सूचनाएँ सूचना 通知",
    "stop": "stopp parar para alto arrêter arrêt pare стоп остановить توقف إيقاف रुको रोकें 停止",
    "mid": "mids",
    "human": "person persona personne pessoa человек شخص व्यक्ति 人工",
    "language": "lang idioma langue язык لغة اللغة भाषा 语言 語言",
    "settings": "setting ajustes paramètres configurações"
    " настройки إعدادات الإعدادات सेटिंग 设置 設置",
    "help": "ayuda aide ajuda помощь مساعدة मदद 帮助 幫助",
    "privacy": "privacidad confidentialité privacidade"
    " приватность خصوصية الخصوصية गोपनीयता 隐私 隱私",
    "about": "acerca",
    "leave": "salir quitter sair выйти مغادرة छोड़ें 退出",
    "delete": "borrar eliminar supprimer apagar excluir удалить حذف हटाएँ 删除 刪除",
    "start": "inicio",
    "announce": "anunciar annoncer",
}
_COMMAND: Final = re.compile(r"/([^\s@/]{1,40})(@\w{1,64})?(?=\s|$)")
_TRAILING: Final = ".,;:!?。！؟…"
# A slip of one letter in a word of five. Less like than that, it may be another word.
_NEAR: Final = 0.8


@cache
def _names() -> dict[str, str]:
    """Every known spelling, without case and accents, with the name of its command."""
    return {fold(word): name for name, words in _WORDS.items() for word in (name, *words.split())}


def with_known_command(text: str) -> str:
    """The text with the command it begins with under its own name, where one is meant.

    A text that begins with no command, or with one like none of ours, stays as it is.
    """
    match = _COMMAND.match(text)
    if match is None:
        return text
    word = fold(match[1].rstrip(_TRAILING))
    name = _names().get(word) or _near(word)
    if name is None:
        return text
    return f"/{name}{match[2] or ''}{text[match.end() :]}"


def _near(word: str) -> str | None:
    near = difflib.get_close_matches(word, _names(), n=1, cutoff=_NEAR)
    return _names()[near[0]] if near and len(word) > len("stop") else None
