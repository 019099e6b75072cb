"""The inventory of an API that publishes no OpenAPI document: many don't in production."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi import FastAPI, HTTPException

from ss_audit.checks import inventory
from ss_audit.probes.surfaces import surfaces

from .test_routes import sender

SOURCE = """
from fastapi import FastAPI
app = FastAPI()

@app.get("/v1/jobs/{job_id}")
def job(job_id):
    ...
"""


@pytest.mark.parametrize("published", ["/openapi.json", None])
def test_a_route_in_the_source_that_answers_is_connected(tmp_path: Path, published: str | None) -> None:
    (tmp_path / "app.py").write_text(SOURCE)
    app = FastAPI(openapi_url=published, docs_url=None, redoc_url=None)

    @app.get("/v1/jobs/{job_id}")
    def job(job_id: str) -> None:
        raise HTTPException(401, job_id)

    send = sender(app, [])
    kept = SimpleNamespace(record=lambda entry: entry.model_copy(update={"id": "s1"}))
    client = SimpleNamespace(send=lambda _, method, path: send(method, path))
    lab: Any = SimpleNamespace(main=SimpleNamespace(client=client), archive=kept, source_root=tmp_path)
    seen = surfaces(lab)
    assert [(row.path, row.surface, row.in_openapi) for row in seen.rows if row.path.startswith("/v1")] == [
        ("/v1/jobs/{job_id}", "connected", published is not None)
    ]
    assert inventory.every_route_is_classified.judge(seen).outcome == "pass"
