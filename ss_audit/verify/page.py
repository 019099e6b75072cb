"""What a verification found, as it is said on the terminal."""

from collections.abc import Iterator

from ss_audit.verify.examination import Verification


def page(seen: Verification, revision: str | None = None) -> str:
    """The whole of it: what was looked at, what does not hold, what can't be seen, and the conclusion in the last line.

    `revision` is that of this copy of the audit, where it is known.
    """
    return "\n".join([*_looked_at(seen), *_problems(seen, revision), *_warnings(seen), "", conclusion(seen)])


def conclusion(seen: Verification) -> str:
    """One line."""
    if seen.holds:
        return f"INTACT, and judged again the verdict is the same: {seen.told}"
    if seen.problems and seen.told and seen.again and seen.told != seen.again:
        return f"NOT INTACT: it says {seen.told}, and its evidence leads to {seen.again}"
    if seen.problems:
        return f"NOT INTACT: {len(seen.problems)} {'thing does' if len(seen.problems) == 1 else 'things do'} not hold"
    return "UNFINISHED RUN: INCONCLUSIVE; what it recorded is intact up to its last line"


def _looked_at(seen: Verification) -> Iterator[str]:
    yield f"Bundle {seen.bundle}"
    if seen.about:
        yield f"  {seen.about}"
    yield f"  {seen.files} files, {seen.lines} lines in the event log, {seen.findings} checks judged again"
    if seen.pin:
        yield f"  its digest: {seen.pin}"
    if seen.unfinished:
        yield f"  the run has no end: {seen.unfinished}"
    if seen.in_folder:
        yield "  the pages beside it are not checked: ss-audit report makes them anew from the bundle"


def _problems(seen: Verification, revision: str | None) -> Iterator[str]:
    if not seen.problems:
        return
    yield ""
    yield from (f"  - {problem}" for problem in seen.problems)
    if seen.suite and revision and seen.suite != revision:
        yield ""
        yield f"  The run was judged by revision {seen.suite} of the audit, and this copy is {revision}: where only the words"
        yield "  of findings differ, or a check or a field is unknown, verify with that revision before you doubt the bundle."


def _warnings(seen: Verification) -> Iterator[str]:
    """What this verification could not have noticed."""
    if seen.pinned or (seen.signed and not seen.unfinished):
        return
    yield ""
    if seen.unfinished:
        yield "  What is not sealed has no digest: lines that were taken off its end, or a log written anew as a whole,"
        yield "  can't be told from a run that was cut off."
        return
    yield "  Not held against anything from elsewhere: a bundle that somebody wrote anew as a whole, digests included, can't be"
    yield "  told from this one. Give --digest (the last line that the audit printed, which stands in its reports as well)"
    signed = "It is signed: give --key to check that." if seen.has_signature else "It is not signed."
    yield f"  or --key (the public half of the key that it was signed with). {signed}"
