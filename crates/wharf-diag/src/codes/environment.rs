//! Codes of the area `environment`: variables and the files that give them.

codes! {
    MISSING = "environment::missing", "a variable that `.env.example` names has no value",
        "The committed file `.env.example` names every variable that the project needs. The compose files use this one without a default, and neither the process environment nor an environment file gives it a value, so the container would start half configured. Put the value into the file of the environment (`.env.development`, `.env.production`, ...), which is not committed, or give a default in the compose file: `${NAME:-default}`.";
    UNSET = "environment::unset", "a variable is not set and becomes empty",
        "The compose files use a variable that has no value anywhere; as in Docker Compose, an empty text takes its place. Set it in `.env`, in `.env.<environment>` or in the shell, or write `${NAME:-}` to say that empty is fine. A dollar sign that is meant as such is written `$$`.";
    REQUIRED = "environment::required", "a required variable has no value",
        "`${NAME:?message}` and `${NAME?message}` say in the compose file itself that the variable must be set; with the colon it must not be empty either. Set it in `.env`, in `.env.<environment>` or in the shell.";
    SYNTAX = "environment::syntax", "an environment file cannot be understood",
        "Every line of an environment file is NAME=value, optionally after `export`, or a comment that begins with `#`. A value with spaces or line breaks stands in quotes: single quotes keep everything as it is, double quotes know escapes such as \\n and variables such as ${NAME}. Values are shown as stars in messages, because they may be secrets.";
    NAME = "environment::name", "an environment has a name that files cannot carry",
        "The name of the environment, given by `--env` or WHARF_ENV, becomes a part of the names of files: `.env.staging` and `compose.staging.yaml` for `staging`. It consists of letters, digits, `-` and `_`. The usual names are development, staging and production.";
    FILE = "environment::file", "an environment file cannot be read",
        "A file named by `--env-file` or by `env_file:` of a service is not there, is a folder, or may not be read. Relative paths of `--env-file` start at the current folder, those of `env_file:` at the project's folder. A file that may be absent is written `env_file: [{path: extra.env, required: false}]`.";
}
