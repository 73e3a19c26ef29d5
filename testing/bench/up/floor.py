"""What the engine itself needs for a chain: ten starts, each after the answer to the one before."""

import http.client
import json
import os
import socket
import time

SOCKET = "/var/run/docker.sock"
CONTAINERS = 10


class Engine(http.client.HTTPConnection):
    def __init__(self) -> None:
        super().__init__("localhost")

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(SOCKET)

    def call(self, method: str, path: str, body: dict | None = None) -> dict:
        headers = {"Content-Type": "application/json"}
        self.request(method, path, json.dumps(body) if body else None, headers)
        answer = self.getresponse()
        text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text) if text.startswith(b"{") else {}


def chain(rounds: int) -> list[float]:
    """Seconds of each round; containers and network are made beforehand and do not count."""
    return [one_round() for _ in range(rounds)]


def one_round() -> float:
    engine = Engine()
    name = f"wt-bench-{os.getpid()}-floor"
    network = engine.call("POST", "/networks/create", {"Name": name})["Id"]
    made = []
    try:
        for _ in range(CONTAINERS):
            spec = {
                "Image": os.environ["BUSYBOX_IMAGE"],
                "Cmd": ["sleep", "1000"],
                "HostConfig": {"NetworkMode": name},
            }
            made.append(engine.call("POST", "/containers/create", spec)["Id"])
        began = time.monotonic()
        for container in made:
            engine.call("POST", f"/containers/{container}/start")
        return time.monotonic() - began
    finally:
        for container in made:
            engine.call("DELETE", f"/containers/{container}?force=1")
        engine.call("DELETE", f"/networks/{network}")
