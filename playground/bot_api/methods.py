"""Which methods of the Bot API the playground has, and what implements each."""

from functools import partial

from playground.bot_api.messages import MessageMethods
from playground.bot_api.profile import ProfileMethods
from playground.bot_api.server import Method
from playground.world.update_queue import UpdateQueue
from playground.world.webhook_caller import WebhookCaller


def method_table(
    messages: MessageMethods, profile: ProfileMethods, updates: UpdateQueue, webhook: WebhookCaller
) -> dict[str, Method]:
    """The implemented methods by name; any other known method is answered with 501."""
    table: dict[str, Method] = {
        "getMe": profile.me,
        "getUpdates": updates.poll,
        "setWebhook": webhook.set_webhook,
        "deleteWebhook": webhook.delete_webhook,
        "getWebhookInfo": webhook.webhook_info,
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
