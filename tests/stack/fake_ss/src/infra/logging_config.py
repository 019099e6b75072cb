"""Logging of the fake SS: JSON lines on standard output, through the function that SS has for it."""

import json
import logging
from typing import Any


class JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps({"level": record.levelname, "event": record.getMessage()})


def build_logging_config(*, log_level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": {"()": "src.infra.logging_config.JsonLines"}},
        "handlers": {"out": {"class": "logging.StreamHandler", "formatter": "lines", "stream": "ext://sys.stdout"}},
        "root": {"level": log_level, "handlers": ["out"]},
    }
