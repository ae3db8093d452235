"""Which methods of the Bot API are played, and by whom."""

from functools import partial

from playground.bot_api.messages import Messages
from playground.bot_api.profile import Profile
from playground.bot_api.server import Method
from playground.world.update_queue import Updates
from playground.world.webhook_caller import Webhook


def methods(
    messages: Messages, profile: Profile, updates: Updates, webhook: Webhook
) -> dict[str, Method]:
    """The played methods by name; any other known one is answered with 501."""
    table: dict[str, Method] = {
        "getMe": profile.me,
        "getUpdates": updates.poll,
        "setWebhook": webhook.put,
        "deleteWebhook": webhook.delete,
        "getWebhookInfo": webhook.info,
        "sendMessage": messages.send,
        "editMessageText": messages.edit_text,
        "editMessageReplyMarkup": messages.edit_markup,
        "deleteMessage": messages.delete,
        "deleteMessages": messages.delete_many,
        "answerCallbackQuery": messages.answer,
        "sendChatAction": messages.action,
        "sendMessageDraft": messages.draft,
        "setMyCommands": profile.set_commands,
        "getMyCommands": profile.get_commands,
        "deleteMyCommands": profile.delete_commands,
        "setChatMenuButton": profile.set_menu,
        "getChatMenuButton": profile.get_menu,
    }
    for method, kind in (
        ("MyName", "name"),
        ("MyDescription", "description"),
        ("MyShortDescription", "short_description"),
    ):
        table[f"set{method}"] = partial(profile.set_text, kind)
        table[f"get{method}"] = partial(profile.get_text, kind)
    return table
