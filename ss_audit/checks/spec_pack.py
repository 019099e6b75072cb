"""The spec pack: there, readable, and made of commands that exist."""

from ss_audit.checks.judgement import Judgement, check, judged, need
from ss_audit.evidence.seen import SpecPackSeen
from ss_audit.spec import SpecError, parse_spec
from ss_audit.task_cards import CardError, command_problems, parse_card

SCENARIO = "Spec pack is present"
PACK = "The audit spec pack MUST exist under `openspec/specs/ss-production-e2e-audit/`"
CARDS = "MUST provide task cards that operators can execute to produce auditable evidence"


@check(
    scenario=SCENARIO,
    spec=PACK,
    expected="spec.md is there, with requirements, and scenarios that say when and then",
    impact="nobody can say what this audit establishes",
    fix="restore openspec/specs/ss-production-e2e-audit/spec.md",
)
def spec_is_readable(pack: SpecPackSeen) -> Judgement:
    """The spec parses to at least one requirement with scenarios."""
    if pack.spec is None:
        return judged(False, expected="spec.md", saw="no spec.md", evidence=[pack.looked])
    try:
        spec = parse_spec(pack.spec.body.text or "")
    except SpecError as error:
        return judged(False, expected="a spec that parses", saw=str(error), evidence=[pack.spec])
    scenarios = sum(len(r.scenarios) for r in spec.requirements)
    saw = f"{len(spec.requirements)} requirements, {scenarios} scenarios"
    return judged(scenarios > 0, expected="requirements with scenarios", saw=saw, evidence=[pack.spec])


@check(
    scenario=SCENARIO,
    spec="`spec.md` and `task_cards/` exist",
    expected="task cards are there, each with a goal, commands and acceptance",
    impact="operators do not know what to run, nor when it is good",
    fix="give each card under task_cards/ its Goal, Scope, Commands and Acceptance",
)
def cards_are_complete(pack: SpecPackSeen) -> Judgement:
    """Every card parses, and there is at least one."""
    need(pack.cards or None, "no task cards", None, [pack.looked.id])
    problems: list[str] = []
    for card in pack.cards:
        try:
            parse_card(card.body.text or "")
        except CardError as error:
            problems.append(str(error))
    saw = "; ".join(problems) or f"{len(pack.cards)} complete cards"
    return judged(not problems, expected="complete cards", saw=saw, evidence=pack.cards)


@check(
    scenario=SCENARIO,
    spec=CARDS,
    expected="every command on a card is an existing command with existing settings",
    impact="operators follow a card and end in an error",
    fix="correct the command on the card, or bring the command back",
)
def commands_can_be_executed(pack: SpecPackSeen) -> Judgement:
    """Each command parses to a command of the project and names only settings that exist."""
    need(pack.cards or None, "no task cards", cards_are_complete.id, [pack.looked.id])
    commands: list[str] = []
    for card in pack.cards:
        try:
            commands += parse_card(card.body.text or "").commands
        except CardError:
            continue
    cli = {line.partition(" ")[0]: frozenset(line.split()[1:]) for line in pack.commands}
    problems = command_problems(commands, pack.settings, cli)
    saw = "; ".join(problems) or f"{len(commands)} commands, all known"
    return judged(bool(commands) and not problems, expected="known commands", saw=saw, evidence=[*pack.cards, pack.looked])
