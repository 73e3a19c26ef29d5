"""The figures as a table, with the gates' verdicts."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from cases import ROOT, Case
from measure import COMPOSE, OPERATIONS, Figures

PAGE = ROOT / "docs/performance.md"
BEGIN, END = "<!-- bench-up: begin -->", "<!-- bench-up: end -->"
WORDS = {"cold": "cold start", "again": "nothing to do", "down": "down", "memory": "peak memory"}


@dataclass(frozen=True)
class Row:
    case: str
    operation: str
    variant: str
    compose: list[float]
    wharf: list[float]
    gate: float | None

    @property
    def ratio(self) -> float:
        return median(self.wharf) / median(self.compose)

    @property
    def is_kept(self) -> bool:
        return self.gate is None or self.ratio <= self.gate

    def cells(self) -> list[str]:
        gate = "" if self.gate is None else f"at most {self.gate:.2f}"
        verdict = "" if self.gate is None else ("kept" if self.is_kept else "MISSED")
        return [
            self.case,
            WORDS[self.operation],
            f"wharf {self.variant}",
            show(self.compose, self.operation),
            show(self.wharf, self.operation),
            f"{self.ratio:.2f}",
            gate,
            verdict,
        ]


def rows(cases: list[Case], figures: Figures) -> list[Row]:
    found = []
    for case in cases:
        gates = {(gate.operation, gate.variant): gate.limit for gate in case.gates}
        for operation in [*OPERATIONS, "memory"]:
            for variant in ["up", "up -d"]:
                compose = values(figures, case.name, COMPOSE, operation)
                wharf = values(figures, case.name, variant, operation)
                gate = gates.get((operation, variant))
                found.append(Row(case.name, operation, variant, compose, wharf, gate))
    return found


def values(figures: Figures, case: str, tool: str, operation: str) -> list[float]:
    """Seconds, or MiB: of each round the command that took the most."""
    if operation != "memory":
        return [figure.seconds for figure in figures[case, tool, operation]]
    by_round = zip(*(figures[case, tool, it] for it in OPERATIONS))
    return [max(figure.kibibytes for figure in of_round) / 1024 for of_round in by_round]


def show(numbers: list[float], operation: str) -> str:
    unit, digits = ("MiB", 1) if operation == "memory" else ("s", 3)
    low, middle, high = (f"{it:.{digits}f}" for it in (min(numbers), median(numbers), max(numbers)))
    return f"{middle} {unit} ({low} to {high})"


HEAD = ["case", "what", "by", "Docker Compose", "wharf", "ratio", "gate", "verdict"]


def table(found: list[Row]) -> str:
    """Markdown that also reads well as it is."""
    cells = [HEAD, *(row.cells() for row in found)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(HEAD))]

    def line(row: list[str]) -> str:
        return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |"

    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([line(cells[0]), rule, *(line(row) for row in cells[1:])])


def surroundings(rounds: int, compose: str) -> str:
    def ask(*command: str) -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    engine = ask("docker", "version", "--format", "{{.Server.Version}}")
    other = ask(compose, "version", "--short")
    return (f"Median (least to most) of {rounds} rounds, Docker Engine {engine}, "
            f"Docker Compose {other}, {os.cpu_count()} processors.")


def write(text: str) -> None:
    """Puts the table between its marks on the page."""
    page = PAGE.read_text()
    before, rest = page.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
