"""Logging as SS does it: JSON on stdout, one event per line.

Every line has ts, level, logger, event, job_id, run_id, step, trace_id and span_id (null where they do not apply), then
the event's own fields. Nothing secret is ever passed to a logger: tokens and task codes have no field here.
"""

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

_COMMON_FIELDS = ("job_id", "run_id", "step", "trace_id", "span_id")
_FIELDS_ATTRIBUTE = "ss_fields"


class _JsonFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = dict(getattr(record, _FIELDS_ATTRIBUTE, {}))
        line: dict[str, Any] = {
            "ts": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "event": record.getMessage(),
        }
        for name in _COMMON_FIELDS:
            line[name] = fields.pop(name, None)
        line.update(fields)
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class EventLogger:
    """Logs events by name with keyword fields: `log.info("SS_JOB_ENQUEUED", job_id=...)`."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def info(self, event: str, **fields: Any) -> None:
        self._logger.info(event, extra={_FIELDS_ATTRIBUTE: fields})

    def warning(self, event: str, **fields: Any) -> None:
        self._logger.warning(event, extra={_FIELDS_ATTRIBUTE: fields})

    def error(self, event: str, **fields: Any) -> None:
        self._logger.error(event, extra={_FIELDS_ATTRIBUTE: fields})

    def exception(self, event: str, **fields: Any) -> None:
        """Like error, with the traceback of the exception that is being handled."""
        self._logger.exception(event, extra={_FIELDS_ATTRIBUTE: fields})


def logger(name: str) -> EventLogger:
    """The event logger of a module."""
    return EventLogger(name)


def configure(level: str) -> None:
    """Send everything that this process logs, libraries included, to stdout as JSON lines."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_JsonFormatter())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper() if level.upper() in logging.getLevelNamesMapping() else logging.INFO)
