"""API of the fake SS, served by uvicorn: answers its own environment, so that tests see what it runs with."""

import json
import logging
import os
from pathlib import Path
from typing import Any

logging.getLogger("src.main").info("SS_FAKE_IMPORTED")


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await receive()
        logging.getLogger("src.main").info("SS_API_STARTUP")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    body = json.dumps({"environment": dict(os.environ), "cwd": str(Path.cwd()), "pid": os.getpid()}).encode()
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})
