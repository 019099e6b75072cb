"""Structured errors: what SS answers when it refuses, fails or cannot go on."""

from typing import Any


class SSError(Exception):
    """An error that a program can act on.

    `status` is the HTTP status, `error_code` the stable code, `message` one English sentence, `details` the context
    that names what was wrong; details stand beside error_code and message in the body, as SS does it.
    """

    def __init__(self, status: int, error_code: str, message: str, /, **details: Any) -> None:
        super().__init__(f"{error_code}: {message}")
        self.status = status
        self.error_code = error_code
        self.message = message
        self.details = details

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"error_code": self.error_code, "message": self.message, **self.details}
