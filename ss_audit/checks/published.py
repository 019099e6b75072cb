"""A data set from the literature: the estimates that come out against those that stand in print."""

from ss_audit.checks.judgement import Judgement, check, judged, not_evidenced
from ss_audit.checks.reached import at
from ss_audit.checks.stata_numbers import coefficients_of
from ss_audit.evidence.seen import PublishedJourney

SCENARIO = "A published data set gives the published estimates"
# Stata stores the deflator, 83.0 to 116.9, in single precision; with regressors this collinear that moves the estimates by
# up to 1.4e-5 of their size (computed exactly, in rational arithmetic, from both readings of the data).
TOLERANCE = 1e-4


@check(
    scenario=SCENARIO,
    spec="a real Stata runner (not a fake runner)",
    expected="the estimates are the published ones, to one part in ten thousand",
    impact="the numbers that people get can't be trusted",
    fix="compare the run's Stata log with the certified estimates",
    advisory=True,
)
def estimates_are_the_published_ones(journey: PublishedJourney) -> Judgement:
    """Every published coefficient against the printed one."""
    at(journey, "download")
    printed = coefficients_of(journey)
    logs = [a for a in journey.artifacts if a.rel_path.endswith(("/stata.log", "result.log"))]
    evidence = [journey.dataset, *logs, *journey.freezes[-1:]]
    if not printed:
        saw = "SS chose a template without a regression, so there is nothing to compare"
        return not_evidenced(expected="published estimates", saw=saw, evidence=evidence)
    wrong = [
        f"{name}: {printed.get(name)} instead of {value:.6g}"
        for name, value in journey.published.items()
        if name not in printed or abs(printed[name] - value) > TOLERANCE * abs(value)
    ]
    saw = "; ".join(wrong) or f"{len(journey.published)} estimates as published ({journey.source})"
    return judged(not wrong, expected="published estimates", saw=saw, evidence=evidence, strength="proven")
