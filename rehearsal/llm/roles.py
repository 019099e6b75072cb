"""Which column plays which part in a requirement, told from the requirement's wording."""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from rehearsal.llm.purposes import Purpose
from rehearsal.llm.question import Column

# Column names that are also ordinary words name a column only in quotes.
_COMMON_WORDS = frozenset(
    {"a", "an", "and", "as", "at", "by", "data", "each", "for", "from", "in", "is", "it", "of", "on", "or", "the", "to"}
)

_VAR = r"<\d+>"
_STOP = (
    r"controlling|controls?|adjusting|adjusted|accounting|holding|keeping|for|with|without|while|given|on|by|between|across"
    r"|among|using|conditional|net|and|or|as|groups?|but|when|from|to|than|versus"
)
_FILL = rf"(?:(?!(?:{_STOP})\b)[A-Za-z][\w'-]*\s+){{0,4}}"
_JOIN = r"(?:\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|as well as|plus)\s+|\s*[&+、和与]\s*)"
_LIST = rf"{_VAR}(?:{_JOIN}(?:(?:the|variables?|columns?|of)\s+){{0,3}}{_VAR})*"
_BE = r"\s*(?:variables?\s*)?(?:is|are|be|:|=)?\s*(?:(?:the|a|variable|column|called|named)\s+){0,3}"


def _rule(pattern: str) -> re.Pattern[str]:
    """`{o}` outcome, `{r}` regressors (the first is the treatment), `{p}` outcome then regressors, `{c}` controls,
    `{g}` group, `{e}` entity, `{t}` time, `{k}` cluster, `{f}` fixed effects, `{i}` instrument; capitals: no words between."""
    for letter in "orpcgetkfi":
        several = _LIST if letter in "orpcf" else _VAR
        pattern = pattern.replace(f"{{{letter}}}", rf"{_FILL}(?P<{letter}>{several})")
        pattern = pattern.replace(f"{{{letter.upper()}}}", rf"(?P<{letter}>{several})")
    return re.compile(pattern, re.IGNORECASE)


_DECLARED = [
    _rule(rf"\b(?:outcome|dependent|response){_BE}{{O}}"),
    _rule(r"(?P<o><\d+>)\s+(?:is|as|be|being)\s+(?:the\s+)?(?:outcome|dependent|response)\b"),
    _rule(rf"\b(?:treatment|independent|explanatory|main regressor|key regressor|regressor of interest){_BE}{{R}}"),
    _rule(
        r"{R}\s+(?:is|are|as|be|being)\s+(?:the\s+)?"
        r"(?:treatment|independent|explanatory|main|key|regressors?|predictors?)\b"
    ),
]
_MODELS = [
    _rule(r"\b(?:effects?|impacts?|influences?)\s+of\s+{r}\s+(?:on|upon)\s+{o}"),
    _rule(r"\b(?:regress(?:ing)?|regression\s+of)\s+{o}\s+(?:on|against)\s+{r}"),
    _rule(r"{O}\s+(?:(?:is|are|be)\s+)?(?:explained|predicted|determined|driven|affected|influenced)\s+by\s+{r}"),
    _rule(r"{O}\s+depends?\s+on\s+{r}"),
    _rule(
        r"{R}\s+(?:affects?|influences?|explains?|predicts?|raises?|lowers?|increases?|reduces?|drives?|determines?"
        r"|changes?|causes?|impacts?)\s+{o}"
    ),
    _rule(r"\b(?:explain|predict|model)(?:ing)?\s+{o}\s+(?:with|by|from|using|on|as\s+a\s+function\s+of)\s+{r}"),
    _rule(r"\b(?:relation\w*|associations?|correlations?|link)\s+(?:between|of|among)\s+{p}"),
    _rule(r"\b(?:relate|correlate)\s+{o}\s+(?:to|with)\s+{r}"),
    _rule(r"{O}\s+(?:changes?|var(?:y|ies)|moves?|responds?|relates?|is\s+related|is\s+associated)\s+(?:with|to)\s+{r}"),
    _rule(
        r"\b(?:ols|least\s+squares|linear\s+model|regression)(?:\s+(?:model|analysis))?"
        r"\s+(?:of|for)\s+{o}\s+(?:on|with|against|using)\s+{r}"
    ),
    _rule(r"{O}\s*[=~]\s*{r}"),
    _rule(r"{R}\s*对\s*{O}\s*的?\s*(?:影响|效应|作用)"),
    _rule(r"\b(?:what|which\s+\w+)\s+(?:affects?|influences?|explains?|predicts?|drives?|determines?)\s+{o}"),
    _rule(r"\b(?:effects?|impacts?|influences?)\s+of\s+{r}"),
    _rule(r"\b(?:effects?|impacts?|influences?)\s+on\s+{o}"),
    _rule(r"\bregress(?:ion|ing)?\s+(?:\w+\s+){0,3}on\s+{r}"),
]
_BESIDE = [
    _rule(r"\b(?:control(?:s|led|ling)?|adjust(?:s|ed|ing)?|account(?:s|ed|ing)?)\s+for\s+{c}"),
    _rule(r"\b(?:holding|keeping)\s+{c}\s+(?:constant|fixed)"),
    _rule(r"\b(?:conditional\s+on|net\s+of|covariates?|controls?)\s*(?:is|are|:)?\s*{C}"),
    _rule(r"{C}\s+as\s+(?:an?\s+)?(?:controls?|covariates?)\b"),
    _rule(r"控制\s*(?:变量)?\s*[::]?\s*{C}"),
    _rule(r"\bcluster(?:ed|ing)?\s+(?:by|on|at|within)\s+{k}"),
    _rule(r"\b(?:entity|individual|unit|id|identifier|panel\s+id)(?:\s+(?:identifier|id))?" + _BE + "{E}"),
    _rule(r"(?P<e><\d+>)\s+as\s+(?:the\s+)?(?:panel|entity|unit|individual|id)\b"),
    _rule(r"\btime(?:\s+index)?" + _BE + "{T}"),
    _rule(r"(?P<t><\d+>)\s+as\s+(?:the\s+)?time\b"),
    _rule(r"\bpanel\s+(?:\w+\s+){0,3}(?:of|by|over|with)\s+{e}\s+(?:and|over|by)\s+{t}"),
    _rule(r"{F}\s+fixed\s+effects"),
    _rule(r"\bfixed\s+effects\s+(?:for|of|by)\s+{f}"),
    _rule(r"\binstrument(?:ed|ing|s)?\b[^.<]*(?:<\d+>\s+)?(?:with|by|is|:)\s+{i}"),
    _rule(r"(?P<i><\d+>)\s+as\s+(?:an?\s+|the\s+)?instrument"),
]
_GROUPS = [
    _rule(r"\bgroup(?:s|ed|ing)?(?:\s+variable)?\s*(?:of|in|is|by|:|=|(?:defined|given|formed|named)\s+by)?\s*{g}"),
    _rule(r"\b(?:between|across|among|within|per|by|for\s+each|in\s+each)\s+(?:the\s+)?(?:two\s+)?"
          r"(?:groups?|categories|levels|values|classes)\s+(?:of|in|defined\s+by|given\s+by|formed\s+by)\s+{g}"),
    _rule(r"\b(?:between|across|among|per|by|for\s+each|in\s+each)\s+{g}"),
    _rule(r"(?P<g><\d+>)\s+groups?\b"),
    _rule(r"按\s*{G}"),
]  # fmt: skip
_COMPARED = [
    _rule(r"\b(?:compar(?:e|es|ing|ison\s+of)|differences?\s+(?:in|of)|test(?:\s+whether)?|do(?:es)?|is|whether)\s+{o}"),
    _rule(r"{O}\s+(?:differs?|is\s+different|is\s+the\s+same)"),
]


@dataclass(frozen=True, slots=True)
class Roles:
    """Columns by the part that they play."""

    outcome: str | None = None
    treatment: str | None = None
    controls: tuple[str, ...] = ()
    group: str | None = None
    entity: str | None = None
    time: str | None = None
    cluster: str | None = None
    fixed_effects: tuple[str, ...] = ()
    instrument: str | None = None


def roles_in(requirement: str, columns: Sequence[Column], wanted: frozenset[Purpose]) -> Roles:
    """The parts that `requirement` gives to `columns`, whose names it must use exactly (in another case only when no name
    occurs exactly). A part that no wording gives stays empty; only where nothing is to be estimated or compared are the
    named columns taken in order: outcome, treatment, controls."""
    masked, names = _masked(requirement, [column.name for column in columns])
    heard: dict[str, list[str]] = {}
    for rules in (_DECLARED, _BESIDE):
        for rule in rules:
            _hear(rule, masked, heard)
    aside = {number for key in "cektfi" for number in heard.get(key, ())}
    for rule in _MODELS:
        if {"o", "r"} <= heard.keys():
            break
        _hear(rule, masked, heard)
    if "p" in heard and "o" not in heard:
        heard["o"], rest = heard["p"][:1], heard["p"][1:]
        if rest:
            heard.setdefault("r", rest)
    taken = aside | {number for key in "or" for number in heard.get(key, ())}
    if wanted & {Purpose.COMPARISON, Purpose.SUMMARY} or "group" in masked.lower() or not wanted:
        for rule in _GROUPS:
            _hear(rule, masked, heard, not_these=taken)
    if Purpose.COMPARISON in wanted and "o" not in heard:
        for rule in _COMPARED:
            _hear(rule, masked, heard, not_these=aside | set(heard.get("g", ())))
    return _settled(heard, names, wanted)


def _settled(heard: dict[str, list[str]], names: Sequence[str], wanted: frozenset[Purpose]) -> Roles:
    def named(key: str) -> list[str]:
        return [names[int(number)] for number in heard.get(key, ())]

    def one(key: str) -> str | None:
        return next(iter(named(key)), None)

    outcome = one("o")
    regressors = [name for name in named("r") if name != outcome]
    controls = [*regressors[1:], *(name for name in named("c") if name not in (outcome, *regressors))]
    roles = Roles(
        outcome,
        next(iter(regressors), None),
        tuple(dict.fromkeys(controls)),
        one("g"),
        one("e"),
        one("t"),
        one("k"),
        tuple(named("f")),
        one("i"),
    )
    apart = {roles.group, roles.entity, roles.time, roles.cluster, roles.instrument, *roles.fixed_effects, *roles.controls}
    free = [name for name in names if name not in apart]
    if wanted & {Purpose.REGRESSION, Purpose.COMPARISON} or not free:
        return roles
    if outcome is None and not regressors:
        return replace(roles, outcome=free[0], treatment=next(iter(free[1:]), None), controls=(*free[2:], *roles.controls))
    return roles


def _hear(rule: re.Pattern[str], masked: str, heard: dict[str, list[str]], not_these: Set[str] = frozenset()) -> None:
    """Take what `rule` finds in `masked` for each part that nothing was heard of yet."""
    for found in rule.finditer(masked):
        parts = {key: re.findall(r"<(\d+)>", text) for key, text in found.groupdict().items() if text}
        if any(not_these & set(numbers) for numbers in parts.values()):
            continue
        for key, numbers in parts.items():
            heard.setdefault(key, numbers)


def _masked(requirement: str, columns: Sequence[str]) -> tuple[str, list[str]]:
    """The requirement with each column name put as `<number>`, numbered in order of first mention, and those names."""
    text = requirement.replace("<", " ").replace(">", " ")
    found = list(_mentions(text, columns, 0)) or list(_mentions(text, columns, re.IGNORECASE)) or list(_headers(text, columns))
    numbers: dict[str, int] = {}
    pieces, end = [], 0
    for start, stop, name in found:
        number = numbers.setdefault(name, len(numbers))
        pieces += [text[end:start], f"<{number}>"]
        end = stop
    return " ".join("".join([*pieces, text[end:]]).split()), list(numbers)


def _mentions(text: str, columns: Sequence[str], flags: int) -> Iterator[tuple[int, int, str]]:
    """Start, end and column of each mention, in order; longer names win over shorter ones inside them, and names that
    differ in case only are never mixed up."""
    told_apart = [name for name in columns if not flags or sum(name.lower() == other.lower() for other in columns) == 1]
    by_text = {(name.lower() if flags else name): name for name in told_apart if name.strip()}
    if not by_text:
        return
    any_name = "|".join(re.escape(name) for name in sorted(by_text, key=len, reverse=True))
    pattern = rf"(?P<q>[`'\"“]?)(?<![A-Za-z0-9_])(?P<name>{any_name})(?![A-Za-z0-9_])[`'\"”]?"
    for found in re.finditer(pattern, text, flags):
        said = found["name"]
        name = by_text.get(said.lower() if flags else said)
        if name is not None and (found["q"] or said.lower() not in _COMMON_WORDS):
            yield found.start(), found.end(), name


def _headers(text: str, columns: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """As `_mentions`, by the header from which a column got its name: what no name may hold became an underscore each."""
    shapes = ["".join("[^A-Za-z0-9]" if letter == "_" else re.escape(letter) for letter in name) for name in columns]
    longest_first = "|".join(sorted(shapes, key=len, reverse=True))
    pattern = rf"[`'\"“]?(?<![A-Za-z0-9])(?P<header>{longest_first})(?![A-Za-z0-9])[`'\"”]?"
    for found in re.finditer(pattern, text) if shapes else ():
        name = re.sub(r"[^A-Za-z0-9]", "_", found["header"])
        if name in columns and found["header"].lower() not in _COMMON_WORDS:
            yield found.start(), found.end(), name
