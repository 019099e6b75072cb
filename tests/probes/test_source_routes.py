"""The scan is held against FastAPI itself: what it finds in a package is what the running application has."""

import json
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from ss_audit.probes.routes import without_converters
from ss_audit.ss.source_routes import SourceScan, scan_routes


def package(folder: Path, **files: str) -> Path:
    """Write Python files below a folder; `__` in a name is a folder boundary, as in `api__jobs`."""
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), "utf-8")
    return folder


def lines(scan: SourceScan) -> set[str]:
    return {f"{route.method} {route.path}" for route in scan.routes}


BARE = "from fastapi import APIRouter, FastAPI\napp = FastAPI(openapi_url=None)\n"

AWKWARD = {
    "svc__constants": 'V1 = "/v1"\nclass Paths:\n    ADMIN = "/admin"\n',
    "svc__jobs": """
        import fastapi as fa
        from . import constants as c
        router: fa.APIRouter = fa.APIRouter(tags=["jobs"])
        BASE = f"/jobs"
        @router.get("")
        @router.head("/also")
        def root(): ...
        @router.get(BASE + "/{job_id}")
        async def one(job_id: str): ...
        @router.get(BASE + "/{job_id}/files/{name:path}")
        async def file(job_id: str, name: str): ...
        @router.api_route(path="/many", methods=["PUT", "DELETE"])
        def many(): ...
        @router.post("/hidden", include_in_schema=False)
        def hidden(): ...
        """,
    "svc__admin": """
        from fastapi import APIRouter as Routes
        def tokens():
            routes = Routes(prefix="/tokens")
            @routes.post("")
            def create(): ...
            return routes
        async def ping(): ...
        class Admin:
            def __init__(self):
                self.router = Routes()
                self.add()
            def add(self):
                self.router.add_api_route("/ping", ping, methods=("GET",))
        admin = Admin()
        router = Routes(include_in_schema=False)
        for part in (tokens(), admin.router):
            router.include_router(part)
        """,
    "svc__wiring": """
        from fastapi import APIRouter
        from svc import jobs
        from svc.admin import router as admin_router
        from .constants import V1, Paths
        v1 = APIRouter(prefix=V1)
        v1.include_router(jobs.router, prefix="/x")
        v1.include_router(admin_router, prefix=Paths.ADMIN)
        unversioned = v1_again = jobs.router
        def wire(app, plain="/plain"):
            app.include_router(v1)
            app.include_router(unversioned, prefix=plain, include_in_schema=False)
        """,
    "svc__app": """
        from fastapi import FastAPI
        from starlette.responses import PlainTextResponse
        from starlette.routing import Mount, Route
        from starlette.applications import Starlette
        from svc.wiring import wire
        def create_app():
            app = FastAPI(redoc_url=None, docs_url="/help")
            wire(app)
            if True:
                @app.get("/live-hidden", include_in_schema=False)
                def live(): ...
            async def plain(request): return PlainTextResponse("")
            app.add_route("/plain-route", plain)
            app.router.add_api_route("/by-router", lambda: None, methods=["PATCH"])
            sub = FastAPI(openapi_url=None)
            @sub.get("/inside")
            def inside(): ...
            app.mount("/sub/", sub)
            app.mount("/star", Starlette(routes=[Route("/r", plain), Mount("/deep", routes=[Route("/d", plain)])]))
            return app
        app = create_app()
        """,
}

HIDDEN = {
    "POST /v1/x/hidden",
    "POST /v1/admin/tokens",
    "GET /v1/admin/ping",
    "GET /plain",
    "HEAD /plain/also",
    "GET /plain/jobs/{job_id}",
    "GET /plain/jobs/{job_id}/files/{name:path}",
    "PUT /plain/many",
    "DELETE /plain/many",
    "POST /plain/hidden",
    "GET /live-hidden",
    "GET /plain-route",
    "GET /sub/inside",
    "GET /star/r",
    "GET /star/deep/d",
    "GET /openapi.json",
    "GET /help",
    "GET /docs/oauth2-redirect",
}

ORACLE = """
import json, sys
from fastapi.testclient import TestClient
from svc.app import app
client = TestClient(app, follow_redirects=False)
doc = [f"{method.upper()} {path}" for path, item in app.openapi()["paths"].items() for method in item]
print(json.dumps([doc, {route: client.request(*route.split(" ")).status_code for route in sys.argv[1:]}]))
"""


def test_the_scan_finds_what_fastapi_serves(tmp_path: Path) -> None:
    root = package(tmp_path, **AWKWARD)
    scan = scan_routes(root)
    assert scan.unresolved == ()
    assert {f"{route.method} {route.path}" for route in scan.routes if not route.in_schema} == HIDDEN
    oracle = [sys.executable, "-W", "ignore", "-c", ORACLE, *sorted(lines(scan))]
    ran = subprocess.run(oracle, cwd=root, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    listed, answers = json.loads(ran.stdout)
    assert {f"{r.method} {without_converters(r.path)}" for r in scan.routes if r.in_schema} == set(listed)
    assert {route: status for route, status in answers.items() if status != 200} == {}


@pytest.mark.parametrize("root", [".", "svc"])
def test_the_root_may_be_the_checkout_or_the_package(tmp_path: Path, root: str) -> None:
    package(tmp_path, **AWKWARD)
    scan = scan_routes(tmp_path / root)
    assert scan.unresolved == ()
    assert "GET /v1/x/jobs/{job_id}" in lines(scan)
    (one,) = [route for route in scan.routes if route.path == "/v1/x/jobs/{job_id}"]
    assert one.defined_at == ("svc/jobs.py:9" if root == "." else "jobs.py:9")


def test_built_in_pages_and_their_absence(tmp_path: Path) -> None:
    package(tmp_path / "all", app="from fastapi import FastAPI\napp = FastAPI()\n")
    assert lines(scan_routes(tmp_path / "all")) == {
        "GET /openapi.json",
        "GET /docs",
        "GET /docs/oauth2-redirect",
        "GET /redoc",
    }
    package(tmp_path / "no_docs", app="from fastapi import FastAPI\napp = FastAPI(docs_url=None)\n")
    assert lines(scan_routes(tmp_path / "no_docs")) == {"GET /openapi.json", "GET /redoc"}
    package(tmp_path / "none", app=BARE)
    assert lines(scan_routes(tmp_path / "none")) == set()


def test_a_mount_and_a_websocket_are_listed_as_what_they_are(tmp_path: Path) -> None:
    text = BARE + (
        "from fastapi.staticfiles import StaticFiles\n"
        'app.mount("/", StaticFiles(directory="d"))\n'
        '@app.websocket("/ws")\nasync def ws(s): ...\n'
    )
    assert lines(scan_routes(package(tmp_path, app=text))) == {"MOUNT /", "WEBSOCKET /ws"}


def test_a_router_that_nothing_includes_is_listed_by_itself(tmp_path: Path) -> None:
    text = BARE + 'lost = APIRouter(prefix="/jobs")\n@lost.post("/{job_id}/run")\ndef run(): ...\n'
    assert lines(scan_routes(package(tmp_path, app=text))) == {"POST /jobs/{job_id}/run"}


@pytest.mark.parametrize(
    ("text", "named"),
    [
        pytest.param('import os\n@app.get(os.environ["P"])\ndef f(): ...\n', "os.environ['P']", id="path"),
        pytest.param(
            'r = APIRouter()\n@r.get("/in")\ndef f(): ...\napp.include_router(r, prefix=secrets())\n',
            "GET <secrets()>/in",
            id="prefix",
        ),
        pytest.param(
            "class Own(APIRouter):\n    def __init__(self): ...\nr = Own()\n@r.get('/in')\ndef f(): ...\n",
            "GET <Own>/in",
            id="a router class that may set its prefix",
        ),
        pytest.param("P = '/a'\nif flag:\n    P = told()\n@app.get(P)\ndef f(): ...\n", "told()", id="perhaps replaced"),
        pytest.param("app.include_router(load('jobs').router)\n", "include_router of load('jobs').router", id="router"),
        pytest.param("@app.api_route('/m', methods=METHODS)\ndef f(): ...\n", "METHODS /m", id="methods"),
        pytest.param("plugin.include_router(APIRouter())\n", "plugin.include_router(APIRouter())", id="owner"),
        pytest.param(
            "class Api(FastAPI):\n    def __init__(self):\n        self.include_router(APIRouter())\n",
            "self.include_router(APIRouter())",
            id="an application that wires itself",
        ),
        pytest.param("def late(service):\n    @service.get('/late')\n    def f(): ...\n", "service.get('/late')", id="late"),
        pytest.param(
            "if flag:\n    P = '/a'\nelse:\n    P = '/b'\n@app.get(P)\ndef f(): ...\n", "P (depends on flag)", id="branch"
        ),
    ],
)
def test_what_reading_cannot_resolve_is_named_with_its_place(tmp_path: Path, text: str, named: str) -> None:
    scan = scan_routes(package(tmp_path, app=BARE + text))
    assert scan.routes == ()
    assert any(entry.startswith("app.py:") and named in entry for entry in scan.unresolved), scan.unresolved


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("try:\n    r = APIRouter()\nexcept ImportError:\n    r = None\n", id="try"),
        pytest.param("if off:\n    r = None\nelse:\n    r = APIRouter()\n", id="else"),
        pytest.param("r = None\nif on:\n    r = APIRouter()\n", id="if"),
        pytest.param("class F:\n    @staticmethod\n    def of(x): return x\nr = F.of(APIRouter())\n", id="static method"),
        pytest.param("with context() as c:\n    r = APIRouter()\n", id="with"),
    ],
)
def test_a_router_is_followed_through_what_may_or_may_not_happen(tmp_path: Path, text: str) -> None:
    text = f"{BARE}{text}r.get('/x')(lambda: None)\napp.include_router(r, prefix='/v1')\n"
    scan = scan_routes(package(tmp_path, app=text))
    assert (lines(scan), scan.unresolved) == ({"GET /v1/x"}, ())


def test_a_client_that_calls_a_path_registers_nothing(tmp_path: Path) -> None:
    text = BARE + "def call(client):\n    client.get('/v1/jobs')\n    @hook\n    def f(): ...\ncall(make())\n"
    assert scan_routes(package(tmp_path, app=text)) == SourceScan()


def test_a_flag_that_reading_cannot_resolve_is_named_and_the_route_kept(tmp_path: Path) -> None:
    text = BARE + "@app.get('/f', include_in_schema=flag)\ndef f(): ...\n"
    scan = scan_routes(package(tmp_path, app=text))
    assert lines(scan) == {"GET /f"}
    assert scan.unresolved == ("app.py:3: include_in_schema, taken as True",)


def test_tests_environments_and_packages_are_left_out(tmp_path: Path) -> None:
    text = BARE + '@app.get("/x")\ndef x(): ...\n'
    package(tmp_path, tests__app=text, node_modules__app=text, myenv__app=text, test_app=text, src__conftest=text)
    (tmp_path / "myenv" / "pyvenv.cfg").write_text("", "utf-8")
    package(tmp_path / ".hidden", app=text)
    assert scan_routes(tmp_path) == SourceScan()


def test_a_file_of_a_newer_python_is_named_only_when_it_could_matter(tmp_path: Path) -> None:
    package(tmp_path, types="class class", app="from fastapi import FastAPI\nclass class\n")
    (entry,) = scan_routes(tmp_path).unresolved
    assert entry.startswith("app.py: can't be parsed")


def test_circular_imports_and_inclusions_come_to_an_end(tmp_path: Path) -> None:
    package(
        tmp_path,
        one="from fastapi import APIRouter\nimport two\nr = APIRouter()\nr.include_router(two.r)\n",
        two="from fastapi import APIRouter\nr = APIRouter()\n@r.get('/two')\ndef f(): ...\nimport one\n",
        app=BARE + "from one import r\nr.include_router(r)\napp.include_router(r)\ndef f(): return f()\nf()\n",
    )
    assert lines(scan_routes(tmp_path)) == {"GET /two"}


def test_a_root_that_is_no_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotADirectoryError):
        scan_routes(tmp_path / "nowhere")
