"""What every bench shares: arguments, one printed table, a JSON file."""

import argparse
import json
import platform
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


def arguments(description: str | None, **defaults: float) -> argparse.Namespace:
    """Parse `--json PATH` and one number flag per default (`seconds=5` → `--seconds 5`)."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    for name, value in defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value, help=f"default {value}")
    return parser.parse_args()


@dataclass
class Report:
    """One table: columns, rows in order, and named ratios."""

    title: str
    columns: list[str]
    rows: list[list[str]] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)

    def finish(self, path: Path | None) -> None:
        """Print the table and the ratios, and write JSON where a path is given."""
        widths = [max(len(row[i]) for row in [self.columns, *self.rows]) for i in range(len(self.columns))]
        print(f"\n{self.title} (Python {platform.python_version()})")
        for row in [self.columns, *self.rows]:
            print(
                "  ".join(
                    cell.ljust(w) if i == 0 else cell.rjust(w)
                    for i, (cell, w) in enumerate(zip(row, widths, strict=True))
                )
            )
        for name, ratio in self.ratios.items():
            print(f"{name}: {ratio:.2f}")
        if path:
            body = {
                "title": self.title,
                "python": platform.python_version(),
                "figures": self.figures,
                "ratios": self.ratios,
            }
            path.write_text(json.dumps(body, indent=2) + "\n")
