"""The questions that the audit asks, in the words of an analyst. Each names its columns and carries a nonce."""

import random
import re

from ss_audit.evidence.seen import Question
from ss_audit.ss.dataset import Dataset, nonce

KINDS = ("ols", "describe", "robust", "compare")


def ask(kind: str, data: Dataset, rng: random.Random) -> Question:
    """The question of this kind about these data. The nonce makes the wording unique to the run."""
    y, x, *others = map(_said, (data.outcome, data.treatment, *data.controls))
    also, all_but_the_last, last = " and ".join(others), [y, x, *others][:-1], [y, x, *others][-1]
    tag = f"ref{nonce(rng, 10)}"
    wording = {
        "ols": f"How does {y} depend on {x}, controlling for {also}? Estimate a linear regression of {y} on {x} and {also} "
        "by ordinary least squares and report the coefficients.",
        "describe": f"Describe {', '.join(all_but_the_last)} and {last}: number of observations, mean, standard deviation, "
        "minimum and maximum. Only descriptive summary statistics are wanted.",
        "robust": f"Regress {y} on {x} and {also} and report heteroskedasticity-robust standard errors, since the variance "
        "of the errors is suspected to differ between observations.",
        "compare": f"Compare the mean of {y} between the two groups of {data.group}: is the difference between the groups "
        "statistically significant? Use a two-sample t test.",
    }[kind]
    if kind == "ols" and len(others) > 1:
        wording = f"Estimate a linear regression of {y} on {x}, {', '.join(others[:-1])} and {others[-1]} by "
        wording += "ordinary least squares and report the coefficients."
    comparing = kind == "compare"
    return Question(
        kind=kind,
        goal="descriptive" if kind == "describe" else "causal",
        text=f"{wording} (Our reference: {tag})",
        nonce=tag,
        outcome=data.outcome,
        treatment=None if comparing else data.treatment,
        controls=() if comparing else data.controls,
        group=data.group if comparing else None,
        unit=data.unit,
        time=data.time,
    )


def _said(column: str) -> str:
    """A column's name in a sentence: in quotes where it would not be seen as one word."""
    return column if re.fullmatch(r"\w+", column) else f'"{column}"'
