"""What SS refuses, with which code, and how one goes on."""

import http.client
from typing import Any

import pytest

from .stack import ANSWERS, CSV, TOKEN_OF_NOBODY, JobClient, Stack
from .tiny_provider import DRAFT, TinyProvider, selection

JOB_ROUTES = [
    ("GET", ""),
    ("POST", "/inputs/upload"),
    ("GET", "/inputs/preview"),
    ("GET", "/draft/preview"),
    ("POST", "/draft/patch"),
    ("POST", "/plan/freeze"),
    ("GET", "/plan"),
    ("POST", "/run"),
    ("GET", "/artifacts"),
    ("GET", "/artifacts/inputs/manifest.json"),
]


@pytest.mark.parametrize(("method", "path"), JOB_ROUTES)
def test_every_job_route_needs_the_token_of_that_job(job: JobClient, stack: Stack, method: str, path: str) -> None:
    del job.http.headers["Authorization"]
    cases: list[tuple[str | None, int, str]] = [
        (None, 401, "AUTH_BEARER_TOKEN_MISSING"),
        ("", 401, "AUTH_BEARER_TOKEN_INVALID"),
        ("Basic abc", 401, "AUTH_BEARER_TOKEN_INVALID"),
        ("Bearer", 401, "AUTH_BEARER_TOKEN_INVALID"),
        ("Bearer garbage", 403, "AUTH_TOKEN_INVALID"),
        (f"Bearer {TOKEN_OF_NOBODY}", 403, "AUTH_TOKEN_INVALID"),
        (f"Bearer {job.token[:-1]}{'1' if job.token[-1] == '0' else '0'}", 403, "AUTH_TOKEN_INVALID"),
        (f"Bearer {JobClient(stack).token}", 403, "AUTH_TOKEN_FORBIDDEN"),
    ]
    for header, status, code in cases:
        headers = {} if header is None else {"Authorization": header}
        answer = job.http.request(method, f"/v1/jobs/{job.job_id}{path}", headers=headers)
        assert (answer.status_code, answer.json()["error_code"]) == (status, code), header


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/", 404, "API_NOT_FOUND"),
        ("POST", "/jobs", 404, "API_NOT_FOUND"),
        ("GET", "/docs", 404, "API_NOT_FOUND"),
        ("GET", "/v1/task-codes/redeem", 405, "API_METHOD_NOT_ALLOWED"),
        ("DELETE", "/v1/jobs/x/plan", 405, "API_METHOD_NOT_ALLOWED"),
        ("GET", "/v1/jobs/job_tc_unknown", 404, "JOB_NOT_FOUND"),
        ("GET", "/v1/jobs/%2e%2e", 400, "JOB_ID_UNSAFE"),
    ],
)
def test_what_is_not_there(stack: Stack, method: str, path: str, status: int, code: str) -> None:
    answer = stack.client().request(method, path)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "INPUT_VALIDATION_FAILED"),
        (b'{"requirement": "r"}', "INPUT_VALIDATION_FAILED"),
        (b'{"task_code": "c"}', "INPUT_VALIDATION_FAILED"),
        (b'{"task_code": "  ", "requirement": "r"}', "TASK_CODE_INVALID"),
    ],
)
def test_a_redeem_that_makes_no_sense(stack: Stack, body: bytes, code: str) -> None:
    answer = stack.client().post("/v1/task-codes/redeem", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)


def test_openapi_lists_the_journey_and_hides_health(stack: Stack) -> None:
    document = stack.client().get("/openapi.json").json()
    assert len(document["paths"]) == len(JOB_ROUTES) + 1
    assert all(path.startswith("/v1/") for path in document["paths"])
    assert all("422" not in operation["responses"] for path in document["paths"].values() for operation in path.values())
    assert stack.client().get("/health/ready").json()["status"] == "ok"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.csv", b"", "INPUT_EMPTY_FILE"),
        ("a.csv", b"x,y\n", "INPUT_PARSE_FAILED"),
        ("a.csv", b"x,y\n1,2\n3\n", "INPUT_PARSE_FAILED"),
        ("a.csv", b"x,x\n1,2\n", "INPUT_PARSE_FAILED"),
        ("a.csv", b"\xff\xfex\x00", "INPUT_PARSE_FAILED"),
        ("a.txt", b"x\n1\n", "INPUT_UNSUPPORTED_FORMAT"),
        ("../a.csv", b"x\n1\n", "INPUT_FILENAME_UNSAFE"),
    ],
)
def test_files_that_cannot_be_used(job: JobClient, name: str, content: bytes, code: str) -> None:
    answer = job.upload(content, name)
    assert (answer.status_code, answer.json()["error_code"]) == (400, code)
    assert job.index() == {}


def test_a_ragged_line_is_named(job: JobClient) -> None:
    assert job.upload("x,y\n1,2\n3\n").json()["line"] == 3


def test_an_upload_without_a_file(job: JobClient) -> None:
    assert job.post("/inputs/upload").json()["error_code"] == "INPUT_VALIDATION_FAILED"


def test_missing_answers_are_named_and_can_be_given(job: JobClient) -> None:
    refusal = job.drafted().post("/plan/freeze", json={})
    assert refusal.status_code == 400
    assert refusal.json()["error_code"] == "PLAN_FREEZE_MISSING_REQUIRED"
    assert refusal.json()["missing_fields"] == ["stage1_questions.analysis_goal"]
    assert [action["action"] for action in refusal.json()["next_actions"]] == ["provide_answers", "retry_freeze"]
    assert job.post("/plan/freeze", json={"answers": ANSWERS}).status_code == 200


def test_missing_parameters_are_named_and_can_be_given(job: JobClient, provider: TinyProvider) -> None:
    provider.selection = selection("R04")
    refusal = job.drafted().post("/plan/freeze", json={"answers": ANSWERS})
    assert refusal.json()["missing_params"] == ["__GROUP_VAR__"]
    assert refusal.json()["missing_params_detail"][0]["candidates"] == ["group"]
    accepted = job.post("/plan/freeze", json={"answers": ANSWERS, "variable_corrections": {"__GROUP_VAR__": "group"}}).json()
    bound = accepted["plan"]["steps"][0]["params"]["template_contract"]["params_contract"]["bound_values"]
    assert bound == {"__DEPVAR__": "y", "__GROUP_VAR__": "group"}
    assert job.run()["status"] == "succeeded"


def test_a_parameter_can_be_supplied_by_a_patch(job: JobClient, provider: TinyProvider) -> None:
    provider.draft = {**DRAFT, "outcome_var": None}
    refusal = job.drafted().post("/plan/freeze", json={"answers": ANSWERS})
    assert refusal.json()["missing_params"] == ["__DEPVAR__"]
    assert job.post("/draft/patch", json={"field_updates": {"outcome_var": "y"}}).status_code == 200
    assert job.post("/plan/freeze", json={"answers": ANSWERS}).status_code == 200


def test_a_name_that_is_no_column_is_named_and_can_be_corrected(job: JobClient, provider: TinyProvider) -> None:
    provider.draft = {**DRAFT, "treatment_var": "turnover"}
    refusal = job.drafted().post("/plan/freeze", json={"answers": ANSWERS})
    assert (refusal.status_code, refusal.json()["error_code"]) == (400, "CONTRACT_COLUMN_NOT_FOUND")
    assert refusal.json()["missing_columns"] == ["turnover"]
    assert refusal.json()["param"] == "__INDEPVARS__"
    corrected = {"answers": ANSWERS, "variable_corrections": {"turnover": "x"}}
    assert job.post("/plan/freeze", json=corrected).status_code == 200


@pytest.mark.parametrize(
    ("template", "corrections", "column"),
    [("R02", {"__DEPVAR__": "group"}, "group"), ("R04", {"__GROUP_VAR__": "z"}, "z")],
)
def test_a_column_of_the_wrong_kind(
    job: JobClient, provider: TinyProvider, template: str, corrections: dict[str, str], column: str
) -> None:
    provider.selection = selection(template)
    refusal = job.drafted().post("/plan/freeze", json={"answers": ANSWERS, "variable_corrections": corrections})
    assert refusal.json()["error_code"] == "CONTRACT_COLUMN_UNSUITABLE"
    assert refusal.json()["columns"] == [column]


def test_a_frozen_plan_stays(job: JobClient) -> None:
    plan = job.frozen().get("/plan").json()
    for same in ({"answers": ANSWERS}, {}):
        assert job.post("/plan/freeze", json=same).json() == plan
    other = job.post("/plan/freeze", json={"answers": {"analysis_goal": "descriptive"}})
    assert (other.status_code, other.json()["error_code"]) == (409, "PLAN_ALREADY_FROZEN_CONFLICT")
    patch = job.post("/draft/patch", json={"field_updates": {"controls": []}})
    assert (patch.status_code, patch.json()["error_code"]) == (409, "JOB_LOCKED")
    assert job.upload(CSV).json()["error_code"] == "JOB_LOCKED"
    assert job.get("/plan").json() == plan


def test_steps_out_of_order(job: JobClient) -> None:
    assert job.post("/plan/freeze", json={"answers": ANSWERS}).json()["error_code"] == "PLAN_FREEZE_NOT_ALLOWED"
    assert job.post("/run").json()["error_code"] == "JOB_ILLEGAL_TRANSITION"
    assert job.get("/inputs/preview").json()["error_code"] == "INPUT_PARSE_FAILED"
    assert job.drafted().post("/run").json()["error_code"] == "PLAN_FREEZE_MISSING_REQUIRED"
    assert job.post("/run", params={"output_formats": "docx"}).json()["error_code"] == "OUTPUT_FORMATS_INVALID"
    assert job.status() == "draft_ready"


def test_a_new_upload_drops_the_draft(job: JobClient, provider: TinyProvider) -> None:
    job.drafted().upload(CSV + "99,1,1,a\n")
    assert (job.status(), job.get().json()["draft"]) == ("created", None)
    assert job.get("/draft/preview").status_code == 200
    assert len(provider.prompts) == 4


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("../job.json", "ARTIFACT_PATH_UNSAFE"),
        ("%2e%2e/job.json", "ARTIFACT_PATH_UNSAFE"),
        ("inputs/../job.json", "ARTIFACT_PATH_UNSAFE"),
        ("/etc/passwd", "ARTIFACT_PATH_UNSAFE"),
        ("~/x", "ARTIFACT_PATH_UNSAFE"),
        ("..%5cjob.json", "ARTIFACT_PATH_UNSAFE"),
        ("job.json", "ARTIFACT_NOT_FOUND"),
        ("inputs", "ARTIFACT_NOT_FOUND"),
        ("inputs/manifest.json%00", "ARTIFACT_NOT_FOUND"),
        (".lock", "ARTIFACT_NOT_FOUND"),
    ],
)
def test_only_artifacts_can_be_downloaded(job: JobClient, path: str, code: str) -> None:
    job.upload()
    connection = http.client.HTTPConnection("127.0.0.1", job.stack.port)
    connection.request("GET", f"/v1/jobs/{job.job_id}/artifacts/{path}", headers={"Authorization": f"Bearer {job.token}"})
    assert code in connection.getresponse().read().decode()


def test_a_link_out_of_the_job_is_not_followed(job: JobClient) -> None:
    job.upload()
    manifest = job.stack.jobs_dir / job.job_id / "inputs" / "manifest.json"
    manifest.unlink()
    assert job.get("/artifacts/inputs/manifest.json").json()["error_code"] == "ARTIFACT_NOT_FOUND"
    manifest.symlink_to("/etc/hostname")
    assert job.get("/artifacts/inputs/manifest.json").json()["error_code"] == "ARTIFACT_PATH_UNSAFE"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"status": 500}, "LLM_CALL_FAILED"),
        ({"status": 401}, "LLM_CALL_FAILED"),
        ({"draft": "no JSON"}, "LLM_RESPONSE_INVALID"),
        ({"draft": {**DRAFT, "schema_version": 99}}, "LLM_RESPONSE_INVALID"),
        ({"selection": "{}"}, "LLM_RESPONSE_INVALID"),
        ({"selection": selection("R99")}, "DO_TEMPLATE_SELECTION_INVALID_TEMPLATE_ID"),
    ],
)
def test_an_llm_that_fails_is_reported_and_can_be_asked_again(
    job: JobClient, provider: TinyProvider, change: dict[str, Any], code: str
) -> None:
    job.upload()
    sound = {name: getattr(provider, name) for name in change}
    vars(provider).update(change)
    refusal = job.get("/draft/preview")
    assert (refusal.status_code, refusal.json()["error_code"]) == (502, code)
    assert job.status() == "created"
    metas = job.of_kind("llm.meta")
    assert metas[-1]["ok"] is (code != "LLM_CALL_FAILED")
    vars(provider).update(sound)
    assert job.get("/draft/preview").status_code == 200


def test_transient_failures_are_retried_and_a_refusal_is_not(job: JobClient, provider: TinyProvider) -> None:
    job.upload()
    for status, attempts in ((503, 3), (401, 1)):
        provider.status = status
        job.get("/draft/preview")
        assert job.of_kind("llm.meta")[-1]["attempts"] == attempts
    assert len(provider.prompts) == 4


def test_an_answer_in_a_fence_is_read(job: JobClient, provider: TinyProvider) -> None:
    provider.selection = '```json\n{"schema_version": 2, "template_id": "R01", "reason": "it describes", "confidence": 1}\n```'
    assert job.drafted().get().json()["selected_template_id"] == "R01"
