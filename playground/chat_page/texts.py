"""The texts of the chat page around the chats, in every language that is shipped."""

import json
from html import escape
from string import Template

from locales.negotiate import SHIPPED, SOURCE, nearest
from locales.words import Raw, Words, words


def page_texts(w: Words) -> dict[str, str]:
    """The texts in one language, by the names that `index.html` and the scripts use."""
    name = Raw("{name}")
    # NOTE: The page of the demo: a chat in a browser. Short words of an app, as in Telegram.
    return {
        "lang": w.locale.replace("_", "-"),
        "dir": "rtl" if w.rtl else "ltr",
        "skip": w.t("Skip to the chats"),
        "here": w.t(
            "A chat on this computer. No Telegram account, and nothing leaves this machine."
        ),
        "add_person": w.t("Add a person"),
        "people": w.t("People"),
        "chats": w.t("Chats"),
        "name": w.t("Name"),
        "their_language": w.t("Language of their Telegram"),
        "no_language": w.t("Not told to the bot"),
        "cancel": w.p("button", "Cancel"),
        "add": w.p("button", "Add"),
        "ok": w.p("button", "OK"),
        "needs_script": w.t("This page needs JavaScript."),
        "lost": w.t("Not connected. Trying again…"),
        "news": w.t("New messages"),
        "block": w.p("button", "Block bot"),
        "unblock": w.p("button", "Unblock bot"),
        "blocked": w.t("This person has blocked the bot."),
        "invites": w.t("Invites"),
        "invite": w.t("An invite. Tap to open it."),
        "start": w.p("button", "Start"),
        "messages": w.t("Messages"),
        "message": w.t("Message from {name}", name=name),
        "commands": w.t("Commands"),
        "send": w.p("button", "Send"),
        "buttons": w.t("Buttons"),
        "new_tab": w.t("opens in a new tab"),
        "copied": w.t("Copied."),
        "stop": w.p("button", "Stop"),
        "typing": w.t("{name} is writing", name=name),
        "busy": w.t("{name} is busy", name=name),
        "all": w.p("button", "Show all"),
        "less": w.p("button", "Show less"),
        "hidden": w.t("hidden text"),
        # NOTE: What somebody sent instead of text.
        "photo": w.t("photo"),
        "sticker": w.t("sticker"),
        "voice": w.t("voice message"),
    }


def preferred_locale(accept_language: str) -> str:
    """The shipped language that a browser asks for first; without one, the source."""
    tags = (part.partition(";")[0] for part in accept_language.split(","))
    return next((locale for tag in tags if (locale := nearest(tag, SHIPPED))), SOURCE)


def render_index(html: str, locale: str) -> str:
    """`index.html` with its texts inserted, escaped for HTML."""
    texts = {name: escape(text) for name, text in page_texts(words(locale)).items()}
    return Template(html).substitute(texts)


def texts_script(locale: str) -> str:
    """The texts as a JavaScript module: `frames` by language, and `page`, the page's own."""
    frames = {locale: page_texts(words(locale)) for locale in SHIPPED}
    return f"export const frames = {json.dumps(frames)};\nexport const page = frames.{locale};\n"
