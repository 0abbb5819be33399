"""The rows of the report: a value, the limit it is held against, their ratio, and the budget."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One figure. `ratio` is value / limit; `ok` is None where no budget is set."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    budget: str = ""
    ok: bool | None = None


@dataclass
class Report:
    """Collects rows and prints them as they come, so that a long run shows how far it is."""

    rows: list[Row] = field(default_factory=list)

    def add(self, row: Row) -> None:
        self.rows.append(row)
        verdict = {True: "ok", False: "MISSED", None: ""}[row.ok]
        ratio = f"{row.ratio:.4f}" if row.ratio is not None else ""
        limit = f"{row.limit:,.1f}" if row.limit is not None else ""
        print(
            f"{row.name:<58} {row.value:>12,.1f} {row.unit:<12} {limit:>12} {ratio:>9}"
            f"  {row.budget:<24} {verdict}",
            flush=True,
        )

    def at_least(self, name: str, value: float, unit: str, *, limit: float, share: float) -> None:
        """A rate that must reach `share` of `limit`."""
        ratio = value / limit
        self.add(
            Row(name, value, unit, limit, ratio, f"≥ 1/{1 / share:.0f} of limit", ratio >= share)
        )

    def times(self, name: str, value: float, unit: str, *, peer: float, least: float) -> None:
        """A rate that must be at least `least` times the peer's in the same run."""
        ratio = value / peer
        self.add(Row(name, value, unit, peer, ratio, f"≥ {least:g} × peer", ratio >= least))

    def at_most(self, name: str, value: float, unit: str, *, budget: float) -> None:
        """A figure that must not exceed `budget`."""
        self.add(
            Row(name, value, unit, budget, value / budget, f"≤ {budget:g} {unit}", value <= budget)
        )

    def beside(self, name: str, value: float, unit: str, *, limit: float) -> None:
        """A figure beside the raw limit of the same run, without a budget."""
        self.add(Row(name, value, unit, limit, value / limit))

    def plain(self, name: str, value: float, unit: str) -> None:
        """A figure without a budget."""
        self.add(Row(name, value, unit))

    def write(self, path: Path) -> None:
        path.write_text(
            json.dumps([asdict(row) for row in self.rows], ensure_ascii=False, indent=1) + "\n"
        )


def percentile(values: list[float], share: float) -> float:
    """The value below which `share` of `values` lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered) - 1, round(share * len(ordered)) - 1))]
