"""Topics of a chat, in which an answer stays where it was asked for."""

from aiogram.types import Message


def thread_of(message: Message | None) -> int | None:
    """The topic that a message was sent in, where it was sent in one."""
    return message.message_thread_id if message and message.is_topic_message else None
