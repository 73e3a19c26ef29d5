"""The stacks that are started, and what is expected of each."""

import json
import os
import socket
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Gate:
    """A limit for one figure of wharf as a fraction of Docker Compose's."""

    operation: str
    """`cold`, `again`, `down` or `memory`."""
    variant: str
    """Which of the ways to call wharf is held to it."""
    limit: float


@dataclass(frozen=True)
class Case:
    name: str
    title: str
    services: int
    """Containers that run in the end, one-shot services not counted."""
    compose_up: list[str]
    """What Docker Compose is called with; wharf with `up` and `up -d`."""
    gates: list[Gate]
    document: dict | None = None
    """The compose file; the one of stacks/pg-redis when there is none."""
    environment: dict[str, str] = field(default_factory=dict)

    def file(self, folder: Path) -> Path:
        """The compose file, written where it is not there yet."""
        if self.document is None:
            return ROOT / "stacks/pg-redis/compose.yaml"
        path = folder / f"{self.name}.yaml"
        # JSON is YAML.
        path.write_text(json.dumps(self.document, indent=1))
        return path


def cases() -> list[Case]:
    down = Gate("down", "up -d", 1.0)
    memory = Gate("memory", "up -d", 0.5)
    return [
        Case(
            name="pg-redis",
            title="stacks/pg-redis, health intervals 10 s and 30 s, until all is healthy",
            services=3,
            compose_up=["up", "-d", "--wait"],
            gates=[Gate("cold", "up", 0.4), Gate("down", "up", 1.0), Gate("memory", "up", 0.5)],
            environment=pg_redis(),
        ),
        Case(
            name="chain",
            title="ten services, each depends on the one before",
            services=10,
            compose_up=["up", "-d"],
            gates=[Gate("cold", "up -d", 0.75), down, memory],
            document=stack({name: plain(before) for name, before in chain(10)}),
        ),
        Case(
            name="tiers",
            title="ten services in three tiers of health checks, interval 1 s",
            services=10,
            compose_up=["up", "-d"],
            gates=[
                Gate("cold", "up", 0.6),
                Gate("again", "up", 0.2),
                Gate("down", "up", 1.0),
                Gate("memory", "up", 0.5),
            ],
            document=stack(tiers(3, 4, 3)),
        ),
        Case(
            name="flat",
            title="ten independent services",
            services=10,
            compose_up=["up", "-d"],
            gates=[Gate("cold", "up -d", 1.05), Gate("again", "up -d", 1.0), down, memory],
            document=stack({f"s{number:02}": plain([]) for number in range(10)}),
        ),
    ]


def stack(services: dict) -> dict:
    return {"services": services}


def plain(needs: list[str]) -> dict:
    """A service that costs next to nothing and ends at once."""
    service: dict = {
        "image": os.environ["BUSYBOX_IMAGE"],
        "command": ["sleep", "3600"],
        "stop_signal": "SIGKILL",
    }
    if needs:
        service["depends_on"] = needs
    return service


def chain(count: int) -> list[tuple[str, list[str]]]:
    names = [f"s{number:02}" for number in range(count)]
    return [(name, names[max(0, at - 1) : at]) for at, name in enumerate(names)]


def tiers(*sizes: int) -> dict:
    services: dict = {}
    above: list[str] = []
    for tier, size in enumerate(sizes):
        names = [f"t{tier}{number}" for number in range(size)]
        for name in names:
            services[name] = plain([]) | {
                "healthcheck": {"test": ["CMD", "true"], "interval": "1s", "retries": 10},
                "depends_on": {it: {"condition": "service_healthy"} for it in above},
            }
        above = names
    return services


def pg_redis() -> dict[str, str]:
    with socket.socket() as probe:
        probe.bind(("", 0))
        port = probe.getsockname()[1]
    return {"POSTGRES_PASSWORD": "bench", "REDIS_PASSWORD": "bench", "API_PORT": str(port)}
