"""The subcommands of `ss-audit` with their options, as data: the task cards are held against it, the parser is made of it."""

COMMANDS: dict[str, frozenset[str]] = {
    "run": frozenset(),
    "rehearse": frozenset(),
    "doctor": frozenset({"--call-provider"}),
    "inspect-log": frozenset({"--json"}),
    "trace": frozenset({"--check"}),
}
