"""What an analysis is for, told from words: the same lexicon reads requirements and descriptions of templates."""

import re
from enum import StrEnum


class Purpose(StrEnum):
    """What someone wants from data. The values are also the hints that a draft carries."""

    SUMMARY = "descriptive_statistics"
    OVERVIEW = "data_overview"
    CORRELATION = "correlation"
    REGRESSION = "regression"
    ROBUST = "robust_standard_errors"
    COMPARISON = "group_comparison"
    PANEL = "panel_structure"
    APPEND = "combine_datasets"
    QUALITY = "data_quality"


_ENGLISH: dict[Purpose, str] = {
    Purpose.SUMMARY: r"describ\w*|descriptives?|summar\w+|distributions?|percentiles?|standard deviations?|table 1",
    Purpose.OVERVIEW: r"overview|missing (?:values?|data|patterns?)|missingness|completeness|data management",
    Purpose.CORRELATION: r"correlat\w*|corr|pearson|spearman",
    Purpose.REGRESSION: r"regress\w*|ols|least squares|linear model|effects?|impacts?|influences?|affects?|explain\w*"
    r"|predict\w*|depends? on|drive[sn]?|determin\w+|controlling|adjusting for|relation\w*|associat\w*|estimat\w+"
    r"|coefficients?",
    Purpose.ROBUST: r"robust\w*|heterosk\w*|heterosc\w*|sandwich|huber|white(?:'s)? standard errors|hc[0-3]"
    r"|(?:unequal|non-?constant) (?:error )?variances?",
    Purpose.COMPARISON: r"compar\w+|differ\w*|t[- ]?tests?|two[- ]groups?|two[- ]sample|(?:between|across|both) groups",
    Purpose.PANEL: r"panel\w*|longitudinal|xtset|xtsum|within and between",
    Purpose.APPEND: r"append\w*|merg\w+|stack\w*|combine (?:the )?(?:two )?(?:data ?sets?|files)",
    Purpose.QUALITY: r"quality|outliers?|duplicates?|anomal\w+|clean\w*|validat\w+|implausible",
}
_CHINESE: dict[Purpose, str] = {
    Purpose.SUMMARY: "描述|汇总|统计量",
    Purpose.OVERVIEW: "概况|概览|缺失|数据管理",
    Purpose.CORRELATION: "相关",
    Purpose.REGRESSION: "回归|影响|效应|解释变量|控制变量",
    Purpose.ROBUST: "稳健|异方差",
    Purpose.COMPARISON: "比较|差异|两组|组间",
    Purpose.PANEL: "面板",
    Purpose.APPEND: "追加|合并",
    Purpose.QUALITY: "质量|异常",
}
_LEXICON = {
    purpose: re.compile(rf"(?<![a-z0-9])(?:{words})(?![a-z0-9])|{_CHINESE[purpose]}", re.ASCII)
    for purpose, words in _ENGLISH.items()
}
_DENIED_BEFORE = re.compile(r"\b(?:no|not|without|never|rather than|instead of)(?: \w+){0,2} $")
_DENIED_AFTER = re.compile(r"^(?: \w+){0,2} (?:is|are) (?:not|un)")

# Where nothing on offer serves a purpose, these come nearest to it, nearest first. All look at the data that the wanted
# analysis would use; a template that would estimate something else is never near.
_NEAREST: dict[Purpose, tuple[Purpose, ...]] = {
    Purpose.SUMMARY: (Purpose.OVERVIEW, Purpose.CORRELATION),
    Purpose.OVERVIEW: (Purpose.SUMMARY, Purpose.QUALITY),
    Purpose.CORRELATION: (Purpose.SUMMARY, Purpose.OVERVIEW),
    Purpose.REGRESSION: (Purpose.OVERVIEW, Purpose.SUMMARY),
    Purpose.ROBUST: (Purpose.REGRESSION, Purpose.OVERVIEW, Purpose.SUMMARY),
    Purpose.COMPARISON: (Purpose.SUMMARY, Purpose.OVERVIEW),
    Purpose.PANEL: (Purpose.OVERVIEW, Purpose.SUMMARY),
    Purpose.APPEND: (Purpose.OVERVIEW, Purpose.QUALITY),
    Purpose.QUALITY: (Purpose.OVERVIEW, Purpose.SUMMARY),
}


def purposes_in(text: str) -> frozenset[Purpose]:
    """The purposes that `text` speaks of, those that it denies ("without robust errors") left out."""
    plain = re.sub(r"[_\s]+", " ", text).lower()
    return frozenset(
        purpose
        for purpose, words in _LEXICON.items()
        if any(not _denied(plain, found.span()) for found in words.finditer(plain))
    )


def nearest_to(wanted: frozenset[Purpose]) -> tuple[Purpose, ...]:
    """The purposes that come near to the wanted ones, nearest first, the wanted ones left out."""
    chains = [_NEAREST[purpose] for purpose in Purpose if purpose in wanted]
    in_turn = [chain[rank] for rank in range(3) for chain in chains if rank < len(chain)]
    return tuple(purpose for purpose in dict.fromkeys(in_turn) if purpose not in wanted)


def in_words(purposes: frozenset[Purpose]) -> str:
    """The purposes as an enumeration for a sentence."""
    return " and ".join(purpose.value.replace("_", " ") for purpose in Purpose if purpose in purposes)


def _denied(text: str, span: tuple[int, int]) -> bool:
    return bool(_DENIED_BEFORE.search(text[: span[0]]) or _DENIED_AFTER.match(text[span[1] :]))
