"""Albums: several pictures sent as one, which Telegram delivers as a message each."""

from collections import OrderedDict

from aiogram.types import Message

REMEMBERED = 1_000


class Albums:
    """Remembers which message of an album is answered; only one is.

    Kept in memory: after a restart in the middle of an album a second answer is possible.
    """

    def __init__(self) -> None:
        self._answered: OrderedDict[tuple[int, str], tuple[int, bool]] = OrderedDict()

    def answered(self, message: Message, update_seq: int) -> bool:
        """Whether another message of the same album is the one to answer.

        A text below a picture is answered also where a picture without one came first. The same
        update, handled again, is still the one to answer.
        """
        if message.media_group_id is None:
            return False
        key, says = (message.chat.id, message.media_group_id), bool(message.text)
        first = self._answered.get(key)
        if first is not None and first[0] != update_seq and (first[1] or not says):
            return True
        self._answered[key] = (update_seq, says)
        if len(self._answered) > REMEMBERED:
            self._answered.popitem(last=False)
        return False
