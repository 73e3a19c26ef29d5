"""The benchmark's command line; `run` beside it prepares what it needs."""

import argparse
import statistics
import sys

import floor
import report
from cases import cases
from measure import measure

LEAST_ROUNDS = 5  # fewer make no median worth writing down


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="wharf and Docker Compose, side by side")
    parser.add_argument("--wharf", required=True, help="the program")
    parser.add_argument("--compose", required=True, help="the program")
    parser.add_argument("--rounds", type=int, default=LEAST_ROUNDS)
    parser.add_argument("--case", action="append", choices=[case.name for case in cases()])
    parser.add_argument("--parallel", type=int, help="for wharf, in place of its default")
    parser.add_argument("--write", action="store_true", help="writes the table of the page")
    chosen = parser.parse_args()
    if chosen.write and (chosen.case or chosen.parallel or chosen.rounds < LEAST_ROUNDS):
        parser.error(f"--write wants all cases, no --parallel, at least {LEAST_ROUNDS} rounds")
    return chosen


def floor_line(rounds: int) -> str:
    seconds = statistics.median(floor.chain(rounds))
    return (f"The engine alone needs {seconds:.3f} s (median) for the ten starts of `chain`, each "
            "sent when the one before was answered: no client that keeps the order is faster.")


def main() -> int:
    chosen = arguments()
    wanted = [case for case in cases() if not chosen.case or case.name in chosen.case]
    wharf = [chosen.wharf, *(["--parallel", str(chosen.parallel)] if chosen.parallel else [])]
    figures = measure(wanted, wharf, [chosen.compose], chosen.rounds)
    rows = report.rows(wanted, figures)
    head = report.surroundings(chosen.rounds, chosen.compose)
    text = f"{head}\n\n{report.table(rows)}"
    if any(case.name == "chain" for case in wanted):
        text += f"\n\n{floor_line(chosen.rounds)}"
    print(text)
    if chosen.write:
        report.write(text)
        print(f"bench: wrote {report.name_of(report.PAGE)}", file=sys.stderr)
    missed = [row for row in rows if not row.is_kept]
    for row in missed:
        print(f"bench: missed: {row.case}, {report.WORDS[row.operation]}: "
              f"{row.ratio:.2f} of Docker Compose, at most {row.gate:.2f}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
