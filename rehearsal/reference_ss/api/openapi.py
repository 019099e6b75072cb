"""The OpenAPI document: what FastAPI generates, with the errors that SS really answers."""

from typing import Any

from fastapi import FastAPI

_STRUCTURED_ERROR = {
    "description": "Structured error: error_code, message, and what names the cause",
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error_code", "message"],
                "properties": {"error_code": {"type": "string"}, "message": {"type": "string"}},
            }
        }
    },
}


def describe_errors(app: FastAPI) -> None:
    """Let the app's document announce structured errors instead of FastAPI's own 422, which is never sent."""
    generate = app.openapi

    def document() -> dict[str, Any]:
        generated = generate()
        for operations in generated["paths"].values():
            for operation in operations.values():
                operation["responses"].pop("422", None)
                operation["responses"]["4XX"] = _STRUCTURED_ERROR
        for unused in ("HTTPValidationError", "ValidationError"):
            generated["components"]["schemas"].pop(unused, None)
        return generated

    app.openapi = document  # type: ignore[method-assign]
