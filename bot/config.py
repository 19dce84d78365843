"""Settings: `QIANMIAN_*` variables and `.env`, read into one frozen value; every problem reported at once.

This is the one module that reads the environment, the user's locale included.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from dotenv.parser import parse_stream
from platformdirs import user_data_path
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, DotEnvSettingsSource, EnvSettingsSource, NoDecode, SettingsConfigDict
from rapidfuzz import fuzz, process

from bot.core.errors import NOTHING_NEAR, Mistake, QianmianError
from bot.core.model import Language
from bot.core.schedule import open_zone
from bot.core.spoken import parse_zone

PREFIX: Final = "QIANMIAN_"
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# https://core.telegram.org/bots/api#authorizing-your-bot
TELEGRAM_TOKEN: Final = re.compile(r"\d{5,}:[A-Za-z0-9_-]{30,}")
# The shape in which the developer portal shows bot tokens: three base64 parts.
DISCORD_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,30}\.[A-Za-z0-9_-]{6,8}\.[A-Za-z0-9_-]{25,}")
_ENV_FILE: Final = Path(".env")
_DURATION: Final = re.compile(r"([0-9]{1,9})\s*([smhd]?)\Z")
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_MOST_SECONDS: Final = 365 * 86400
_SWITCHES: Final = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
# Below this likeness (0 to 100) another name is not what was meant.
_LIKE: Final = 60
_SHOWN: Final = 40
# What the library logs of lines it cannot read is among our problems, with what to do.
_DOTENV_LOG: Final = logging.getLogger("dotenv")
_NOWHERE: Final = logging.NullHandler()


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A setting that is wrong.

    Attributes:
        name: Its variable, or the file `.env`.
        key: The id of the sentence in `bot/locales` that says what is wrong and what to write.
        values: What the sentence mentions; never a secret.
    """

    name: str
    key: str
    values: Mapping[str, str | int]


class BadSettings(QianmianError):
    """Some settings are wrong.

    Attributes:
        problems: All of them.
        rest: The settings that can be read, with defaults in place of the others.
    """

    def __init__(self, problems: tuple[Problem, ...], rest: "Settings") -> None:
        super().__init__(", ".join(f"{problem.name} ({problem.key})" for problem in problems))
        self.problems: Final = problems
        self.rest: Final = rest


def _wrong(key: str, /, **values: str | int) -> PydanticCustomError:
    """What a validator raises; `key` names the sentence."""
    return PydanticCustomError(key, "see bot/locales", values)


def _shown(value: object) -> str:
    """A wrong value, as far as it may be repeated: a token that went astray may not."""
    text = str(value)
    secret = TELEGRAM_TOKEN.search(text) or DISCORD_TOKEN.search(text)
    return "…" if secret else text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def _whole(least: int, most: int, *, example: int) -> BeforeValidator:
    """A whole number between two others."""

    def read(value: object) -> int:
        text = str(value).strip()
        if not re.fullmatch("[0-9]{1,9}", text) or not least <= int(text) <= most:
            raise _wrong("setting-number", value=_shown(value), least=least, most=most, example=example)
        return int(text)

    return BeforeValidator(read)


def _one_of(*choices: str) -> BeforeValidator:
    """One of some words; capitals and small letters are the same."""

    def read(value: object) -> str:
        for choice in choices:
            if str(value).strip().casefold() == choice.casefold():
                return choice
        raise _wrong("setting-choice", value=_shown(value), choices=", ".join(choices))

    return BeforeValidator(read)


def _switch(value: object) -> bool:
    try:
        return _SWITCHES[str(value).strip().casefold()]
    except KeyError:
        raise _wrong("setting-switch", value=_shown(value)) from None


def _length(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = _DURATION.match(str(value).strip())
    seconds = int(match[1]) * _SECONDS[match[2]] if match else None
    if seconds is None or seconds > _MOST_SECONDS:
        raise _wrong("setting-length", value=_shown(value))
    return timedelta(seconds=seconds)


def _people(value: object) -> frozenset[str]:
    words = re.split(r"[\s,，]+", value) if isinstance(value, str) else value
    people = [word for word in words if word] if isinstance(words, Iterable) else [str(words)]
    for person in people:
        if not re.fullmatch(r"[a-z]+:[^\s:]+", person):
            raise _wrong("setting-person", value=_shown(person))
    return frozenset(people)


def _address(value: str | None) -> str | None:
    if value is not None and not re.match(r"https?://[^\s/]+", value):
        # An address may hold a password, so it is not repeated.
        raise _wrong("setting-address")
    return value.rstrip("/") if value else value


def _secret(value: SecretStr | None) -> SecretStr | None:
    return None if value is not None and not value.get_secret_value().strip() else value


def _zone(value: str) -> str:
    try:
        zone = parse_zone(value)
        open_zone(zone)
    except Mistake as error:
        # The sentence is the one that chats hear.
        raise _wrong(error.key, **{**error.values, "word": _shown(value)}) from None
    return zone


Secret = Annotated[SecretStr | None, AfterValidator(_secret)]
Address = Annotated[str, AfterValidator(_address)]


class Settings(BaseSettings):
    """All settings of one run; a field's name in capitals after `QIANMIAN_` is its variable."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=_ENV_FILE,
        env_file_encoding="utf-8-sig",  # editors on Windows put a mark before the first line
        extra="ignore",
        frozen=True,
        env_ignore_empty=True,
    )

    telegram_token: Secret = Field(default=None, description="The token that @BotFather gave you")
    telegram_api_url: Address = Field(default="https://api.telegram.org", description="Another Bot API server")
    telegram_webhook_url: Address | None = Field(
        default=None, description="Public https address for a webhook instead of long polling"
    )
    telegram_paid_broadcast: Annotated[bool, BeforeValidator(_switch)] = Field(
        default=False, description="Send up to 1,000 messages/s for Telegram Stars (allow_paid_broadcast)"
    )
    discord_token: Secret = Field(default=None, description="The bot token from Discord's developer portal")
    discord_api_url: Address | None = Field(default=None, description="Another Discord API server")
    discord_guild: str | None = Field(
        default=None, description="A guild whose commands are synced at once, for developing"
    )
    database: Path = Field(
        default_factory=lambda: user_data_path("qianmian") / "qianmian.sqlite3", description="The database file"
    )
    content: Path | None = Field(default=None, description="Another folder of questions")
    web_password: Secret = Field(
        default=None, description="Asked for by the web chat; required for any host but this machine"
    )
    web_host: str = Field(default="127.0.0.1", description="Where the web chat listens")
    web_port: Annotated[int, _whole(0, 65535, example=8080)] = Field(
        default=8080, description="Its port; 0 takes any free one"
    )
    timezone: Annotated[str, AfterValidator(_zone)] = Field(
        default="Asia/Shanghai", description="The zone of subscriptions that name none"
    )
    language: Annotated[Language, _one_of(*Language)] = Field(
        default=Language.ZH, description="Spoken where nobody chose: zh or en"
    )
    catch_up: Annotated[timedelta, BeforeValidator(_length)] = Field(
        default=timedelta(hours=3), description="How late a missed question is still sent: 90m, 3h, 1d"
    )
    backups: Annotated[int, _whole(0, 365, example=7)] = Field(
        default=7, description="How many nightly backups are kept; 0 makes none"
    )
    backup_folder: Path | None = Field(default=None, description="Where they stand; best on another disk")
    operators: Annotated[frozenset[str], NoDecode, BeforeValidator(_people)] = Field(
        default=frozenset(), description="Who runs the bot: telegram:123456, discord:4567"
    )
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], _one_of("DEBUG", "INFO", "WARNING", "ERROR")] = (
        Field(default="INFO", description="How much is logged")
    )
    log_format: Annotated[Literal["console", "json"], _one_of("console", "json")] = Field(
        default="console", description="For people or for machines"
    )

    @field_validator("web_host")
    @classmethod
    def _has_a_password_for_the_world(cls, value: str, info: ValidationInfo) -> str:
        if value not in LOOPBACK and info.data["web_password"] is None:
            raise _wrong("setting-host-open", value=_shown(value), password=f"{PREFIX}WEB_PASSWORD")
        return value


def read_settings(**overrides: Any) -> Settings:
    """The settings from the environment and `.env`; keyword arguments go before both.

    Raises BadSettings with every problem at once.
    """
    problems: list[Problem] = []
    given: dict[str, Any] = {**overrides}
    written = set(EnvSettingsSource(Settings).env_vars)
    _DOTENV_LOG.addHandler(_NOWHERE)
    try:
        problems += _unreadable_lines()
        written |= set(DotEnvSettingsSource(Settings).env_vars)
    except (OSError, UnicodeDecodeError):
        problems.append(Problem(name=str(_ENV_FILE), key="setting-file", values={}))
        given["_env_file"] = None
    problems += _unknown(written)
    try:
        settings = Settings(**given)
    except ValidationError as error:
        wrong = {str(details["loc"][0]): details for details in error.errors()}
        problems += [
            Problem(name=_variable(name), key=details["type"], values=details["ctx"]) for name, details in wrong.items()
        ]
        settings = Settings(**{**given, **{name: _default(name) for name in wrong}})
    if problems:
        raise BadSettings(tuple(problems), settings)
    return settings


def operator_language(settings: Settings) -> Language:
    """What the command line speaks: the language that was set, otherwise that of the user's locale."""
    return settings.language if "language" in settings.model_fields_set else _locale_language()


def _locale_language() -> Language:
    """Chinese where the locale of messages is; https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html."""
    variables = EnvSettingsSource(Settings).env_vars
    chosen = next((value for name in ("lc_all", "lc_messages", "lang") if (value := variables.get(name))), "")
    return Language.ZH if chosen.casefold().startswith("zh") else Language.EN


def _default(name: str) -> Any:
    """What stands in for a setting that cannot be read."""
    if name == "language":
        return _locale_language()
    return Settings.model_fields[name].get_default(call_default_factory=True, validated_data={})


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _unreadable_lines() -> Iterator[Problem]:
    """The places of `.env` that are no settings; their words may be secret and are not repeated."""
    if not _ENV_FILE.is_file():
        return
    with _ENV_FILE.open(encoding="utf-8-sig") as file:
        for part in parse_stream(file):
            if part.error:
                # Blank lines before it belong to the same part.
                blank, _, _ = part.original.string.partition(part.original.string.lstrip())
                line = part.original.line + blank.count("\n")
                yield Problem(name=f"{_ENV_FILE}:{line}", key="setting-line", values={})


def _unknown(written: Iterable[str]) -> Iterator[Problem]:
    """Variables that look like settings and are none, with the nearest that is; names are in small letters."""
    prefix = PREFIX.lower()
    known = list(Settings.model_fields)
    for variable in sorted(written):
        name = variable.removeprefix(prefix)
        if name == variable or name in known:
            continue
        near = process.extractOne(name, known, scorer=fuzz.ratio, score_cutoff=_LIKE)
        values = {"near": _variable(near[0]) if near else NOTHING_NEAR}
        yield Problem(name=_variable(name), key="setting-unknown", values=values)
