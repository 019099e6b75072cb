"""The spec as a model: OpenSpec markdown in, requirements and scenarios out.

The form is OpenSpec's: a title, `## Purpose`, `## Requirements`, under it `### Requirement: name` with its text, under that
`#### Scenario: name` with `- **WHEN** …` and `- **THEN** …` items (`**AND**` continues the one before). What departs from it
is an error that names the line, because a spec that is half understood would be half audited.
"""

import re

from ss_audit.evidence.model import Fact

SPEC_FOLDER = "openspec/specs/ss-production-e2e-audit"
SPEC_FILE = f"{SPEC_FOLDER}/spec.md"

_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*$")
_ITEM = re.compile(r"^\s*[-*+]\s+")
_CLAUSE = re.compile(r"^\s*[-*+]\s+\*\*(GIVEN|WHEN|THEN|AND)\*\*:?\s*(.*)$")
_NORMATIVE = re.compile(r"\b(MUST|SHALL)\b")
_FEWEST_WORDS = 3
"""Fewer words than this are found in any text: such a quotation would name no sentence at all."""


class SpecError(ValueError):
    """The markdown is not a spec of the form above. `line` counts from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"spec, line {line}: {problem}")
        self.line = line


class Scenario(Fact):
    """One `#### Scenario`. `then` holds the THEN text first, then its sub-items and AND clauses, one each."""

    name: str
    when: str
    then: tuple[str, ...]
    line: int = 0

    @property
    def text(self) -> str:
        """All that it says, as running text."""
        return " ".join(("WHEN", self.when, "THEN", *self.then))


class Requirement(Fact):
    """One `### Requirement`. `text` is the markdown between its heading and its first scenario."""

    name: str
    text: str
    scenarios: tuple[Scenario, ...]
    line: int = 0


class Spec(Fact):
    """A whole spec, in the order of the document."""

    title: str
    purpose: str
    requirements: tuple[Requirement, ...]

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """The names of all scenarios, in order."""
        return tuple(s.name for r in self.requirements for s in r.scenarios)

    def requirement_of(self, scenario: str) -> str | None:
        """The name of the requirement under which a scenario of this name stands, or None."""
        return next((r.name for r in self.requirements for s in r.scenarios if s.name == scenario), None)


class _Section:
    """A heading with the lines under it, down to the next heading."""

    def __init__(self, level: int, title: str, line: int) -> None:
        self.level, self.title, self.line = level, title, line
        self.body: list[tuple[int, str]] = []

    @property
    def text(self) -> str:
        return "\n".join(line for _, line in self.body).strip()

    def named(self, kind: str) -> str:
        """The name after `kind: ` in the heading; an error when the heading is another or names nothing."""
        head, colon, name = self.title.partition(":")
        if head.strip() != kind or not colon or not name.strip():
            raise SpecError(self.line, f"expected “{'#' * self.level} {kind}: name”, found “{self.title}”")
        return name.strip()


def parse_spec(markdown: str) -> Spec:
    """The spec that the markdown holds. Raises SpecError, with the line, when it is not one."""
    sections = _sections(markdown)
    if not sections or sections[0].level != 1:
        raise SpecError(1, "a spec starts with a title, “# …”")
    chapters = {s.title: s for s in sections if s.level == 2}
    for name in ("Purpose", "Requirements"):
        if name not in chapters:
            raise SpecError(sections[0].line, f"there is no “## {name}”")
    if not chapters["Purpose"].text:
        raise SpecError(chapters["Purpose"].line, "the purpose says nothing")
    requirements = _requirements(sections, chapters["Requirements"])
    _refuse_twins([(r.name, r.line) for r in requirements], "requirement")
    _refuse_twins([(s.name, s.line) for r in requirements for s in r.scenarios], "scenario")
    return Spec(title=sections[0].title, purpose=chapters["Purpose"].text, requirements=requirements)


def serves(spec: Spec, sentence: str) -> bool:
    """Whether the sentence, or a part of one of three words or more, stands in a requirement or scenario of the spec.

    White space, list markers, emphasis, backticks and the shape of quotation marks make no difference; anything else does.
    """
    sought = normalised(sentence)
    if len(sought.split()) < _FEWEST_WORDS:
        return False
    whole_words = re.compile(rf"(?<!\w){re.escape(sought)}(?!\w)")
    texts = [t for r in spec.requirements for t in (r.text, *(s.text for s in r.scenarios))]
    return any(whole_words.search(normalised(text)) for text in texts)


def clauses(requirement: Requirement) -> tuple[str, ...]:
    """What the text of a requirement demands, piece by piece and normalised: each list item, each sentence.

    A line that only leads to a list ("… MUST include:") demands nothing by itself and is left out.
    """
    paragraphs = re.split(r"\n(?=\s*[-*+]\s)|\n\s*\n|(?<=:)\n|(?<=\.)\s+(?=[A-Z])", requirement.text)
    return tuple(text for text in map(normalised, paragraphs) if text and not text.endswith(":"))


def normalised(markdown: str) -> str:
    """The words of a piece of markdown: one blank between them, no list markers, emphasis or backticks, straight quotes."""
    lines = (_ITEM.sub("", line) for line in markdown.splitlines())
    # emphasis leans on a word; the stars of `/v1/**` do not
    plain = re.sub(r"`|\*+(?=\w)|(?<=\w)\*+", "", " ".join(lines)).translate(str.maketrans("‘’“”", "''\"\""))
    return " ".join(plain.split())


def _sections(markdown: str) -> list[_Section]:
    found: list[_Section] = []
    fenced = False
    for number, line in enumerate(markdown.splitlines(), start=1):
        if line.lstrip().startswith("```"):
            fenced = not fenced
        heading = None if fenced else _HEADING.match(line)
        if heading:
            found.append(_Section(len(heading[1]), heading[2], number))
        elif found:
            found[-1].body.append((number, line))
        elif line.strip():
            raise SpecError(number, "there is text before the title")
    return found


def _requirements(sections: list[_Section], chapter: _Section) -> tuple[Requirement, ...]:
    inside = sections[sections.index(chapter) + 1 :]
    groups: list[tuple[_Section, list[_Section]]] = []
    for section in inside:
        if section.level <= 2:
            break
        if section.level == 3:
            groups.append((section, []))
        elif section.level == 4 and groups:
            groups[-1][1].append(section)
        else:
            raise SpecError(section.line, f"“{section.title}” stands under no requirement or scenario")
    if not groups:
        raise SpecError(chapter.line, "there are no requirements")
    return tuple(_requirement(head, scenarios) for head, scenarios in groups)


def _requirement(head: _Section, scenarios: list[_Section]) -> Requirement:
    name = head.named("Requirement")
    if not _NORMATIVE.search(head.text):
        raise SpecError(head.line, f"the requirement “{name}” says neither MUST nor SHALL")
    if not scenarios:
        raise SpecError(head.line, f"the requirement “{name}” has no scenario")
    return Requirement(name=name, text=head.text, scenarios=tuple(_scenario(s) for s in scenarios), line=head.line)


def _scenario(section: _Section) -> Scenario:
    name = section.named("Scenario")
    clauses: dict[str, list[str]] = {"GIVEN": [], "WHEN": [], "THEN": []}
    last: str | None = None
    for number, line in section.body:
        clause = _CLAUSE.match(line)
        if clause:
            last = last if clause[1] == "AND" else clause[1]
            if last is None or not clause[2]:
                raise SpecError(number, f"“{line.strip()}” continues or says nothing")
            clauses[last].append(clause[2].strip())
        elif _ITEM.match(line) and last:
            clauses[last].append(_ITEM.sub("", line).strip())
        elif line.strip():
            if last is None:
                raise SpecError(number, f"the scenario “{name}” starts with neither WHEN nor GIVEN")
            clauses[last][-1] += " " + line.strip()
    for kind in ("WHEN", "THEN"):
        if not clauses[kind]:
            raise SpecError(section.line, f"the scenario “{name}” has no **{kind}**")
    return Scenario(
        name=name, when=" ".join(clauses["GIVEN"] + clauses["WHEN"]), then=tuple(clauses["THEN"]), line=section.line
    )


def _refuse_twins(named: list[tuple[str, int]], kind: str) -> None:
    seen: set[str] = set()
    for name, line in named:
        if name in seen:
            raise SpecError(line, f"two {kind}s are called “{name}”")
        seen.add(name)
