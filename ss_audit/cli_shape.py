"""The subcommands of `ss-audit` with their options, as data: the task cards are held against it, the parser is made of it."""

COMMANDS: dict[str, frozenset[str]] = {
    "run": frozenset({"--quiet"}),
    "rehearse": frozenset({"--quiet"}),
    "doctor": frozenset({"--call-provider"}),
    "faults": frozenset({"--only", "--check", "--keep"}),
    "inspect-log": frozenset({"--json"}),
    "report": frozenset({"--to"}),
    "trace": frozenset({"--check"}),
    "verify": frozenset({"--digest", "--key"}),
}
