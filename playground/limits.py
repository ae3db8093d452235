"""The limits of the Bot API. Each is what the real server enforces."""

from typing import Final

TEXT_LENGTH: Final = 4096
"""Most code points of a message, counted after markup is parsed."""
RAW_TEXT_BYTES: Final = 32768
"""Most bytes of the text as it was sent, markup included."""
ENTITIES: Final = 100
"""Most entities the server looks at in one message; the rest are dropped."""
CALLBACK_DATA_BYTES: Final = 64
COPY_TEXT_LENGTH: Final = 256
BUTTONS_IN_ROW: Final = 12
"""Buttons past this many in a row are dropped silently."""
BUTTONS_IN_ALL: Final = 100
"""A safe number in practice; a larger keyboard is refused here, so that tests notice it."""
PLACEHOLDER_LENGTH: Final = 64
ANSWER_LENGTH: Final = 200
QUERY_LIFE_SECONDS: Final = 15.0
"""A tap that was not answered for so long can't be answered any more."""
DELETE_LIFE_SECONDS: Final = 48 * 3600
DELETE_AT_ONCE: Final = 100
DRAFT_LIFE_SECONDS: Final = 30.0
ACTION_LIFE_SECONDS: Final = 5.0
UPDATES_AT_ONCE: Final = 100
POLL_SECONDS: Final = 50
UPDATE_LIFE_SECONDS: Final = 24 * 3600
QUICK_POLL_SECONDS: Final = 3
"""With flood limits on, two quick polls of the same offset are held this long."""
WEBHOOK_CONNECTIONS: Final = 100
WEBHOOK_CONNECTIONS_DEFAULT: Final = 40
WEBHOOK_PORTS: Final = frozenset({443, 80, 88, 8443})
WEBHOOK_RETRY_MOST_SECONDS: Final = 90.0
SECRET_LENGTH: Final = 256
COMMANDS: Final = 100
COMMAND_DESCRIPTION_LENGTH: Final = 256
NAME_LENGTH: Final = 64
DESCRIPTION_LENGTH: Final = 512
SHORT_DESCRIPTION_LENGTH: Final = 120
START_LENGTH: Final = 64
"""Most characters of the token in a `t.me/<bot>?start=` link."""
