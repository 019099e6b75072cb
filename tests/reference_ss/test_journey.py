"""The whole journey over HTTP, and what stays after a restart."""

import hashlib
import json
import stat

from .stack import ANSWERS, CSV, JobClient, Stack, until
from .tiny_provider import TinyProvider

BEFORE_RUN = {
    "inputs.manifest": 1,
    "inputs.dataset": 1,
    "llm.prompt": 2,
    "llm.response": 2,
    "llm.meta": 2,
    "do_template.selection.candidates": 1,
    "do_template.selection.stage2": 1,
    "plan.json": 1,
}
OF_RUN = {
    "do_template.source": 1,
    "do_template.meta": 1,
    "do_template.params": 1,
    "do_template.run.meta.json": 1,
    "stata.export.table": 2,
    "stata.result.log": 1,
    "stata.do": 1,
    "run.stdout": 1,
    "run.stderr": 1,
    "stata.log": 1,
    "run.meta.json": 1,
}


def test_a_job_goes_from_task_code_to_artifacts(job: JobClient) -> None:
    assert job.status() == "created"
    assert job.get("/draft/preview").status_code == 202
    job.drafted()
    assert job.status() == "draft_ready"
    assert job.get("/plan").json()["error_code"] == "PLAN_MISSING"
    plan = job.post("/plan/freeze", json={"answers": ANSWERS}).json()["plan"]
    assert job.get("/plan").json()["plan"] == plan
    run = job.run()
    assert (run["status"], run["attempt"], run["error"]) == ("succeeded", 1, None)
    shown = job.get().json()
    assert shown["selected_template_id"] == "R02"
    assert shown["artifacts"]["by_kind"] == BEFORE_RUN | OF_RUN
    assert run["artifacts_count"] == sum(OF_RUN.values())
    assert job.of_kind("plan.json") == [plan]


def test_every_indexed_artifact_downloads_as_the_index_says(job: JobClient) -> None:
    job.frozen().run()
    index = job.index()
    for path, content in job.downloads().items():
        assert index[path]["meta"] == {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}, path


def test_the_preview_shows_typed_columns_and_rows(job: JobClient) -> None:
    job.upload()
    preview = job.get("/inputs/preview", params={"rows": 2}).json()
    assert (preview["row_count"], preview["column_count"]) == (12, 4)
    assert [column["inferred_type"] for column in preview["columns"]] == ["number", "integer", "integer", "string"]
    assert preview["sample_rows"][1] == {"y": 1.6, "x": 1, "z": 1, "group": "b"}


def test_the_frozen_plan_says_what_the_spec_asks_for(job: JobClient) -> None:
    params = job.frozen().get("/plan").json()["plan"]["steps"][0]["params"]
    contract = params["template_contract"]
    assert params["template_id"] == contract["template_id"] == "R02"
    assert params["selection"]["reason"] == "R02 fits"
    assert params["selection"]["candidate_template_ids"] == ["R01", "R02", "R03", "R04"]
    assert contract["params_contract"]["bound_values"] == {"__DEPVAR__": "y", "__INDEPVARS__": "x z"}
    assert contract["params_contract"]["missing_required"] == []
    assert contract["dependencies"][0]["source"] == "built-in"
    assert [output["file"] for output in contract["outputs_contract"]["declared"]] == [
        "table_R02_coefficients.csv",
        "table_R02_fit.csv",
        "result.log",
    ]


def test_declared_outputs_lie_where_the_contract_says(job: JobClient) -> None:
    run = job.frozen().run()
    outputs = job.get("/plan").json()["plan"]["steps"][0]["params"]["template_contract"]["outputs_contract"]
    folder = outputs["archive_dir_rel_path"].format(run_id=run["run_id"])
    assert {f"{folder}/{output['file']}" for output in outputs["declared"]} <= set(job.index())


def test_run_metadata_names_runner_command_and_exit_code(job: JobClient, stack: Stack) -> None:
    run = job.frozen().run()
    (meta,) = job.of_kind("run.meta.json")
    assert (meta["runner"], meta["exit_code"], meta["ok"]) == ("local", 0, True)
    assert meta["command"][-3:] == ["-b", "do", "stata.do"]
    (started,) = [line for line in stack.events("worker", "SS_STATA_RUN_START") if line["run_id"] == run["run_id"]]
    assert started["cmd"] == meta["command"]


def test_the_executed_do_file_is_the_template_with_its_parameters(job: JobClient) -> None:
    job.frozen().run()
    (source,), (executed,) = job.of_kind("do_template.source"), job.of_kind("stata.do")
    assert executed.endswith(source.replace("__DEPVAR__", "y").replace("__INDEPVARS__", "x z"))
    assert "regress y x z\n" in executed


def test_each_llm_call_is_kept_with_prompt_response_and_metadata(job: JobClient, provider: TinyProvider) -> None:
    job.drafted()
    prompts, responses, metas = (job.of_kind(f"llm.{kind}") for kind in ("prompt", "response", "meta"))
    assert prompts == provider.prompts
    assert [meta["operation"] for meta in metas] == ["draft_preview", "do_template.select_template"]
    for meta, prompt in zip(metas, prompts, strict=True):
        assert meta["model"] == "claude-opus-4-5-20251101"
        assert meta["prompt_fingerprint"] == hashlib.sha256(prompt.encode()).hexdigest()
        assert meta["response_model"] == "tiny-provider"
        assert meta["provider_host"] == f"127.0.0.1:{provider.port}"
        assert meta["usage"]["total_tokens"] == 5
        assert meta["response_id"].startswith("chatcmpl-")
    assert json.dumps(responses[0]) == json.dumps(provider.draft)


def test_the_prompts_have_the_agreed_sections(job: JobClient, provider: TinyProvider) -> None:
    job.drafted()
    draft, selection = (prompt.splitlines() for prompt in provider.prompts)
    assert draft[:3] == ["TASK: draft_preview", "REQUIREMENT:", "Regress y on x, controlling for z."]
    assert json.loads(draft[draft.index("COLUMNS:") + 1])[3] == {"name": "group", "type": "string", "distinct": 2}
    offered = json.loads(selection[selection.index("TEMPLATES:") + 1])
    assert [set(template) for template in offered] == [{"template_id", "name", "use_when"}] * 4


def test_a_second_preview_shows_the_same_draft_patch_included(job: JobClient, provider: TinyProvider) -> None:
    job.drafted()
    patched = job.post("/draft/patch", json={"field_updates": {"controls": []}}).json()
    assert patched["patched_fields"] == ["controls"]
    assert job.get("/draft/preview").json()["controls"] == []
    assert len(provider.prompts) == 2


def test_redeeming_again_opens_the_same_job(job: JobClient) -> None:
    again = job.http.post("/v1/task-codes/redeem", json={"task_code": f" {job.task_code} ", "requirement": "other"})
    assert (again.json()["job_id"], again.json()["token"]) == (job.job_id, job.token)
    assert again.json()["is_idempotent"] is True


def test_run_requests_at_once_make_one_run(job: JobClient) -> None:
    job.frozen()
    for _ in range(4):
        assert job.post("/run").status_code == 200
    until(lambda: job.status() == "succeeded", "the run")
    assert job.post("/run").json()["status"] == "succeeded"
    assert job.get().json()["latest_run"]["attempt"] == 1


def test_a_restart_changes_nothing(own_stack: Stack) -> None:
    job = JobClient(own_stack.start())
    job.frozen().run()
    before = job.get().json(), job.index(), job.downloads(), job.get("/plan").json()
    assert own_stack.end("api") == 0
    assert own_stack.end("worker") == 0
    own_stack.start()
    assert (job.get().json(), job.index(), job.downloads(), job.get("/plan").json()) == before


def test_columns_that_stata_cannot_name_are_renamed_for_it(job: JobClient) -> None:
    job.upload(CSV.replace("y,x,z,group", "y,x,z,my group"))
    preview = job.get("/draft/preview").json()
    assert preview["column_name_normalizations"][0]["normalized_name"] == "my_group"
    job.post("/plan/freeze", json={"answers": ANSWERS})
    run = job.run()
    staged = job.stack.jobs_dir / job.job_id / "runs" / run["run_id"] / "work" / "data.csv"
    assert staged.read_text(encoding="utf-8").splitlines()[0] == "y,x,z,my_group"


def test_secrets_stay_out_of_the_logs_and_the_job_is_private(job: JobClient, stack: Stack) -> None:
    job.frozen().run()
    logs = stack.log("api") + stack.log("worker")
    assert job.job_id in logs
    for secret in (job.token, job.token.rpartition(".")[2], job.task_code, "key-of-the-test"):
        assert secret not in logs
    job_file = stack.jobs_dir / job.job_id / "job.json"
    assert stat.S_IMODE(job_file.stat().st_mode) == 0o600
    assert job.token not in job_file.read_text(encoding="utf-8")
