"""Runs the two tools one after the other and notes time and memory."""

import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from cases import Case

COMPOSE = "docker-compose"
OPERATIONS = ["cold", "again", "down"]
LABEL = "com.docker.compose.project"
SAMPLE_EVERY = 0.005  # seconds between two looks at the memory of a running program


@dataclass(frozen=True)
class Tool:
    name: str
    program: list[str]
    up: list[str]


@dataclass(frozen=True)
class Figure:
    seconds: float
    kibibytes: int


# Figures by case, tool and operation, one of each round.
Figures = dict[tuple[str, str, str], list[Figure]]


def tools(case: Case, wharf: list[str], compose: list[str]) -> list[Tool]:
    return [
        Tool(COMPOSE, compose, case.compose_up),
        Tool("up", wharf, ["up"]),
        Tool("up -d", wharf, ["up", "-d"]),
    ]


def measure(cases: list[Case], wharf: list[str], compose: list[str], rounds: int) -> Figures:
    figures: Figures = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="wharf-bench-") as folder:
        for number in range(rounds):
            for case in cases:
                row = tools(case, wharf, compose)
                # Nobody is always the first, who finds the engine idle.
                turn = number % len(row)
                for tool in row[turn:] + row[:turn]:
                    one_round(case, tool, Path(folder), figures)
                print(f"bench: round {number + 1} of {rounds}: {case.name}", file=sys.stderr)
    return figures


def one_round(case: Case, tool: Tool, folder: Path, figures: Figures) -> None:
    project = f"wt-bench-{os.getpid()}-{case.name}"
    base = [*tool.program, "-f", str(case.file(folder)), "-p", project]
    environment = os.environ | case.environment
    try:
        for operation in OPERATIONS:
            arguments = ["down"] if operation == "down" else tool.up
            figure = run(base + arguments, folder, environment)
            figures[case.name, tool.name, operation].append(figure)
            expected = 0 if operation == "down" else case.services
            running = docker("ps", "-q", "--filter", f"label={LABEL}={project}")
            if len(running) != expected:
                raise SystemExit(f"bench: {tool.name} {operation} of {case.name}: "
                                 f"{len(running)} containers run instead of {expected}")
    finally:
        remove(project)


def run(command: list[str], folder: Path, environment: dict[str, str]) -> Figure:
    """Time until the program has ended, and the most memory that it had at once.

    `ru_maxrss` cannot be used: after a fork it begins with the memory of the parent.
    """
    with open(folder / "output", "w+") as output:
        began = time.monotonic()
        program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output,
                                   stderr=output, cwd=folder, env=environment)
        peak = 0
        while True:
            peak = max(peak, high_water(program.pid))
            try:
                code = program.wait(SAMPLE_EVERY)
                break
            except subprocess.TimeoutExpired:
                continue
        seconds = time.monotonic() - began
        if code != 0:
            output.seek(0)
            raise SystemExit(f"bench: {' '.join(command)} ended with {code}:\n{output.read()}")
    return Figure(seconds, peak)


def high_water(pid: int) -> int:
    """Peak of the resident memory in KiB; 0 when the program has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    lines = [line for line in status.splitlines() if line.startswith("VmHWM:")]
    return int(lines[0].split()[1]) if lines else 0


def docker(*arguments: str) -> list[str]:
    answer = subprocess.run(["docker", *arguments], check=True, capture_output=True, text=True)
    return answer.stdout.split()


def remove(project: str) -> None:
    """Removes what a project has left, its data included, so that the next start is cold."""
    own = ["--filter", f"label={LABEL}={project}"]
    for listing, removal in [
        (["ps", "-aq"], ["rm", "-f", "-v"]),
        (["network", "ls", "-q"], ["network", "rm"]),
        (["volume", "ls", "-q"], ["volume", "rm"]),
    ]:
        names = docker(*listing, *own)
        if names:
            docker(*removal, *names)
