"""Every setting of a Busbar server, from flags, environment, file and default, in that order of weight."""

import contextlib
import ipaddress
import os
import re
import secrets
import tomllib
from pathlib import Path
from typing import Any, ClassVar, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from busbar.csms.gateway.tls import TlsPolicy
from busbar.telemetry.logs import LogFormat

ENV_PREFIX = "BUSBAR_"
KEY_BYTES = 32
_DATABASE: Final = re.compile(r"memory:|sqlite:///.+|postgres(ql)?://.+")
_URL: Final = re.compile(r"https?://[0-9A-Za-z.:\[\]-]+(/[0-9A-Za-z._~-]+)*")
_PATH: Final = re.compile(r"(/[0-9A-Za-z._~-]+)+")
_ENDPOINT: Final = re.compile(r"https?://[^\s/@?#]+(/[^\s@?#]*)?")


class SettingsError(Exception):
    """A setting is wrong; the message names it and says what it takes."""


class Settings(BaseSettings):
    """What `busbar serve` runs with."""

    model_config = SettingsConfigDict(env_prefix=ENV_PREFIX, extra="forbid", frozen=True)
    file: ClassVar[Path | None] = None

    database_url: str = Field(
        default="sqlite:///busbar.db",
        description="Where state is kept: `sqlite:///PATH` or `postgresql://USER:PASSWORD@HOST:PORT/NAME`.",
    )
    nats_url: str | None = Field(
        default=None,
        description="Where nodes meet: `nats://HOST:PORT`. Without it the bus is inside the process.",
    )
    secret_key_file: Path = Field(
        default=Path("busbar.key"),
        description="A file with the key for password hashes, made at the first start, readable by its owner only.",
    )
    ocpp_host: str = Field(default="127.0.0.1", description="Address on which stations connect.")
    ocpp_port: int = Field(
        default=9000, ge=0, le=65535, description="Port on which stations connect; 0 takes a free one."
    )
    ocpp_plain: bool = Field(
        default=True, description="Stations may connect without TLS (security profiles 0 and 1) on `ocpp_port`."
    )
    ocpp_tls_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port on which stations connect by TLS (security profiles 2 and 3); 0 takes a free one. "
        "Without it there is no TLS.",
    )
    tls_certificate: Path | None = Field(
        default=None, description="The server's certificate chain for stations, in PEM, leaf first; with an ECDSA key."
    )
    tls_key: Path | None = Field(default=None, description="Its key, in PEM, without a passphrase.")
    tls_rsa_certificate: Path | None = Field(
        default=None, description="A second chain, with an RSA key: for stations that know no ECDSA."
    )
    tls_rsa_key: Path | None = Field(default=None, description="Its key, in PEM, without a passphrase.")
    tls_client_ca: Path | None = Field(
        default=None,
        description="Authorities whose certificates stations may show, in PEM. Without it there is no profile 3.",
    )
    tls_revocation_list: Path | None = Field(
        default=None, description="A revocation list of one of these authorities, or a folder of such lists (`*.crl`)."
    )
    tls_expired_clients: bool = Field(
        default=False,
        description="Let stations' expired certificates through TLS, so that those with `expired_allowed` can be given "
        "another one (A00.FR.429); others are refused by 401. Dates of authorities between are then not looked at.",
    )
    tls_policy: TlsPolicy = Field(
        default=TlsPolicy.FORWARD_SECRECY,
        description="Cipher suites: `forward-secrecy`, or `ocpp-certification` with static RSA beside it (A00.FR.421).",
    )
    ocpp_path: str = Field(default="/ocpp", description="Path before the station's identity.")
    api_host: str = Field(default="127.0.0.1", description="Address of the REST interface and the pages.")
    api_port: int = Field(default=8080, ge=0, le=65535, description="Port of the REST interface; 0 takes a free one.")
    heartbeat_interval_s: int = Field(default=300, ge=10, le=86_400, description="Heartbeat interval told to stations.")
    ping_interval_s: float = Field(
        default=30.0, ge=1, le=3600, description="Seconds between WebSocket pings to a station."
    )
    call_timeout_s: float = Field(
        default=30.0, ge=1, le=600, description="How long a station may take to answer a call."
    )
    max_message_bytes: int = Field(
        default=262_144,
        ge=4096,
        le=16_777_216,
        description="Largest message from a station, before and after inflation.",
    )
    strict_404: bool = Field(
        default=False,
        description="Answer 404 to unknown stations, as the specification says, instead of one 401 for all refusals.",
    )
    behind_https: bool = Field(
        default=False, description="Browsers come over https, through a proxy: their session cookie is Secure."
    )
    public_url: str | None = Field(
        default=None, description="Where browsers reach the interface, such as `https://charging.example`."
    )
    oidc_file: Path | None = Field(
        default=None,
        description="A TOML file with a `[[provider]]` for each provider of OpenID Connect that people may come from; "
        "takes `public_url`.",
    )
    keep_messages_days: int = Field(default=90, ge=1, le=3650, description="How long messages and commands are kept.")
    keep_events_days: int = Field(
        default=90, ge=1, le=3650, description="How long events, streamed values and vendors' messages are kept."
    )
    keep_requests_days: int = Field(
        default=365,
        ge=1,
        le=3650,
        description="How long reports, reservations, campaigns, firmware and log requests are kept after their end.",
    )
    files_directory: Path = Field(
        default=Path("busbar-files"), description="Where firmware images and received logs are kept."
    )
    files_host: str = Field(default="127.0.0.1", description="Address on which stations reach the file endpoint.")
    files_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port of the file endpoint, from which stations fetch firmware and to which they bring logs; "
        "0 takes a free one. Without it there is none.",
    )
    files_url: str | None = Field(
        default=None,
        description="How stations reach the file endpoint, such as `https://files.example`, where that is not its own "
        "address.",
    )
    files_certificate: Path | None = Field(
        default=None, description="Certificate chain (PEM) of the file endpoint, for https."
    )
    files_key: Path | None = Field(default=None, description="Private key (PEM) of that certificate.")
    files_plain: bool = Field(
        default=False,
        description="Serve files without TLS: for a proxy in front that has it, or for stations that cannot.",
    )
    files_quota_mb: int = Field(default=10_240, ge=1, le=1_000_000_000, description="Most that all files may take.")
    files_reserve_mb: int = Field(
        default=1024, ge=0, le=1_000_000_000, description="Space on their disk that files leave free."
    )
    max_log_mb: int = Field(default=256, ge=1, le=1_000_000, description="Largest log that a station may bring.")
    max_firmware_mb: int = Field(default=1024, ge=1, le=1_000_000, description="Largest firmware image.")
    keep_logs_days: int = Field(default=30, ge=1, le=3650, description="How long received logs are kept.")
    stale_session_hours: float = Field(
        default=24.0, gt=0, le=8760, description="A running session of which nothing was heard for so long is `stale`."
    )
    ask_about_stale_sessions: bool = Field(
        default=False,
        description="Ask stations (2.x) about stale sessions, and close those that they know to be over.",
    )
    pki_dir: Path | None = Field(
        default=None,
        description="Folder of the built-in certificate authority, made by `busbar pki init`. It signs stations' "
        "certificates where neither sign_command nor est_url is set.",
    )
    certificate_days: int = Field(
        default=365, ge=1, le=3650, description="How long certificates of the built-in authority are valid."
    )
    certificate_ocsp_url: str | None = Field(
        default=None, description="OCSP responder that certificates of the built-in authority name."
    )
    certificate_crl_url: str | None = Field(
        default=None, description="Where certificates of the built-in authority say that its revocation list is."
    )
    sign_command: str | None = Field(
        default=None,
        description="A command that signs: the request on its standard input, the chain on its standard output (PEM).",
    )
    est_url: str | None = Field(
        default=None, description="An EST server that signs (RFC 7030): `https://HOST/.well-known/est`."
    )
    est_ca_file: Path | None = Field(default=None, description="Authorities that the EST server is known by, in PEM.")
    est_login_file: Path | None = Field(
        default=None, description="A file with `NAME:PASSWORD` for the EST server, readable by its owner only."
    )
    outside_hosts: str = Field(
        default="",
        description="Hosts, with commas, that may be asked about certificates, and told by webhooks, although they are "
        "in private networks.",
    )
    contract_provider_url: str | None = Field(
        default=None, description="A server that has contract certificates for vehicles (Plug & Charge)."
    )
    contract_provider_token_file: Path | None = Field(
        default=None, description="A file with the bearer token for that server, readable by its owner only."
    )
    vat_service_url: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[!-~]*\{number\}[!-~]*$",
        description="Who is asked whether a VAT number is known, `{number}` in the URL; else its form decides (2.1).",
    )
    vendor_service_url: str | None = Field(
        default=None,
        pattern=r"^(https://|http://(127\.0\.0\.1|localhost)[:/])[!-~]+$",
        description="Who is asked how messages (DataTransfer) of vendors that nobody registered are answered; else by "
        "`UnknownVendorId`.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )
    log_format: LogFormat = Field(
        default=LogFormat.TEXT, description="How lines are logged on standard error: `text` or `json`."
    )
    metrics_port: int | None = Field(
        default=None,
        ge=0,
        le=65535,
        description="Port of its own for `/metrics` (Prometheus); 0 takes a free one. Without it there is none.",
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address of that port. Beyond loopback it takes metrics_token_file."
    )
    metrics_token_file: Path | None = Field(
        default=None,
        description="A file with the bearer token that scrapers show, readable by its owner only. With it `/metrics` "
        "is on the port of the REST interface too.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Where traces are sent by OTLP over HTTP, such as `http://127.0.0.1:4318`. Without it there are "
        "none.",
    )
    trace_ratio: float = Field(
        default=0.01,
        ge=0,
        le=1,
        description="Share of stations' messages and of requests that are traced, beside those that callers sample.",
    )
    drain_s: float = Field(
        default=0.0,
        ge=0,
        le=600,
        description="When stopping, how long `/readyz` says no before stations and requests are turned away.",
    )

    @field_validator("database_url")
    @classmethod
    def _database_is_one_of_ours(cls, value: str) -> str:
        if not _DATABASE.fullmatch(value):
            raise ValueError("takes sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/NAME")
        return value

    @field_validator("files_url", "public_url")
    @classmethod
    def _files_url_is_a_url(cls, value: str | None) -> str | None:
        if value is not None and not _URL.fullmatch(value):
            raise ValueError("takes a URL such as https://charging.example, without a slash at the end")
        return value

    @model_validator(mode="after")
    def _stations_can_connect(self) -> Self:
        pairs = [(self.tls_certificate, self.tls_key), (self.tls_rsa_certificate, self.tls_rsa_key)]
        if any((chain is None) != (key is None) for chain, key in pairs):
            raise ValueError("tls_certificate and tls_key, tls_rsa_certificate and tls_rsa_key: one takes the other")
        if self.ocpp_tls_port is not None and not any(chain for chain, _ in pairs):
            raise ValueError("ocpp_tls_port takes tls_certificate with tls_key, or tls_rsa_certificate and tls_rsa_key")
        if self.ocpp_tls_port is None and not self.ocpp_plain:
            raise ValueError("ocpp_plain is off and ocpp_tls_port is not set: no station could connect")
        return self

    @field_validator("otlp_endpoint")
    @classmethod
    def _endpoint_is_a_url(cls, value: str | None) -> str | None:
        if value is not None and not _ENDPOINT.fullmatch(value):
            raise ValueError("takes a URL such as http://127.0.0.1:4318, without user and password")
        return value

    @model_validator(mode="after")
    def _metrics_are_not_open_to_all(self) -> Self:
        if self.metrics_port is not None and self.metrics_token_file is None and not _is_loopback(self.metrics_host):
            raise ValueError("metrics_host beyond loopback takes metrics_token_file")
        return self

    @field_validator("ocpp_path")
    @classmethod
    def _path_is_absolute(cls, value: str) -> str:
        if not _PATH.fullmatch(value):
            raise ValueError("starts with a slash, ends without one, and has only letters, digits and . _ ~ - between")
        return value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 (signature of the library)
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=cls.file)


def _is_loopback(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def load(flags: dict[str, Any], config: Path | None = None) -> Settings:
    """Read the settings; `config` or `BUSBAR_CONFIG` names a TOML file. Raises SettingsError."""
    from_environment = os.environ.get(f"{ENV_PREFIX}CONFIG")
    named = config or (Path(from_environment) if from_environment else None)
    if named and not named.is_file():
        raise SettingsError(f"the settings file {named} does not exist")
    with_file = type(
        "SettingsWithFile", (Settings,), {"file": named, "__annotations__": {"file": ClassVar[Path | None]}}
    )
    try:
        settings: Settings = with_file(**{name: value for name, value in flags.items() if value is not None})
        return settings
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"the settings file {named} is not TOML: {error}") from None
    except OSError as error:
        raise SettingsError(f"the settings file {named} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            raise SettingsError(f"setting {name}: there is none of this name") from None
        text = first["msg"].removeprefix("Value error, ")
        raise SettingsError(f"setting {name}: {text}" if name else f"settings: {text}") from None


def secret_key(path: Path) -> bytes:
    """Return the key in `path`, made on first use with mode 0600. Raises SettingsError."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        key = _read_key(path)
        if len(key) != KEY_BYTES:
            raise SettingsError(f"the key file {path} holds {len(key)} bytes, not {KEY_BYTES}") from None
        return key
    except OSError as error:
        raise SettingsError(f"the key file {path} cannot be made: {error.strerror}") from None
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"the key file {path} cannot be read: {error.strerror}") from None
