import pytest

from ss_audit.probes.do_insert import insert_after_log_using

MARK = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param(b"log using a, text\nx\n", b"log using a, text\nNEW\nx\n", id="plain"),
        pytest.param(b"log using a\r\nx\n", b"log using a\r\nNEW\r\nx\n", id="mixed endings"),
        pytest.param(b"\tqui cap  log  using a\nx\n", b"\tqui cap  log  using a\nNEW\nx\n", id="prefixed"),
        pytest.param(b"log using a, ///\n  text\nx\n", b"log using a, ///\n  text\nNEW\nx\n", id="continued"),
        pytest.param(b"log using a", b"log using a\nNEW\n", id="last line without an ending"),
        pytest.param(
            b"* log using a\n// log using b\n/*\nlog using c\n*/\nlog using d\n",
            b"* log using a\n// log using b\n/*\nlog using c\n*/\nlog using d\nNEW\n",
            id="comments",
        ),
        pytest.param(
            b"log using a\nlog close\nlog using b\n", b"log using a\nNEW\nlog close\nlog using b\n", id="first of two"
        ),
        pytest.param(b"capture log close\nx\n", b"NEW\ncapture log close\nx\n", id="no log"),
        pytest.param(MARK + b"x\r\ny\r\n", MARK + b"NEW\r\nx\r\ny\r\n", id="no log, byte order mark"),
        pytest.param(b"#delimit ;\nlog using a;\nx;\n", b"NEW\n#delimit ;\nlog using a;\nx;\n", id="other delimiter"),
        pytest.param(b"", b"NEW\n", id="empty"),
    ],
)
def test_command_goes_behind_log_using(source: bytes, expected: bytes) -> None:
    assert insert_after_log_using(source, "NEW") == expected
