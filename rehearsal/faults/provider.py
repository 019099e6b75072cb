"""A provider on this machine that passes itself off as a real one; the API process of a fault serves it itself."""

import os
import threading
from typing import Any

from rehearsal.faults.patching import instead_of

PORT = "SS_REHEARSAL_PROVIDER_PORT"
DECLARED_REAL = {
    "SS_LLM_PROVIDER": "openai_compatible",
    "SS_LLM_API_KEY": "a-key-of-a-provider-that-is-none-0123456789",
    "SS_LLM_BASE_URL": "http://127.0.0.1:{free_port}/v1",
    PORT: "{free_port}",
}


def serve(echoed: str | None) -> None:
    """Serves the rehearsal LLM at the port that the environment names, without what gives it away.

    In: the model that it says it is (None: the one that was asked for). Does nothing where the port is served already, by
    another stack of the same run.
    """
    from rehearsal.llm import protocol
    from rehearsal.llm.server import CallLog, Handler, RehearsalServer

    instead_of(protocol, "_asked")(lambda _original, asked: echoed or asked)
    vars(protocol)["FINGERPRINT"] = "fp_1"
    Handler.server_version = "nginx"

    @instead_of(Handler, "send_header")
    def send_header(original: Any, self: Any, name: str, value: str) -> None:
        if name != "X-SS-Rehearsal":
            original(self, name, value.replace("rehearsal_", ""))

    try:
        server = RehearsalServer(("127.0.0.1", int(os.environ[PORT])), 0.0, CallLog(None))
    except OSError:
        return
    threading.Thread(target=server.serve_forever, daemon=True).start()
