"""Settings: `QIANMIAN_*` variables and `.env`, read into one frozen value; every problem reported at once."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.core.errors import NOTHING_NEAR, Mistake, QianmianError
from bot.core.model import Language
from bot.core.schedule import UnknownZone, open_zone
from bot.core.spoken import parse_zone

PREFIX: Final = "QIANMIAN_"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# https://core.telegram.org/bots/api#authorizing-your-bot
TELEGRAM_TOKEN: Final = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")
# The shape in which the developer portal shows bot tokens: three base64 parts.
DISCORD_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6,8}\.[A-Za-z0-9_-]{25,}")
_DURATION: Final = re.compile(r"(\d+)\s*([smhd]?)\Z")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


class BadSettings(QianmianError):
    """Some settings are wrong.

    Attributes:
        problems: One sentence each, beginning with the variable's name; never a secret's value.
    """

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems: Final = problems


class Settings(BaseSettings):
    """All settings of one run; a field's name in capitals after `QIANMIAN_` is its variable."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    telegram_token: SecretStr | None = Field(default=None, description="The token that @BotFather gave you")
    telegram_api_url: str = Field(default="https://api.telegram.org", description="Another Bot API server")
    telegram_webhook_url: str | None = Field(
        default=None, description="Public https address for a webhook instead of long polling"
    )
    telegram_paid_broadcast: bool = Field(
        default=False, description="Send up to 1,000 messages/s for Telegram Stars (allow_paid_broadcast)"
    )
    discord_token: SecretStr | None = Field(default=None, description="The bot token from Discord's developer portal")
    discord_api_url: str | None = Field(default=None, description="Another Discord API server")
    discord_guild: str | None = Field(
        default=None, description="A guild whose commands are synced at once, for developing"
    )
    database: Path = Field(
        default_factory=lambda: user_data_path("qianmian") / "qianmian.sqlite3", description="The database file"
    )
    content: Path | None = Field(default=None, description="Another folder of questions")
    web_host: str = Field(default="127.0.0.1", description="Where the web chat listens")
    web_port: int = Field(default=8080, ge=0, le=65535, description="Its port; 0 takes any free one")
    web_password: SecretStr | None = Field(
        default=None, description="Asked for by the web chat; required for any host but this machine"
    )
    timezone: str = Field(default="Asia/Shanghai", description="The zone of subscriptions that name none")
    language: Language = Field(default=Language.ZH, description="Spoken where nobody chose: zh or en")
    catch_up: timedelta = Field(
        default=timedelta(hours=3), description="How late a missed question is still sent: 90m, 3h, 1d"
    )
    backups: int = Field(default=7, ge=0, le=365, description="How many nightly backups are kept; 0 makes none")
    operators: Annotated[frozenset[str], NoDecode] = Field(
        default=frozenset(), description="Who runs the bot: telegram:123456, discord:4567"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(default="INFO", description="How much is logged")
    log_format: Literal["console", "json"] = Field(default="console", description="For people or for machines")

    @field_validator("telegram_token", "discord_token", "web_password", mode="after")
    @classmethod
    def _not_blank(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not value.get_secret_value().strip():
            return None
        return value

    @field_validator("telegram_api_url", "discord_api_url", "telegram_webhook_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^\s/]+", value):
            raise ValueError("write an address that begins with http:// or https://")
        return value.rstrip("/") if value else value

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        try:
            zone = parse_zone(value)
            open_zone(zone)
        except (Mistake, UnknownZone) as error:
            near = error.values.get("near")
            hint = f"did you mean {near}?" if near != NOTHING_NEAR else "write one such as Asia/Shanghai"
            raise ValueError(f"there is no time zone {value[:40]!r}; {hint}") from None
        return zone

    @field_validator("catch_up", mode="before")
    @classmethod
    def _is_duration(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        match = _DURATION.match(value.strip())
        if match is None:
            raise ValueError("write a length of time such as 90m, 3h or 1d")
        return timedelta(seconds=int(match[1]) * _SECONDS[match[2]])

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("operators", mode="before")
    @classmethod
    def _are_people(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        people = [word for word in re.split(r"[\s,]+", value) if word]
        for person in people:
            if not re.fullmatch(r"[a-z]+:[^\s:]+", person):
                raise ValueError(f"{person[:40]!r} is nobody; write platform:id, such as telegram:123456")
        return frozenset(people)

    @model_validator(mode="after")
    def _password_for_the_world(self) -> "Settings":
        if self.web_host not in LOOPBACK and self.web_password is None:
            raise ValueError(
                f"{PREFIX}WEB_PASSWORD: set a password, since {PREFIX}WEB_HOST opens the web chat to other machines"
            )
        return self


def read_settings(**overrides: Any) -> Settings:
    """The settings from the environment and `.env`; keyword arguments go before both.

    Raises BadSettings with every problem at once.
    """
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise BadSettings(tuple(_sentence(dict(problem)) for problem in error.errors(include_input=False))) from None


def _sentence(problem: dict[str, Any]) -> str:
    words = str(problem["msg"]).removeprefix("Value error, ")
    where = problem["loc"]
    return f"{PREFIX}{str(where[0]).upper()}: {words}" if where else words
