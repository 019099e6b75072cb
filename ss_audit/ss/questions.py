"""The questions that the audit asks, in the words of an analyst. Each names its columns and carries a nonce."""

import random

from ss_audit.evidence.seen import Question
from ss_audit.ss.dataset import Dataset, nonce

KINDS = ("ols", "describe", "robust", "compare")


def ask(kind: str, data: Dataset, rng: random.Random) -> Question:
    """The question of this kind about these data. The nonce makes the wording unique to the run."""
    y, x = data.outcome, data.treatment
    also = " and ".join(data.controls)
    tag = f"ref{nonce(rng, 10)}"
    wording = {
        "ols": f"How does {y} depend on {x}, controlling for {also}? Estimate a linear regression of {y} on {x} and {also} "
        "by ordinary least squares and report the coefficients.",
        "describe": f"Describe {y}, {x} and {also}: number of observations, mean, standard deviation, minimum and maximum. "
        "Only descriptive summary statistics are wanted.",
        "robust": f"Regress {y} on {x} and {also} and report heteroskedasticity-robust standard errors, since the variance "
        "of the errors is suspected to differ between observations.",
        "compare": f"Compare the mean of {y} between the two groups of {data.group}: is the difference between the groups "
        "statistically significant? Use a two-sample t test.",
    }[kind]
    if kind == "ols" and len(data.controls) > 1:
        wording = f"Estimate a linear regression of {y} on {x}, {', '.join(data.controls[:-1])} and {data.controls[-1]} by "
        wording += "ordinary least squares and report the coefficients."
    comparing = kind == "compare"
    return Question(
        kind=kind,
        goal="descriptive" if kind == "describe" else "causal",
        text=f"{wording} (Our reference: {tag})",
        nonce=tag,
        outcome=y,
        treatment=None if comparing else x,
        controls=() if comparing else data.controls,
        group=data.group if comparing else None,
        unit=data.unit,
        time=data.time,
    )
