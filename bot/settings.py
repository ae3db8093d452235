"""Settings: one frozen model, read from the environment (prefix ``MIDLINE_``) and ``.env``.

A setting that is in neither is read from a file of its name, such as ``midline_bot_token``, in
``CREDENTIALS_DIRECTORY``: that is how a service manager hands over secrets.
"""

import os
from pathlib import Path

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

TELEGRAM_API = "https://api.telegram.org"


class Settings(BaseSettings):
    """How this instance runs. ``midline doctor`` prints each field with its description."""

    model_config = SettingsConfigDict(
        env_prefix="MIDLINE_",
        env_file=".env",
        env_ignore_empty=True,
        frozen=True,
        extra="ignore",
        secrets_dir=os.environ.get("CREDENTIALS_DIRECTORY"),
    )

    bot_token: SecretStr | None = Field(None, description="the bot's token, from @BotFather")
    bot_api: str = Field(TELEGRAM_API, description="base URL of the Bot API")
    database_url: SecretStr | None = Field(
        None, description="a PostgreSQL URL; unset: an encrypted file in the data folder"
    )
    data_dir: Path = Field(Path("data"), description="where the encrypted file lives")
    key_file: Path = Field(
        Path("~/.config/midline/midline.key"),
        description="the key of the encrypted file, outside the data folder",
    )
    webhook_url: str | None = Field(
        None, description="the full address that Telegram calls; unset: the bot polls"
    )
    webhook_secret: SecretStr | None = Field(
        None, description="by which Telegram's calls are known; needed with a webhook"
    )
    webhook_connections: int = Field(
        40, ge=1, le=100, description="how many calls Telegram makes side by side"
    )
    http_host: str = Field("127.0.0.1", description="where the webhook and health are served")
    http_port: int | None = Field(
        None,
        ge=0,
        le=65535,
        description="its port, 0 for a free one; unset: 8080 with a webhook, else no HTTP at all",
    )
    send_rate: float = Field(
        30, ge=1, le=1000, description="messages a second that Telegram allows this bot"
    )
    paid_broadcast: bool = Field(
        default=False,
        description="whether notices may be sent faster for Telegram Stars; costs money",
    )
    llm_base_url: str | None = Field(
        None, description="an OpenAI-compatible server that helps to answer; unset: no model"
    )
    llm_api_key: SecretStr | None = Field(None, description="its key, where it wants one")
    llm_model: str | None = Field(None, description="which of its models; unset: no model")
    llm_level: int = Field(
        1,
        ge=0,
        le=3,
        description="what may leave for it: 0 nothing, 1 no values, 2 rounded values, 3 values",
    )
    llm_trusted: str = Field(
        "", description="hosts, with commas, that may see values like this machine may"
    )
    llm_answers_a_day: int = Field(
        20, ge=0, description="how many questions of one member it is asked a day"
    )
    llm_tokens_a_month: int = Field(
        2_000_000, ge=0, description="how many tokens it may cost for one MID a month"
    )
    llm_tokens_in_all: int = Field(
        20_000_000, ge=0, description="how many tokens it may cost for all MIDs together a month"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")
    operator: str | None = Field(None, description="who runs this instance, for /about")
    operator_contact: str | None = Field(None, description="how to reach them, for /privacy")
    operator_paid_by: str | None = Field(None, description="who pays for it, for /about")
    operator_place: str | None = Field(None, description="where the store is, for /privacy")

    @field_validator("key_file", "data_dir")
    @classmethod
    def _home(cls, path: Path) -> Path:
        return path.expanduser()

    @field_validator("log_level")
    @classmethod
    def _level(cls, level: str) -> str:
        level = level.upper()
        if level not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
            raise ValueError("write DEBUG, INFO, WARNING or ERROR")
        return level

    @property
    def trusted_hosts(self) -> frozenset[str]:
        """The hosts of ``llm_trusted`` in lower case."""
        hosts = (host.strip().lower() for host in self.llm_trusted.split(","))
        return frozenset(host for host in hosts if host)

    @property
    def store_file(self) -> Path:
        """The path of the encrypted database file."""
        return self.data_dir / "midline.db"
