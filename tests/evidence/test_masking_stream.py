"""What streams by is masked as if it had come at once, wherever its pieces end."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from ss_audit.evidence import masking_stream
from ss_audit.evidence.masking_stream import BATCH, MOST, MaskingStream
from ss_audit.evidence.redaction import Redactor
from ss_audit.evidence.secret_finder import Finder

SECRETS = ("a-secret-of-ours", "secret-of-ours-too", "ssv1.job.0123456789abcdef", 'qu"ot/ed&')
PARTS = (
    *SECRETS, "a-secret-of-ours"[:7], "of-ours-too", 'qu\\"ot/ed&', "Bearer abcdefghijklmnopqrst", "https://me:passw0rd@host/",
    "sk-abcdefghijklmnopqrst", "text ", "\n", "-" * 40, '"token":"0123456789abcdef"', "token=abcdefghij", "ä",
)  # fmt: skip


def redactor() -> Redactor:
    known = Redactor(b"key")
    for number, secret in enumerate(SECRETS):
        known.learn(secret, f"secret {number}")
    return known


def streamed(known: Redactor, pieces: list[bytes]) -> tuple[bytes, MaskingStream]:
    stream = MaskingStream(known)
    out = b"".join(stream.feed(piece) for piece in pieces) + stream.end()
    return out, stream


@settings(max_examples=150, deadline=None)
@given(
    parts=st.lists(st.sampled_from(PARTS), max_size=30), cuts=st.lists(st.integers(0, 600), max_size=12), filler=st.booleans()
)
def test_pieces_make_no_difference(parts: list[str], cuts: list[int], filler: bool) -> None:
    known = redactor()
    padding = b"." * 3000 if filler else b""
    data = padding.join(part.encode() for part in parts)
    borders = sorted({0, len(data), *(cut * len(data) // 600 for cut in cuts)})
    pieces = [data[a:b] for a, b in pairwise(borders)]
    before = masking_stream.BATCH
    masking_stream.BATCH = 1
    try:
        out, stream = streamed(known, pieces)
    finally:
        masking_stream.BATCH = before
    found = known.find(data)
    assert out == known.replaced(data, found, 0, len(data))
    assert stream.offsets == [stretch.start for stretch in found]
    assert not any(form in out for form in known.forms())


def test_nothing_is_missed_at_the_borders_of_batches() -> None:
    known = redactor()
    secret = SECRETS[0].encode()
    for at in range(BATCH - len(secret) - 2, BATCH + 3, 3):
        data = b"." * at + secret + b"." * (2 * BATCH)
        out, stream = streamed(known, [data[i : i + 65536] for i in range(0, len(data), 65536)])
        assert list(Finder(known.forms()).find(out)) == []
        assert stream.offsets == [at]
        assert len(out) == len(data) - len(secret) + len(known.mark(secret, "secret 0"))


def test_memory_is_that_of_a_window() -> None:
    known = redactor()
    stream = MaskingStream(known)
    held = 0
    for _ in range(200):
        stream.feed(b"x" * 65536)
        held = max(held, len(stream._data) + stream._waiting)
    assert held < 2 * BATCH + 4 * known.reach


def test_who_repeats_a_secret_without_end_is_given_up() -> None:
    known = redactor()
    stream = MaskingStream(known)
    while not stream.is_full:
        stream.feed(SECRETS[0].encode() * 1000)
    assert len(stream.offsets) >= MOST


def test_a_secret_that_repeats_itself_leaves_nothing_behind() -> None:
    known = Redactor(b"key")
    known.learn("aaaaaaaa", "dull")
    data = b"a" * 100_003 + b"b"
    out, _ = streamed(known, [data[i : i + 777] for i in range(0, len(data), 777)])
    assert b"aaaaaaaa" not in out
    assert out.endswith(b"]b")
