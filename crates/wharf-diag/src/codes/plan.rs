//! Codes of the planner: what cannot be done with what is there.

codes! {
    NAME_CLASH = "plan::name-clash", "a container, network or volume of that name belongs to somebody else",
        "wharf recognises its own resources by the labels com.docker.compose.project and com.docker.compose.service, never by name alone. The name that it needs is taken by a resource without these labels, or with another project's. wharf does not touch what is not its own. Rename one of the two: `container_name:` or `name:` in the compose file, another project name with `-p`, or `docker rename` for the other container.";
    PORT_TAKEN = "plan::port-taken", "a published port is already used by another container",
        "A host port can be bound by one container at a time. Another container on this engine publishes the port that the compose file asks for. Stop that container, or publish the service on another port, for example \"8081:80\" in place of \"8080:80\". A variable such as \"${API_PORT:-3001}:3001\" lets every checkout choose its own.";
    EXTERNAL_MISSING = "plan::external-missing", "an external network or volume does not exist",
        "A network or volume with `external: true` is not created by wharf: it must be there before. Create it with `docker network create NAME` or `docker volume create NAME`, or remove `external: true` so that wharf makes it and owns it.";
    UNKNOWN_SERVICE = "plan::unknown-service", "a service named on the command line is not in the compose files",
        "The names on the command line select services of the project. `wharf config --services` lists the ones that the compose files define; a service behind a profile counts too.";
    NO_IMAGE = "plan::no-image", "a service has neither an image nor something to build",
        "A container is made from an image. Give the service an `image:`, which is pulled when it is not there, or a `build:` section, which `wharf up` builds when the image is not there.";
    FIXED_NAME_SCALED = "plan::fixed-name-scaled", "a service with a fixed container name cannot have several replicas",
        "Two containers cannot have the same name. Remove `container_name:`, and the replicas are called PROJECT-SERVICE-1, -2 and so on; or keep one replica.";
    SECRET_MISSING = "plan::secret-missing", "the value of a secret or config cannot be read",
        "Secrets and configs come from a file or from an environment variable, and both are read before anything is changed. Create the file, set the variable, or correct the name in the top-level `secrets:` or `configs:` section.";
    STALE = "plan::stale", "the plan was made for a state that is no longer there",
        "A plan is made from what the engine showed at that moment. Something has changed since: another run, another person, or the engine itself. Nothing was done. Plan again and look at the new plan.";
    NETWORK_CHANGED = "plan::network-changed", "a network was made from another description than the one in the files",
        "An engine cannot change a network that exists; it has to be removed while no container uses it, and that interrupts every service on it. wharf does not do that behind your back. `wharf down` followed by `wharf up` makes the network anew; volumes and their data stay.";
    FOREIGN_RESOURCE = "plan::foreign-resource", "a network or volume of the wanted name has another owner",
        "The compose file names a network or volume that is there already and does not carry this project's label. wharf uses it as it is, because that is what Docker Compose does, and never removes it. If that is what you want, say `external: true`; if not, give it another `name:`.";
    ORPHANS = "plan::orphans", "containers of the project that no service accounts for",
        "A service was renamed or removed from the compose files, and its containers are still there. They keep running and keep their ports. `wharf up --remove-orphans` and `wharf down --remove-orphans` remove them; their volumes stay.";
    PAUSED = "plan::paused", "a container is paused",
        "Somebody has frozen the container with `docker pause`. wharf leaves it so, because there must be a reason, and does not wait for its health. `docker unpause NAME` lets it go on.";
    NOTHING_TO_RUN = "plan::nothing-to-run", "the project has no active service",
        "Every service of the compose files is behind a profile that is not active, or there is none at all. Name a profile with `--profile NAME` or a service on the command line.";
    USAGE = "plan::usage", "the command line makes no sense",
        "A flag has a value that it cannot have, or two flags contradict each other. `wharf COMMAND --help` lists the flags of a command with their values. Nothing was done.";
    CONFIRM = "plan::confirm", "data would be deleted and nobody has agreed",
        "What deletes data for good is done only on an explicit word: the name of the project typed at the prompt, or `--yes` where nobody can be asked. The plan that was shown says exactly which volumes go. Nothing was done.";
}
