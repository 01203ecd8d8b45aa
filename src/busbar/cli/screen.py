"""The terminal screen of one virtual station: its EVSEs, its display, and keys to plug in and present a card.

It must not know what a button does, nor the CSMS.
"""

from typing import ClassVar, Final

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import BindingType
from textual.widgets import DataTable, Footer, Header, Input, Static

from busbar.model.values import IdToken
from busbar.station.panel import Impossible, Panel

_REFRESH_S: Final = 0.5
_COLUMNS: Final = ("evse", "status", "plugged", "locked", "power_w", "register_wh", "token", "fault", "display")


class Screen(App[None]):
    """The screen. What is done is done at the EVSE of the row under the cursor."""

    CSS = "DataTable { height: auto; } #display { padding: 1 2; } Input { dock: bottom; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        ("p", "plug", "Plug in / unplug"),
        ("t", "card", "Present a card"),
        ("f", "fault", "Fault / clear"),
        ("c", "line", "Cut / restore the line"),
        ("o", "power", "Power cut"),
        ("q", "quit", "Quit"),
    ]

    def __init__(self, panel: Panel, token: str = "") -> None:
        super().__init__()
        self._panel = panel
        self._token = token

    def compose(self) -> ComposeResult:
        """Return the parts, from the top."""
        yield Header()
        yield Static(id="line")
        yield DataTable(cursor_type="row")
        yield Static(id="display")
        yield Input(self._token, placeholder="token of the card; Enter presents it", max_length=255)
        yield Footer()

    def on_mount(self) -> None:
        """Begin to show the station."""
        self.title = self._panel.runner.identity
        self.sub_title = f"OCPP {self._panel.runner.version.value}"
        table = self.query_one(DataTable)
        for column in _COLUMNS:
            table.add_column(column.replace("_", " "), key=column)
        for evse in self._panel.state()["evses"]:
            table.add_row(*("" for _ in _COLUMNS), key=str(evse["evse"]))
        table.focus()
        self.set_interval(_REFRESH_S, self.show)
        self.show()

    def show(self) -> None:
        """Show the station as it is now."""
        state = self._panel.state()
        link = "online" if state["online"] else state["refusal"] or "connecting"
        power = link if state["powered"] else "no power"
        self.query_one("#line", Static).update(Text(f"{power}; {state['waiting']} messages wait; {state['clock']}"))
        table = self.query_one(DataTable)
        for evse in state["evses"]:
            for column in _COLUMNS:
                table.update_cell(str(evse["evse"]), column, Text(_cell(evse[column])))
        # what a display shows is the CSMS's: text, no markup
        self.query_one("#display", Static).update(Text(self._panel.display(self._evse) or state["display"] or " "))

    def action_plug(self) -> None:
        """Plug an EV in, or out."""
        plugged = self._panel.state()["evses"][self._evse - 1]["plugged"]
        try:
            (self._panel.unplug if plugged else self._panel.plug_in)(self._evse)
        except Impossible as error:
            self.notify(str(error), severity="warning", markup=False)
        self.show()

    def action_card(self) -> None:
        """Ask for a card."""
        self.query_one(Input).focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Present the card."""
        if event.value:
            self._panel.present(IdToken(event.value, "ISO14443"), self._evse)
        self.query_one(DataTable).focus()
        self.show()

    def action_fault(self) -> None:
        """Let the EVSE be faulted, or well again."""
        if self._panel.state()["evses"][self._evse - 1]["fault"] is None:
            self._panel.fault(self._evse, "OtherError")
        else:
            self._panel.clear_fault(self._evse)
        self.show()

    def action_line(self) -> None:
        """Cut the line, or mend it."""
        if self._panel.runner.barred:
            self._panel.restore()
        else:
            self._panel.cut()
        self.show()

    def action_power(self) -> None:
        """Cut the power for a second."""
        self._panel.power_cut(1.0)
        self.show()

    @property
    def _evse(self) -> int:
        return self.query_one(DataTable).cursor_row + 1


def _cell(value: object) -> str:
    if value is None or value is False:
        return ""
    return "yes" if value is True else str(value)
