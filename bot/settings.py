"""Everything that the environment may set. All problems are told at once, in words, and never with a secret."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit

import structlog
from pydantic import (
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_settings import BaseSettings, DotEnvSettingsSource, SettingsConfigDict
from rapidfuzz import fuzz, process

from store.db import normal_url, passwords

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, MutableMapping

    from pydantic_settings.sources import PydanticBaseSettingsSource

log = structlog.get_logger(__name__)

# With both in the environment Bolt turns itself into an app that many workspaces install by OAuth, keeps
# tokens in files and ignores ours.
BOLT_OAUTH = ("SLACK_CLIENT_ID", "SLACK_CLIENT_SECRET")

# Of 100: how much the name of a variable is like a setting's, so that it was probably meant.
_ALIKE = 75

# The hosts that a browser of the same machine reaches, without a network in between.
_LOCAL = {"localhost", "127.0.0.1", "::1"}

# The place of the right value, for a variable that is missing or wrong.
WHERE = {
    "SLACK_BOT_TOKEN": "it starts with xoxb- and is under OAuth & Permissions of your Slack app",
    "SLACK_SIGNING_SECRET": "it is under Basic Information > App Credentials of your Slack app (or set"
    " SLACK_APP_TOKEN to use Socket Mode, which needs none)",
    "SLACK_APP_TOKEN": "it starts with xapp- and is under Basic Information > App-Level Tokens of your Slack app,"
    " with the scope connections:write",
    "SLACK_API_URL": "leave it out to use Slack itself, https://slack.com/api/",
    "DATABASE_URL": "use sqlite:///makegood.db, or postgresql://user:password@host/database",
}


class SettingsError(Exception):
    """The settings cannot be used. `problems`: one sentence for each, naming the variable."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def _lower(value: object) -> object:
    return value.strip().lower() if isinstance(value, str) else value


class BasicSettings(BaseSettings):
    """The settings of every command, also of one that never speaks to Slack."""

    model_config = SettingsConfigDict(
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    database_url: SecretStr = Field(
        default=SecretStr("sqlite:///makegood.db"),
        description="The ledger's database: `sqlite:///file` for one process, `postgresql://…` for several.",
    )
    log_level: Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(_lower)] = Field(
        default="info", description="What is logged: `debug`, `info`, `warning` or `error`."
    )
    log_format: Annotated[Literal["console", "json"], BeforeValidator(_lower)] | None = Field(
        default=None,
        description="`console` for people, `json` for machines; when unset, `console` at a terminal and `json`"
        " elsewhere.",
    )

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret text: it stays out of sight."""
        return tuple(passwords(self.database_url.get_secret_value()))

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: SecretStr) -> SecretStr:
        normal_url(value.get_secret_value())
        return value


class Settings(BasicSettings):
    """The settings of the running bot."""

    slack_bot_token: SecretStr = Field(
        description="The bot's token, starting with `xoxb-`: OAuth & Permissions of your Slack app. Required."
    )
    slack_app_token: SecretStr | None = Field(
        default=None,
        description="The app-level token, starting with `xapp-`, with the scope `connections:write`: Basic"
        " Information of your Slack app. Setting it chooses Socket Mode, which needs no public address.",
    )
    slack_signing_secret: SecretStr | None = Field(
        default=None,
        validate_default=True,
        description="What Slack signs its requests with: Basic Information of your Slack app. Required unless"
        " Socket Mode is chosen.",
    )
    slack_api_url: str = Field(
        default="https://slack.com/api/",
        description="Where Slack's Web API is. Changed only to test against a stand-in.",
    )
    host: str = Field(
        default="127.0.0.1",
        description="The address that the HTTP server listens on. The default is reached from the same machine only; in"
        " a container, or where a platform sends requests to `PORT`, set `0.0.0.0`.",
    )
    port: int = Field(
        default=3000, ge=0, le=65535, description="The port that the HTTP server listens on; 0 takes a free one."
    )
    public_url: str | None = Field(
        default=None,
        description="The address under which browsers reach the HTTP server, such as `https://makegood.example.com`."
        " Setting it opens the account plan's page; all processes need the same.",
    )
    templates_dir: Path | None = Field(
        default=None,
        description="A folder with templates of your own for digests and letters; all processes need the same.",
    )
    web_threads: int = Field(
        default=16, ge=1, le=200, description="How many requests from Slack are answered at the same time."
    )
    courier_threads: int = Field(
        default=4, ge=1, le=32, description="How many messages are sent to Slack at the same time."
    )

    posts_per_minute: int = Field(
        default=240,
        ge=1,
        le=60_000,
        description="How many messages a minute go to a workspace at most. Slack tolerates several hundred.",
    )

    @property
    def socket_mode(self) -> bool:
        return self.slack_app_token is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """Every secret text: it stays out of sight."""
        given = (self.slack_bot_token, self.slack_app_token, self.slack_signing_secret)
        return (*(secret.get_secret_value() for secret in given if secret), *super().secrets)

    @field_validator("slack_bot_token")
    @classmethod
    def _bot_token(cls, value: SecretStr) -> SecretStr:
        text = value.get_secret_value()
        if text.startswith("xoxe.xoxb-"):
            raise ValueError("is a token that expires: switch token rotation off for your Slack app")
        if text.startswith("xapp-"):
            raise ValueError("holds an app-level token, which belongs into SLACK_APP_TOKEN")
        return _token(value, "xoxb-", "a bot token")

    @field_validator("slack_app_token")
    @classmethod
    def _app_token(cls, value: SecretStr | None) -> SecretStr | None:
        return None if value is None else _token(value, "xapp-", "an app-level token")

    @field_validator("slack_signing_secret")
    @classmethod
    def _signing_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # Where the app token was set but refused it is missing here: Socket Mode was meant all the same.
        if value is None and info.data.get("slack_app_token", "refused") is None:
            raise ValueError("is missing")
        if value is not None and value.get_secret_value().startswith(("xox", "xapp-")):
            raise ValueError("holds a token, not the signing secret")
        return value

    @field_validator("public_url")
    @classmethod
    def _public_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value)
            host, _ = parts.hostname, parts.port
        except ValueError:
            host = None
        if not host or parts.scheme not in {"http", "https"} or "@" in parts.netloc:
            raise ValueError("is no web address")
        if parts.path not in {"", "/"} or parts.query or parts.fragment:
            raise ValueError("has a path: give the address of the server alone")
        if parts.scheme == "http" and host not in _LOCAL:
            raise ValueError("must begin with https://, so that nobody on the way reads the pages")
        usual = {"http": ":80", "https": ":443"}[parts.scheme]
        return f"{parts.scheme}://{parts.netloc.lower().removesuffix(usual)}"

    @field_validator("slack_api_url")
    @classmethod
    def _api_url(cls, value: str) -> str:
        try:
            parts = urlsplit(value)
            usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("is no web address")
        return value.rstrip("/") + "/"


def _token(value: SecretStr, prefix: str, what: str) -> SecretStr:
    text = value.get_secret_value()
    if not text.startswith(prefix) or len(text) == len(prefix):
        raise ValueError(f"is not {what}")
    if not text.isascii() or any(character.isspace() for character in text):
        raise ValueError(f"is not {what}: it has characters that no token has")
    return value


class _Given(Settings):
    """Settings that look neither at the environment nor at a file."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del cls, settings_cls, env_settings, dotenv_settings, file_secret_settings
        return (init_settings,)


_Model = TypeVar("_Model", bound=BasicSettings)


def load(*, env_file: str = ".env") -> Settings:
    """The settings of the environment and of `env_file`, which yields to it. SettingsError tells every problem."""
    _refuse_bolt_oauth(os.environ)
    return _read(Settings, env_file)


def load_basic(*, env_file: str = ".env") -> BasicSettings:
    """Only what a command needs that never speaks to Slack. SettingsError tells every problem."""
    return _read(BasicSettings, env_file)


def given(**values: Any) -> Settings:  # noqa: ANN401  as a field takes them; the fields say the types
    """The settings of `values` (field names) alone, without the environment; for the demo and for tests."""
    _refuse_bolt_oauth(os.environ)
    try:
        return _Given(**values)
    except ValidationError as error:
        raise SettingsError(_problems(error)) from None


@dataclass(frozen=True)
class Variable:
    """A variable as README and .env.example describe it; `default` is None for a required one."""

    name: str
    default: str | None
    description: str


def documented() -> list[Variable]:
    """Every variable there is: those of Slack first."""
    fields = Settings.model_fields
    order = sorted(fields, key=lambda name: not name.startswith("slack_"))
    found = []
    for name in order:
        default = fields[name].default
        text = default.get_secret_value() if isinstance(default, SecretStr) else default
        known = isinstance(text, (str, int)) and text != ""
        found.append(Variable(name.upper(), str(text) if known else None, fields[name].description or ""))
    return found


def _read(model: type[_Model], env_file: str) -> _Model:
    try:
        return model(_env_file=env_file)  # type: ignore[call-arg]  # every settings class takes it
    except ValidationError as error:
        raise SettingsError(_problems(error, {*os.environ, *map(str.upper, _in_file(model, env_file))})) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is not UTF-8" if isinstance(error, UnicodeDecodeError) else error.strerror
        raise SettingsError([f"The file {env_file} could not be read: {reason}"]) from None


def _in_file(model: type[BaseSettings], env_file: str) -> Iterable[str]:
    """The variables that the file sets, in lower case."""
    return DotEnvSettingsSource(model, env_file=env_file).env_vars


def _problems(error: ValidationError, names: Iterable[str] = ()) -> list[str]:
    """One sentence for each error. `names`: the variables that are set, for one whose name was mistyped."""
    problems = []
    for found in error.errors(include_url=False, include_input=False):
        name = str(found["loc"][0]).upper() if found["loc"] else "The settings"
        words = _in_words(found["type"], found.get("ctx", {}), found["msg"])
        where = WHERE.get(name)
        alike = _alike(name, names) if found["type"] == "missing" else None
        if alike:
            words += f" ({alike} is set, which is no setting: is that it?)"
        problems.append(f"{name} {words}: {where}" if where else f"{name} {words}")
    return problems


def _alike(name: str, names: Iterable[str]) -> str | None:
    """The variable that was probably meant to be `name`: no setting of ours, and named nearly like it."""
    others = [one for one in names if one.lower() not in Settings.model_fields]
    found = process.extractOne(name, others, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return str(found[0]) if found else None


def _in_words(kind: str, context: Mapping[str, Any], message: str) -> str:
    if kind == "missing":
        return "is missing"
    if kind == "value_error":
        words = str(context["error"])
        return words if words.startswith(("is ", "holds ", "has ", "must ")) else f"is not usable ({words})"
    if kind == "literal_error":
        return f"must be {context['expected']}"
    if kind.startswith("int_"):
        return "must be a whole number"
    if kind in {"greater_than_equal", "less_than_equal"}:
        least, most = context.get("ge"), context.get("le")
        return f"must be at least {least}" if least is not None else f"must be at most {most}"
    return f"is not usable ({message})"


def _refuse_bolt_oauth(environ: MutableMapping[str, str]) -> None:
    found = [name for name in BOLT_OAUTH if environ.pop(name, None) is not None]
    if found:
        log.warning("settings_ignored", variables=found, why="Makegood serves the one workspace of its bot token")
