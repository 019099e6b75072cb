"""The conclusion for each key audit point."""

from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced
from ss_audit.evidence.seen import Conclusions

SCENARIO = "Each key audit point ends in a conclusion"


@check(
    scenario=SCENARIO,
    spec="produce a pass/fail conclusion for each of the following points, backed by evidence",
    expected="template selection, parameter binding, dependency handling and artifact contract each pass or fail",
    impact="the decision lacks one of its four reasons",
    fix="see the scenario of the point that could not be judged",
)
def every_point_is_concluded(conclusions: Conclusions) -> Judgement:
    """Pass or fail for each; a point that could not be judged has no conclusion."""
    said = ", ".join(f"{point.replace('_', ' ')}: {word}" for point, word in conclusions.conclusions.items())
    open_points = [point for point, word in conclusions.conclusions.items() if word not in ("pass", "fail")]
    evidence = [conclusions.points]
    if open_points:
        return not_evidenced(expected="four conclusions", saw=said, evidence=evidence)
    return judged(len(conclusions.conclusions) == 4, expected="four conclusions", saw=said, evidence=evidence)
