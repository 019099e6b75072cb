"""predict after regress, test of linear hypotheses that are single coefficients or differences of two."""

from __future__ import annotations

import re
from fractions import Fraction

from rehearsal.stata.commands.generate import is_type
from rehearsal.stata.dataset import Column, check_name
from rehearsal.stata.distribution import upper_f
from rehearsal.stata.errors import StataError, gap, syntax_error
from rehearsal.stata.leastsquares import wald
from rehearsal.stata.matrix import Matrix
from rehearsal.stata.numfmt import format_value, integer
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import MISSING, is_missing, store

_GAPS = "stdp stdf stdr rsta:ndard rstu:dent cooks:d lev:erage hat dfb:eta:= dfi:ts wel:sch covr:atio pr:= e:= ys:tar:= sc:ores"


def _estimates(session: Session) -> tuple[Matrix, Matrix]:
    b, v = session.matrix("e(b)"), session.matrix("e(V)")
    if b is None or v is None:
        raise StataError(301, "last estimates not found")
    return b, v


@command("predict")
def predict(session: Session, rest: str) -> None:
    """`predict [type] new [if] [in] [, xb residuals]` after regress."""
    parsed = parse(rest, "xb r:esiduals", _GAPS)
    b, _ = _estimates(session)
    words = parsed.anything.split()
    kind = words.pop(0) if len(words) > 1 and is_type(words[0]) else "float"
    if len(words) != 1:
        raise syntax_error()
    check_name(words[0])
    data = session.dataset
    if words[0] in data.columns:
        raise StataError(110, f"variable {words[0]} already defined")
    if not parsed.options.given:
        session.out.line("(option xb assumed; fitted values)")
    terms = [
        (weight, None if name == "_cons" else data.get(name).numbers)
        for name, weight in zip(b.columns, b.cells[0], strict=True)
        if not name.startswith("o.")
    ]
    outcome = data.get(str(session.stored("e", "depvar"))).numbers
    values: list[float | str] = [MISSING] * data.n
    for i in session.rows(parsed):
        parts = [weight * (1.0 if x is None else x[i]) for weight, x in terms]
        if any(x is not None and is_missing(x[i]) for _, x in terms):
            continue
        fitted = sum(parts)
        if "residuals" in parsed.options:
            fitted = MISSING if is_missing(outcome[i]) else outcome[i] - fitted
        values[i] = store(fitted, kind)
    label = "Residuals" if "residuals" in parsed.options else "Linear prediction" if parsed.options.given else "Fitted values"
    data.add(Column(words[0], kind, values, label=label))
    lacking = sum(1 for value in values if not isinstance(value, str) and is_missing(value))
    if lacking:
        session.out.line(f"({integer(lacking)} missing {'value' if lacking == 1 else 'values'} generated)")


@command("te:st")
def test(session: Session, rest: str) -> None:
    """`test coefs`, `test a = b`, `test (a) (b)`: the F test of linear hypotheses."""
    parsed = parse(rest, "", "a:ccumulate mtest:= notest common coef c:onstant")
    b, v = _estimates(session)
    texts = re.findall(r"\(([^()]*)\)", parsed.anything) or (
        [parsed.anything] if "=" in parsed.anything else session.varlist(parsed.anything)
    )
    if not texts:
        raise syntax_error()
    hypotheses = [_hypothesis(session, text, b.columns) for text in texts]
    k = b.width
    cells = b.cells[0]
    gaps = [sum((h[j] * Fraction(cells[j]) for j in range(k)), Fraction(0)) - h[k] for h in (w for w, _ in hypotheses)]
    rows = [weights[:k] for weights, _ in hypotheses]
    exact = [[Fraction(x) for x in row] for row in v.cells]
    middle = [[sum((p[i] * exact[i][j] * q[j] for i in range(k) for j in range(k)), Fraction(0)) for q in rows] for p in rows]
    f = wald(gaps, middle)
    out = session.out
    out.line()
    for index, (_, shown) in enumerate(hypotheses):
        out.line(f" ({index + 1:2d})  {shown}")
    df = float(session.stored("e", "df_r"))
    p = upper_f(len(rows), df, f)
    out.line()
    out.line(f"       F({len(rows):3d},{int(df):6d}) = {format_value(f, '%7.2f')}")
    out.line(f"            Prob > F = {format_value(p, '%9.4f')}")
    session.set_r(F=f, p=p, df=len(rows), df_r=df, drop=0)


def _hypothesis(session: Session, text: str, names: list[str]) -> tuple[list[Fraction], str]:
    """Weights of the coefficients and the constant on the right, and the text that shows the hypothesis."""
    left, _, right = text.partition("=")
    weights = [Fraction(0)] * (len(names) + 1)
    shown: list[str] = []
    for side, sign in ((left, 1), (right or "0", -1)):
        word = side.strip().removeprefix("_b[").removesuffix("]")
        try:
            weights[-1] -= sign * Fraction(float(word))
            continue
        except ValueError:
            pass
        if not re.match(r"\w+$", word):
            raise gap("test of a linear combination")
        column = session.dataset.find(word)
        name = column.name if column else word
        if name not in names:
            raise StataError(111, f"{word} not found")
        weights[names.index(name)] += sign
        shown.append(name)
    constant = format_value(float(weights[-1]), "%9.0g").strip()
    return weights, f"{' - '.join(shown)} = {constant}"
