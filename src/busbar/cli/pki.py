"""`busbar pki`: makes the built-in certificate authority, and issues, lists and takes back by hand.

The folder is the setting `pki_dir` of the server that is to sign with it. Keys are written to files, never shown.
"""

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from busbar.csms.trust.files import make_folder, write_whole
from busbar.csms.trust.vault import Plan, Vault, VaultError, key_bytes
from busbar.pki import requests
from busbar.pki.authority import KeyKind
from busbar.pki.pem import Malformed
from busbar.pki.requests import Expected, Unfit
from busbar.pki.revocation import Reason

MOST_CSR_BYTES: Final = requests.SIZE_LIMIT

app = typer.Typer(help="Make and use the built-in certificate authority.", no_args_is_help=True)


class Hierarchy(StrEnum):
    """Whose certificates."""

    OPERATOR = "operator"
    V2G = "v2g"
    MO = "mo"


class Kind(StrEnum):
    """What is issued."""

    SERVER = "server"
    STATION = "station"


DirOption = Annotated[Path, typer.Option("--dir", envvar="BUSBAR_PKI_DIR", help="The authority's folder.")]
HierarchyOption = Annotated[Hierarchy, typer.Option(help="Whose hierarchy.")]
OwnerOption = Annotated[str, typer.Option(help="The organisation (O) in every subject.")]
DaysOption = Annotated[int, typer.Option(min=1, max=3650, help="How long it is valid.")]


@app.command()
def init(
    *,
    folder: DirOption = Path("pki"),
    owner: OwnerOption = "Busbar",
    key: Annotated[KeyKind, typer.Option(help="The kind of the authorities' keys.")] = KeyKind.EC_P256,
    v2g: Annotated[bool, typer.Option("--v2g", help="Also make V2G and MO hierarchies, for tests.")] = False,
) -> None:
    """Make a root and an authority below it; print where the root is, which stations have to trust."""
    domains = {Hierarchy.OPERATOR: None} | ({Hierarchy.V2G: "V2G", Hierarchy.MO: "MO"} if v2g else {})
    for hierarchy, domain in domains.items():
        vault = Vault(folder / hierarchy.value)
        plan = Plan(name=f"{owner} {hierarchy.value.upper()}", owner=owner, kind=key, domain=domain)
        _try(lambda vault=vault, plan=plan: vault.create(plan, datetime.now(UTC)))
        typer.echo(f"{vault.folder / 'root.pem'}")


@app.command()
def issue(
    kind: Annotated[Kind, typer.Argument(help="For a server or a station.")],
    name: Annotated[str, typer.Argument(help="The server's FQDN, or the station's serial number.")],
    *,
    folder: DirOption = Path("pki"),
    hierarchy: HierarchyOption = Hierarchy.OPERATOR,
    owner: OwnerOption = "Busbar",
    days: DaysOption = 365,
    also: Annotated[list[str] | None, typer.Option(help="A further name or address of the server.")] = None,
    csr: Annotated[Path | None, typer.Option(help="A station's signing request (PEM); else a key is made.")] = None,
    out: Annotated[Path, typer.Option(help="The folder for the files.")] = Path(),
) -> None:
    """Issue a certificate: NAME.pem, the chain without the root, and NAME.key where the key was made here."""
    vault, at = Vault(folder / hierarchy.value), datetime.now(UTC)
    make_folder(out) if not out.exists() else None
    key: Any = None
    if kind is Kind.SERVER:
        chain, key = _try(lambda: vault.issue_server(name, list(also or ()), owner, days, at))
    elif csr is not None:
        text = _try(lambda: _checked(csr, name))
        chain = _try(lambda: vault.sign(text, days, at))
    else:
        chain, key = _try(lambda: vault.issue_station(name, owner, days, at))
    stem = "".join(letter if letter.isalnum() or letter in "-_." else "_" for letter in name)
    if key is not None:
        write_whole(out / f"{stem}.key", key_bytes(key))
    write_whole(out / f"{stem}.pem", chain.encode())
    typer.echo(f"{out / f'{stem}.pem'}")


@app.command()
def revoke(
    serial: Annotated[str, typer.Argument(help="The serial number, as `list` shows it.")],
    *,
    folder: DirOption = Path("pki"),
    hierarchy: HierarchyOption = Hierarchy.OPERATOR,
    reason: Annotated[Reason, typer.Option(help="Why.")] = Reason.UNSPECIFIED,
) -> None:
    """Take a certificate back and write the revocation list."""
    vault = Vault(folder / hierarchy.value)
    if not _try(lambda: vault.revoke(serial, reason, datetime.now(UTC))):
        _fail(f"no certificate {serial} was issued here")
    typer.echo(f"{vault.folder / 'crl.pem'}")


@app.command()
def crl(*, folder: DirOption = Path("pki"), hierarchy: HierarchyOption = Hierarchy.OPERATOR) -> None:
    """Write the revocation list anew; it lives for seven days. A server with this folder does so itself."""
    vault = Vault(folder / hierarchy.value)
    _try(lambda: vault.publish(datetime.now(UTC)))
    typer.echo(f"{vault.folder / 'crl.pem'}")


@app.command(name="list")
def list_issued(*, folder: DirOption = Path("pki"), hierarchy: HierarchyOption = Hierarchy.OPERATOR) -> None:
    """List what was issued: serial number, kind, end, whether it was taken back, subject."""
    for entry in _try(Vault(folder / hierarchy.value).index).entries:
        state = "revoked" if entry.revoked_at else "valid" if entry.not_after > datetime.now(UTC) else "expired"
        typer.echo(f"{entry.serial}  {entry.kind:8} {entry.not_after:%Y-%m-%d}  {state:8} {entry.subject}")


def _checked(path: Path, name: str) -> str:
    with path.open("rb") as file:
        text = file.read(MOST_CSR_BYTES + 1).decode("ascii", errors="replace")
    requests.check(requests.read_request(text), Expected(common_names=(name,)))
    return text


def _try(work: Any) -> Any:
    try:
        return work()
    except (VaultError, Malformed, Unfit) as error:
        _fail(str(error))
    except OSError as error:
        _fail(f"{error.filename}: {error.strerror}")


def _fail(text: str) -> None:
    typer.echo(text, err=True)
    raise typer.Exit(2)
