//! Codes of the engine and of what runs on it.

codes! {
    UNREACHABLE = "engine::unreachable", "the container engine does not answer",
        "wharf talks to the engine that DOCKER_HOST names, or else to the current docker context, or else to the local unix socket. Nothing answered there. Start the engine (`systemctl start docker`, or `dockerd` where there is no systemd), or correct DOCKER_HOST. `docker context ls` shows the contexts.";
    PERMISSION = "engine::permission", "this user may not use the engine's socket",
        "The socket of the engine is readable by root and by the group `docker`. Add the user to the group (`sudo usermod -aG docker USER`, then log in again), or run a rootless engine. Membership in the group is as powerful as root on that machine.";
    ENDPOINT = "engine::endpoint", "the engine's address or its certificates cannot be used",
        "The engine is named by DOCKER_HOST, by a docker context or by the default socket. Either that setting makes no sense (a context that is not there, a file that cannot be read), or the address is behind TLS and the certificates do not fit. ca.pem, cert.pem and key.pem lie in the folder that DOCKER_CERT_PATH names, or else in the docker configuration or in the context: ca.pem must be the authority that issued the engine's certificate, that certificate must be for the name or address in DOCKER_HOST, and an engine that asks for a certificate must know the authority that issued cert.pem.";
    TOO_OLD = "engine::too-old", "the engine's API is older than wharf needs",
        "wharf speaks the Docker Engine API from version 1.41 (Engine 20.10, December 2020) on. Update the engine.";
    IMAGE_ABSENT = "engine::image-absent", "an image is not on the engine and cannot be pulled",
        "The image is not on the engine, and the registry did not give it. The note holds the registry's answer: a wrong name or tag, no permission (`docker login`), or no network. For an image of your own, add a `build:` section or build it first.";
    BUILD_FAILED = "engine::build-failed", "an image could not be built",
        "A step of the Dockerfile failed. The note shows the end of that step's output. Containers that run were not touched: wharf builds before it replaces anything.";
    PORT_IN_USE = "engine::port-in-use", "a host port is used by another program",
        "The engine could not bind the port on the host: another program, or a container of another engine, listens there. `ss -ltnp` shows which. Stop it or publish the service on another port.";
    NAME_IN_USE = "engine::name-in-use", "the engine already has a container of that name",
        "Between planning and doing, somebody else created a container with the name that wharf needs. wharf looks again and plans again by itself; when that does not help, the container is not part of this project and must be renamed or removed by its owner.";
    UNHEALTHY = "engine::unhealthy", "a service did not become healthy",
        "The health command of the service failed as often as `retries` allows after `start_period`. The notes show the last output of the health command and the last lines of the log. The container is left running so that it can be looked at: `wharf logs SERVICE`, `wharf exec SERVICE sh`.";
    EXITED = "engine::exited", "a container ended while something waited for it",
        "A service that others depend on ended, or a one-shot service ended with an exit code other than 0. The notes show the last lines of its log. Mend the cause and run `wharf up` again: what is already there is kept.";
    WAIT_TIMEOUT = "engine::wait-timeout", "services did not become ready in the given time",
        "The time of `--wait-timeout` is over. Everything stays as it is, so that you can look at it: `wharf ps` shows the state, `wharf logs SERVICE` the log. Run `wharf up` again to go on waiting.";
    DISK_FULL = "engine::disk-full", "the engine has no space left",
        "The engine answered that its disk is full. `docker system df` shows what takes the space, `docker image prune` and `docker builder prune` free what nothing uses. wharf deletes nothing by itself. What was done before stays; the next run goes on from there.";
    REFUSED = "engine::refused", "the engine refused a request",
        "The engine understood the request and did not carry it out; the note holds its own words. What was done before stays; the next run goes on from there.";
    CONNECTION_LOST = "engine::connection-lost", "the connection to the engine broke",
        "The engine went away in the middle of a run, for example because it was restarted. What was done before stays. Run the same command again: wharf looks at what is there and goes on.";
    TIMED_OUT = "engine::timed-out", "the engine did not answer in time",
        "Every request has a time limit. A busy disk or a stuck storage driver makes an engine slow; `docker info` shows whether it answers at all. Run the same command again: wharf looks at what is there and goes on.";
    NOT_SUPPORTED = "engine::not-supported", "this engine cannot do what the compose file asks for",
        "The attribute needs a newer API than the engine offers, or an engine of another kind. wharf never drops an attribute silently. Update the engine or remove the attribute.";
    LOCKED = "engine::locked", "another wharf works on this project",
        "One run at a time changes a project. The other run holds the lock until it ends; the lock goes with its process, so nothing needs to be cleaned up. Wait for it, or raise `--lock-timeout`.";
    INTERRUPTED = "engine::interrupted", "the run was interrupted",
        "Ctrl-C or a signal ended the run. Actions under way were finished, nothing new was started. Run the same command again and wharf goes on from there.";
    NO_CONTAINER = "engine::no-container", "the service has no container to work with",
        "The command needs a container of the service, and there is none in the needed state. `wharf ps --all` shows what there is, `wharf up SERVICE` starts it.";
    VERIFY_FAILED = "engine::verify-failed", "a check of `wharf verify` failed",
        "`wharf verify` looks at the stack from outside. Every failed check names what was expected, what was found and what to do.";
}
