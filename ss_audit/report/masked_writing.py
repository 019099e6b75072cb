"""What behave and Allure write themselves while scenarios run (results, captured output, tracebacks, the terminal), masked."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO
from xml.etree.ElementTree import Element

import allure_commons
from allure_behave.formatter import AllureFormatter  # type: ignore[import-untyped]
from allure_commons import hookimpl
from allure_commons.logger import AllureFileLogger
from attr import asdict
from behave.reporter.junit import JUnitReporter

from ss_audit.evidence.plain_text import storable

MASK = "ss_audit_mask"
"""The attribute of behave's configuration by which the formatter, which behave makes, gets the function that masks."""


class MaskedAllureFiles(AllureFileLogger):
    """Allure's own writer, but that every text goes through `mask` first."""

    def __init__(self, folder: str, mask: Callable[[str], str]) -> None:
        super().__init__(folder)  # type: ignore[no-untyped-call]
        self._folder = Path(folder)
        self._mask = mask

    @hookimpl
    def report_result(self, result: Any) -> None:
        self._write(result)

    @hookimpl
    def report_container(self, container: Any) -> None:
        self._write(container)

    @hookimpl
    def report_globals(self, globals_item: Any) -> None:
        self._write(globals_item)

    @hookimpl
    def report_attached_data(self, body: str | bytes, file_name: str) -> None:
        self._put(file_name, body if isinstance(body, str) else body.decode("utf-8", "surrogateescape"))

    def _write(self, item: Any) -> None:
        data = asdict(item, filter=lambda _, value: value or value is False)
        self._put(item.file_pattern.format(prefix=uuid.uuid4()), json.dumps(masked_in(data, self._mask), ensure_ascii=False))

    def _put(self, name: str, text: str) -> None:
        """A file is there whole or not at all."""
        unfinished = self._folder / f"{name}.tmp"
        unfinished.write_bytes(self._mask(text).encode("utf-8", "surrogateescape"))
        unfinished.replace(self._folder / name)


class MaskedAllureFormatter(AllureFormatter):  # type: ignore[misc]
    """allure-behave's formatter, but that it writes masked. behave makes it; the mask is in its configuration."""

    def __init__(self, stream_opener: Any, config: Any) -> None:
        super().__init__(stream_opener, config)
        allure_commons.plugin_manager.unregister(self.file_logger)
        self.file_logger: Any = MaskedAllureFiles(stream_opener.name, getattr(config, MASK))
        allure_commons.plugin_manager.register(self.file_logger)


class MaskedJUnit(JUnitReporter):  # type: ignore[misc]
    """behave's JUnit reporter, but that what it reports of a scenario is masked before it is written."""

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self._mask = getattr(config, MASK)

    def _process_scenario(self, scenario: Any, report: Any) -> None:
        super()._process_scenario(scenario, report)
        for testcase in report.testcases[-1:]:
            self.mask(testcase)

    def mask(self, testcase: Element) -> None:
        """Masks every text and attribute of a test case."""
        for element in testcase.iter():
            element.text = masked_in(element.text, self._mask)
            element.tail = masked_in(element.tail, self._mask)
            for name, value in element.attrib.items():
                element.set(name, masked_in(value, self._mask))


class MaskedStream:
    """A text stream in whose place one can write without a secret coming through. All else is the stream's own."""

    def __init__(self, inner: TextIO, mask: Callable[[str], str]) -> None:
        self._inner = inner
        self._mask = mask

    def write(self, text: str) -> int:
        """Writes the text, masked. Out: the length of what was given."""
        self._inner.write(storable(self._mask(text)))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Each as `write`."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def masked_in(value: Any, mask: Callable[[str], str]) -> Any:
    """A JSON value with every text in it masked: before it is written, where an escape could still hide a secret."""
    if isinstance(value, str):
        return storable(mask(value))
    if isinstance(value, dict):
        return {masked_in(key, mask): masked_in(item, mask) for key, item in value.items()}
    return [masked_in(item, mask) for item in value] if isinstance(value, list | tuple) else value
