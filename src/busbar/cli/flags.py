"""Command-line flags made from the settings, so that the list of settings stands in one place."""

import functools
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from busbar.cli.settings import Settings, SettingsError, load

ConfigOption = Annotated[Path | None, typer.Option("--config", help="A TOML file with settings.")]


def with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command one flag per setting and call it with `settings=`, exiting with status 2 where one is wrong.

    Flags that a command has itself stay its own.
    """
    own = inspect.signature(command).parameters

    @functools.wraps(command)
    def wrapped(**given: Any) -> None:
        flags = {name: given.pop(name) for name in Settings.model_fields if name not in own}
        try:
            settings = load(flags, given.pop("config"))
        except SettingsError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(2) from None
        command(settings=settings, **given)

    parameters = [p for name, p in own.items() if name != "settings"] + [
        inspect.Parameter("config", inspect.Parameter.KEYWORD_ONLY, default=None, annotation=ConfigOption),
        *(_flag(name) for name in Settings.model_fields if name not in own),
    ]
    wrapped.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    wrapped.__annotations__ = {p.name: p.annotation for p in parameters}
    return wrapped


def _flag(name: str) -> inspect.Parameter:
    field = Settings.model_fields[name]
    kind: Any = field.annotation
    annotation = Annotated[kind | None, typer.Option(help=field.description)]
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
