"""postfile, post, postclose."""

from __future__ import annotations

from rehearsal.stata.commands.files import closing
from rehearsal.stata.commands.generate import is_type
from rehearsal.stata.commands.storage import dta_path
from rehearsal.stata.dataset import Column, Dataset, check_name
from rehearsal.stata.dta import dump
from rehearsal.stata.errors import StataError, syntax_error, type_mismatch
from rehearsal.stata.postfile import Post
from rehearsal.stata.registry import command
from rehearsal.stata.session import Session
from rehearsal.stata.syntax import parse
from rehearsal.stata.values import is_string_type, store


@command("postfile")
def postfile(session: Session, rest: str) -> None:
    """`postfile handle [type] names ... using file [, replace]`."""
    parsed = parse(rest, "replace every:=")
    words = parsed.anything.split()
    if len(words) < 2 or parsed.using is None:
        raise syntax_error()
    handle = words[0]
    if handle in session.posts:
        raise StataError(110, f"{handle} already in use")
    kinds: list[tuple[str, str]] = []
    kind = "float"
    for word in words[1:]:
        if is_type(word):
            kind = word
        else:
            check_name(word)
            kinds.append((word, kind))
    path = dta_path(parsed.using)
    existed = path.exists()
    if existed and "replace" not in parsed.options:
        raise StataError(602, f"file {path} already exists")
    if not existed and "replace" in parsed.options:
        session.out.paragraph(f"(file {path} not found)")
    session.posts[handle] = Post(path, kinds)


@command("post")
def post(session: Session, rest: str) -> None:
    """`post handle (exp) (exp) ...`: one observation."""
    handle, _, body = rest.strip().partition(" ")
    target = session.posts.get(handle)
    if target is None:
        raise StataError(111, f"post {handle} not found")
    values = [session.value(part) for part in _expressions(body)]
    if len(values) != len(target.kinds):
        raise StataError(198, "number of expressions does not match number of variables")
    for value, (_, kind) in zip(values, target.kinds, strict=True):
        if isinstance(value, str) != is_string_type(kind):
            raise type_mismatch()
    target.rows.append(values)


def _expressions(body: str) -> list[str]:
    """The contents of `(exp) (exp) ...`."""
    parts: list[str] = []
    rest = body.strip()
    while rest:
        if not rest.startswith("("):
            raise syntax_error()
        end = closing(rest, 0)
        parts.append(rest[1:end])
        rest = rest[end + 1 :].strip()
    return parts


@command("postclose")
def postclose(session: Session, rest: str) -> None:
    """`postclose handle`: writes the data set."""
    handle = rest.strip()
    done = session.posts.pop(handle, None)
    if done is None:
        raise StataError(111, f"post {handle} not found")
    data = Dataset(n=len(done.rows))
    for index, (name, kind) in enumerate(done.kinds):
        values = [row[index] for row in done.rows]
        if is_string_type(kind):
            size = int(kind[3:]) if kind[3:].isdigit() else 2045
            cut = [str(v).encode()[:size].decode(errors="ignore") for v in values]
            data.columns[name] = Column(name, kind, list(cut))
        else:
            data.columns[name] = Column(name, kind, [v if isinstance(v, str) else store(v, kind) for v in values])
    done.path.write_bytes(dump(data))
