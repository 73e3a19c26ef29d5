//! Codes of the area `compose`: what is wrong in the compose files themselves.

codes! {
    NO_FILE = "compose::no-file", "no compose file was found",
        "wharf looks for compose.yaml, compose.yml, docker-compose.yaml and docker-compose.yml in the current folder and then in every folder above it. There is none. Change into the project's folder, or name the file: `wharf -f path/to/compose.yaml ...`.";
    UNREADABLE = "compose::unreadable", "a compose file cannot be read",
        "The file is not there, is a folder, may not be read by this user, or does not contain UTF-8 text. Paths of `-f` and COMPOSE_FILE start at the current folder.";
    SEVERAL_FILES = "compose::several-files", "a folder has several compose files and only one is read",
        "When a folder holds files of several of the default names, the first of compose.yaml, compose.yml, docker-compose.yml, docker-compose.yaml is read and the others are not. Remove the one that is out of date, or name the wanted one with `-f`.";
    SYNTAX = "compose::syntax", "a compose file is not valid YAML",
        "The file cannot be read from the marked place on. The usual causes: a tab in the indentation, a quote or bracket that is not closed, a key that is indented differently from its siblings, or a value that contains `: ` or begins with a special character and needs quotes.";
    ALIAS = "compose::alias", "a YAML alias or merge key cannot be resolved",
        "`&name` before a value gives it a name, `*name` further below in the same file repeats it, and `<<: *name` merges a mapping into another. The name must be defined above its first use and in the same file, and only mappings can be merged.";
    TOO_LARGE = "compose::too-large", "a compose file unfolds to too much data",
        "Aliases that contain aliases multiply. A file of a few lines can unfold to more values than fit into memory, so there is a limit that real files do not come near. Remove the nesting of aliases.";
    DUPLICATE_KEY = "compose::duplicate-key", "a key is written twice in one mapping",
        "YAML allows every key once per mapping. With two of them it is not clear which one is meant, and other tools silently take the last. Join the two or remove one. A common cause is a section such as `environment:` that was pasted a second time further below.";
    INTERPOLATION = "compose::interpolation", "a `$` in a value does not begin a valid variable",
        "In values, `$` begins a variable: $NAME, ${NAME}, ${NAME:-default}, ${NAME-default}, ${NAME:?message}, ${NAME?message}, ${NAME:+replacement}, ${NAME+replacement}. Names consist of letters, digits and `_` and do not begin with a digit. A dollar sign that is meant as such, for example in a shell command that runs in the container, is written twice: `$$`.";
    MERGE = "compose::merge", "two compose files disagree about the shape of a value",
        "Later files are merged into earlier ones: mappings key by key, lists by appending, single values by replacing. A list cannot be merged with a mapping, or a text with a section. Write both in the same form, or mark the later one with the tag `!override` to replace the earlier one as a whole.";
    TYPE = "compose::type", "a value has the wrong type",
        "Every key of a compose file takes values of certain types: text, a number, true or false, a list or a mapping. Often quotes are the difference: `\"1000\"` is text and 1000 is a number. In a list every item begins with `- `; in a mapping every line is `key: value`.";
    VALUE = "compose::value", "a value is not one of those allowed here",
        "The value has the right type, but it is not among the words or within the range that this key accepts. The message names what is allowed.";
    UNKNOWN_KEY = "compose::unknown-key", "a key that the compose format does not have",
        "The key is not part of the Compose Specification in this section, so it would do nothing. It may be misspelled or indented under the wrong section. Your own notes and extensions go into keys that begin with `x-`, which every tool leaves alone.";
    MISSING_KEY = "compose::missing-key", "a section lacks a key that it needs",
        "Some sections make no sense without a certain key, for example a port in long form without `target`, or a dependency in long form without `condition`. Add it.";
    UNSUPPORTED = "compose::unsupported", "a part of the format that this version of wharf does not read yet",
        "The key is valid, but this version of wharf would not act on it. wharf never drops a key silently, because the containers would then differ from what the file says. Remove the key for now, or use a later version.";
    OBSOLETE = "compose::obsolete", "a key that no longer has a meaning",
        "The top-level `version` used to select a revision of the file format. There is only one format now, and the key is ignored by every current tool. Remove the line.";
    NAME = "compose::name", "a name contains characters that are not allowed",
        "Names become parts of container names, network names and host names, so only certain characters are possible: project names consist of lower-case letters, digits, `-` and `_` and begin with a letter or digit; names of services, networks, volumes, secrets and configs consist of letters, digits, `.`, `-` and `_`.";
    PORT = "compose::port", "a port is not written in a known form",
        "The short form is [[address:]host-port:]container-port[/protocol], where both ports may be ranges of equal length: \"80\", \"8080:80\", \"127.0.0.1:8080:80\", \"[::1]:8080:80/udp\", \"3000-3005:3000-3005\". Ports are numbers from 1 to 65535; protocols are tcp, udp and sctp. Quote it, because YAML may read 22:22 as something else.";
    MOUNT = "compose::mount", "a mount is not written in a known form",
        "The short form is [source:]target[:options]. A source that begins with `.`, `/` or `~` is a path of the host, anything else is a key of the top-level `volumes`. The target is an absolute path in the container. Options are separated by commas: ro, rw, z, Z, nocopy, and the propagation modes such as rslave.";
    DURATION = "compose::duration", "a duration is not written in a known form",
        "A duration is a number with a unit, or several of them: 10s, 1m30s, 500ms, 1h, 2d. A number alone is refused because it does not say what it counts. Units are ns, us, ms, s, m, h, d and w.";
    SIZE = "compose::size", "an amount of memory is not written in a known form",
        "An amount is a number of bytes, or a number with a unit: 512m, 1.5g, 64kb, 2GiB. Units are b, k, m, g, t and p, with or without a following `b` or `ib`, in either case; they count in steps of 1024.";
    UNDEFINED = "compose::undefined", "a reference to something that the files do not define",
        "Services refer to each other and to networks, volumes, secrets and configs by their keys, and the key must exist in the section of that kind. Define it there, or correct the reference. Named volumes and networks need an entry in the top-level section even when it is empty: `volumes: {data: {}}`.";
    INACTIVE = "compose::inactive", "a service depends on one that no active profile selects",
        "A service with `profiles` runs only when one of them is active. Another one that is active needs it. Activate the profile (`--profile NAME` or COMPOSE_PROFILES), give both services the same profile, or write `required: false` into the dependency.";
    CYCLE = "compose::cycle", "services wait for each other in a circle",
        "`depends_on` and `network_mode: service:NAME` say which service must be there first. When the chain comes back to its beginning, none of them can start. Remove one of the dependencies; services on one network can reach each other without it as soon as both run.";
    PORT_CONFLICT = "compose::port-conflict", "two services publish the same port of the host",
        "A port of the host can be bound by one container at a time, per address and protocol. The second one would fail to start. Publish one of them on another port; or remove the port where only other services need it, since services of one network reach each other without published ports.";
    DUPLICATE_NAME = "compose::duplicate-name", "two services have the same container name",
        "Names of containers are unique on an engine, so the second container could not be created. Remove `container_name` and wharf names the containers PROJECT-SERVICE-1 and so on.";
    DUPLICATE_TARGET = "compose::duplicate-target", "two mounts of a service have the same path in the container",
        "Only one thing can be mounted at a path. Which one wins would depend on their order, so the engine refuses it. Mount one of them at another path, or remove it.";
    CONFLICT = "compose::conflict", "two keys contradict each other",
        "Some keys exclude each other (`network_mode` and `networks`; `dockerfile` and `dockerfile_inline`; a fixed `container_name` and several replicas), and some say the same thing in an old and a new form (`scale` and `deploy.replicas`, `mem_limit` and `deploy.resources.limits.memory`) and must then agree. Keep one of the two.";
    NO_IMAGE = "compose::no-image", "a service has neither an image nor something to build",
        "A container is made from an image. Give the service an `image:`, which is pulled when it is not there, or a `build:` section with the folder of its Dockerfile.";
    NO_SERVICES = "compose::no-services", "the compose files define no service",
        "A project without services has nothing to run. Services are the entries of the top-level key `services`; make sure that they are indented below it.";
    HEALTH_DISABLED = "compose::health-disabled", "something waits for the health of a service whose check is off",
        "`condition: service_healthy` waits until the health check of the other service passes. That service switches its check off (`disable: true` or `test: NONE`), so it would wait for ever. Remove the switch, or use `condition: service_started`.";
    EXTERNAL = "compose::external", "an external resource has keys that only make sense when wharf creates it",
        "`external: true` says that the network, volume, secret or config exists already and that wharf must not create it. Keys that say how to create it, such as `driver` or `labels`, contradict that. Remove them, or remove `external: true`. `name` is allowed and says what it is called on the engine.";
}
