"""The Stata runner: its artifacts, its log, its numbers, its process."""
# ruff: noqa: E501

import json

from stata_log import printed_tables
from stata_log.synthetic import REHEARSAL_HEAD, batch, closed, opened

from checks.cases import Case, holds, parametrized, row
from checks.observations import (
    COLUMNS,
    COMMAND,
    CSV,
    DO_FILE,
    LOG,
    RESULT_LOG,
    TEMPLATE,
    artifacts,
    body,
    halted,
    journey,
    main_journey,
    next_id,
    provenance,
    run_meta,
    stata_run,
    statement,
)
from ss_audit.checks import conclusions, published, stata
from ss_audit.evidence.model import FileSeen, StataProcess, TreeNode
from ss_audit.evidence.seen import Conclusions, ExecutedTemplate, MainJourney, Provenance, PublishedJourney

GOOD, REAL = main_journey(), provenance()
DECLARED = provenance(stata="rehearsal", profile="rehearsal")


def ran(*runs: StataProcess) -> MainJourney:
    return GOOD.model_copy(update={"stata_runs": runs})


def log(text: str) -> MainJourney:
    return artifacts(GOOD, {"stata.log": text})


def meta(**more: object) -> MainJourney:
    return artifacts(GOOD, {"run.meta.json": json.dumps(run_meta(**more))})


def real(seen: MainJourney, declared: Provenance = REAL) -> tuple[MainJourney, Provenance]:
    return seen, declared


def estimates(**expected: float) -> PublishedJourney:
    return journey(PublishedJourney, source="somewhere, 1967", published=expected)


def concluded(**words: str) -> Conclusions:
    return Conclusions(points=statement("conclusions"), conclusions=words)


PRINTED = [line for line in LOG.splitlines() if line.startswith("        x_q2 |")][-1].split("|")[1].split()[0]
WRONG = LOG.replace("z_q3 |          8      3.3", "z_q3 |          8      3.4")
ENGINE = batch(DO_FILE, top=REHEARSAL_HEAD)
STRING = " ".join(COMMAND)


def executed(seen: MainJourney = GOOD, source: str | None = None) -> ExecutedTemplate:
    """The job with its template; without a source the library was not at hand."""
    file = None if source is None else FileSeen(id=next_id(), title="source", path="R02", body=body(source))
    return ExecutedTemplate(journey=seen, looked=statement("library looked at"), source=file)


def instead(command: str, output: list[str], *, template: str | None = None) -> ExecutedTemplate:
    """The job on a do-file with another command than `regress` and `summarize`, and what Stata would have printed for it."""
    do_file = DO_FILE.replace("summarize y_q1 x_q2 z_q3\nregress y_q1 x_q2 z_q3", command)
    outputs = {'log using "result.log", text replace': opened(), command.splitlines()[-1]: output, "log close": closed()}
    if command.startswith("count\n"):
        outputs["count"] = ["  8"]
    return executed(artifacts(GOOD, {"stata.do": do_file, "stata.log": batch(do_file, outputs)}), template)


def newest_first() -> MainJourney:
    """A first attempt failed; the index lists the second before it."""
    cut = {
        "runs/r0/stata.do": DO_FILE + "list\n",
        "runs/r0/stata.log": LOG[: LOG.index("regress")],
        "runs/r0/result.log": "other\n",
    }
    both = artifacts(GOOD, cut)
    old = tuple(a for a in both.artifacts if a.rel_path.startswith("runs/r0/"))
    new = tuple(a for a in both.artifacts if a not in old)
    first = stata_run(log_sha256=body(cut["runs/r0/stata.log"]).sha256, do_file_sha256=body(cut["runs/r0/stata.do"]).sha256)
    return both.model_copy(update={"artifacts": new + old, "stata_runs": (first, stata_run())})


def newest_last() -> MainJourney:
    """Nothing of ours saw the runs: the last that the index lists counts."""
    seen = newest_first()
    ordered = tuple(sorted(seen.artifacts, key=lambda a: not a.rel_path.startswith("runs/r0/")))
    return seen.model_copy(update={"artifacts": ordered, "stata_runs": (), "unwitnessed": ("stata",)})


def without_text(size: int) -> MainJourney:
    """The log is there, and its text was not kept."""
    stored = tuple(
        a.model_copy(update={"body": a.body.model_copy(update={"text": None, "size": size})})
        if a.rel_path.endswith("stata.log")
        else a
        for a in GOOD.artifacts
    )
    return GOOD.model_copy(update={"artifacts": stored})


def failed(text: str) -> MainJourney:
    """SS says that the job failed, and has kept this log of it."""
    return log(text).model_copy(update={"halt": halted("finish").halt})


SCRIPT = stata_run(leaf_executable="/usr/bin/dash")
JAVA = ran(
    stata_run(
        leaf_libraries=("libjvm.so",),
        tree=(TreeNode(pid=9, parent=8, executable=COMMAND[0], command=COMMAND, wrote_log=True),),
        leaf_pid=9,
    )
)
REGRESSED = printed_tables.regress("y_q1", {name: COLUMNS[name] for name in ("y_q1", "x_q2", "z_q3")})
OFF = [line.replace(".", "1.", 1) if "|" in line and "_q" in line and "y_q1" not in line else line for line in REGRESSED]
IN_PART = "count\nregress y_q1 x_q2 z_q3 in 1/8"
CHECKS = (
    stata.artifacts_include_a_stata_log, stata.metadata_has_command_and_exit_code, stata.the_log_is_well_formed,
    stata.the_log_echoes_the_do_file, stata.the_result_log_is_inside, stata.the_command_really_ran,
)  # fmt: skip
CASES: list[Case] = [
    *(row(check, "a sound SS", GOOD, "pass") for check in CHECKS),
    *(row(check, "not run", halted("run"), "not_evidenced") for check in CHECKS),
    *(row(check, "the index lists the newest first", newest_first(), "pass") for check in CHECKS),
    *(row(check, "the index lists the newest last, and no witness", newest_last(), "pass") for check in CHECKS),
    row(stata.the_numbers_are_right, "the index lists the newest first", executed(newest_first()), "pass"),
    row(stata.artifacts_include_a_stata_log, "too large for us", without_text(2 << 20), "error", "did not keep as text"),
    row(stata.artifacts_include_a_stata_log, "none of its bytes came", without_text(0), "fail"),
    row(stata.the_log_is_well_formed, "too large for us", without_text(2 << 20), "not_evidenced"),
    row(stata.artifacts_include_a_stata_log, "none", artifacts(GOOD, {"stata.log": None}), "fail", "no stata.log"),
    row(stata.artifacts_include_a_stata_log, "an empty one", log("\n \n"), "fail"),
    row(stata.artifacts_include_a_stata_log, "another layout", artifacts(GOOD, {"stata.log": None, "logs/1/stata.log": LOG}), "pass"),
    row(stata.metadata_has_command_and_exit_code, "no metadata", artifacts(GOOD, {"run.meta.json": None}), "fail"),
    row(stata.metadata_has_command_and_exit_code, "no exit code", meta(exit_code=None), "fail"),
    row(stata.metadata_has_command_and_exit_code, "an empty command", meta(command=[]), "fail"),
    row(stata.metadata_has_command_and_exit_code, "other names", artifacts(GOOD, {"run.meta.json": None, "r/meta.json": json.dumps(
        {"run": {"argv": STRING, "returncode": 0}})}), "pass", "exit code 0"),
    row(stata.metadata_has_command_and_exit_code, "a web page", artifacts(GOOD, {"run.meta.json": "<html>command exit_code"}), "fail"),
    row(stata.the_log_is_well_formed, "no log", artifacts(GOOD, {"stata.log": None}), "not_evidenced"),
    row(stata.the_log_is_well_formed, "any text", log("all went well\n"), "fail"),
    row(stata.the_log_is_well_formed, "cut short", log(LOG[: len(LOG) // 2]), "fail"),
    row(stata.the_log_is_well_formed, "it ended in an error", log(batch(DO_FILE, ending="variable z not found|111")), "fail"),
    row(stata.the_log_echoes_the_do_file, "no do-file", artifacts(GOOD, {"stata.do": None}), "not_evidenced", "no do-file"),
    row(stata.the_log_echoes_the_do_file, "another do-file", artifacts(GOOD, {"stata.do": DO_FILE.replace("regress", "logit")}), "fail"),
    row(stata.the_log_echoes_the_do_file, "an empty do-file", artifacts(GOOD, {"stata.do": ""}), "not_evidenced"),
    row(stata.the_result_log_is_inside, "none kept", artifacts(GOOD, {"result.log": None}), "pass", "no log of its own"),
    row(stata.the_result_log_is_inside, "of another run", artifacts(GOOD, {"result.log": RESULT_LOG.replace("8", "9")}), "fail"),
    row(stata.the_numbers_are_right, "a sound SS", executed(source=TEMPLATE), "pass", "printed numbers as recomputed"),
    row(stata.the_numbers_are_right, "without the library", executed(), "pass"),
    row(stata.the_numbers_are_right, "not run", executed(halted("run")), "not_evidenced"),
    row(stata.the_numbers_are_right, "only a count", instead("count", ["  8"]), "not_evidenced", "but a number of observations"),
    row(stata.the_numbers_are_right, "a wrong count", instead("count", ["  9"]), "fail", "prints 9"),
    row(stata.the_numbers_are_right, "a part of the data, as the template says",
        instead(IN_PART, OFF, template=TEMPLATE.replace("regress __DEPVAR__ __INDEPVARS__", "regress __DEPVAR__ __INDEPVARS__ in 1/8")),
        "not_evidenced", "but a number of observations"),
    row(stata.the_numbers_are_right, "a part of the data, and no template", instead(IN_PART, OFF), "not_evidenced"),
    row(stata.the_numbers_are_right, "a part of the data, which the template does not say",
        instead(IN_PART, OFF, template=TEMPLATE), "fail", "prints"),
    row(stata.the_numbers_are_right, "a part that is all of it", instead(IN_PART, REGRESSED, template=TEMPLATE), "pass"),
    row(stata.the_numbers_are_right, "one digit", executed(log(WRONG)), "fail", "prints"),
    row(stata.the_numbers_are_right, "of other data", executed(GOOD.model_copy(update={"dataset": GOOD.dataset.model_copy(
        update={"body": GOOD.dataset.body.model_copy(update={"text": CSV.replace("10.13", "10.14")})})})), "fail"),
    row(stata.the_numbers_are_right, "no table", executed(log(batch(DO_FILE))), "not_evidenced", "0 tables"),
    row(stata.the_command_really_ran, "never started", ran(), "fail", "never started"),
    row(stata.the_command_really_ran, "only the look for packages", ran(stata_run(do_file="/w/dependency_preflight.do")), "fail"),
    row(stata.the_command_really_ran, "another do-file", ran(stata_run(do_file_sha256="ab")), "fail", "another do-file"),
    row(stata.the_command_really_ran, "another log", ran(stata_run(log_sha256="ab")), "fail", "stored log"),
    row(stata.the_command_really_ran, "another command recorded", meta(command=["/opt/other/stata-mp", *COMMAND[1:]]), "fail", "recorded"),
    row(stata.the_command_really_ran, "other arguments recorded", meta(command=["/shim", COMMAND[0], "-b", "do", "other.do"]), "fail"),
    row(stata.the_command_really_ran, "recorded as one text", meta(command=f"/shim {STRING}"), "pass"),
    row(stata.the_runner_is_real, "a Stata", real(GOOD), "pass", "stata-se"),
    row(stata.the_runner_is_real, "declared stand-in", real(log(ENGINE), DECLARED), "not_evidenced", "rehearsal Stata"),
    row(stata.the_runner_is_real, "an undeclared engine", real(log(ENGINE)), "fail", "rehearsal engine"),
    row(stata.the_runner_is_real, "a script", real(ran(stata_run(leaf_executable="/usr/bin/dash"))), "fail", "no Stata"),
    row(stata.the_runner_is_real, "no banner", real(log(LOG[LOG.index(". do ") :])), "fail", "banner"),
    row(stata.the_runner_is_real, "another program", real(ran(stata_run(leaf_executable="/usr/bin/calc"))), "not_evidenced", "calc"),
    row(stata.the_runner_is_real, "too short to be seen", real(ran(stata_run(leaf_executable=None))), "not_evidenced"),
    row(stata.the_runner_is_real, "not run", real(halted("run")), "not_evidenced"),
    row(published.estimates_are_the_published_ones, "as printed", estimates(x_q2=float(PRINTED)), "pass", "somewhere, 1967"),
    row(published.estimates_are_the_published_ones, "other estimates", estimates(x_q2=1e9), "fail", "instead of 1e+09"),
    row(published.estimates_are_the_published_ones, "one is absent", estimates(w=1.0), "fail", "None"),
    row(published.estimates_are_the_published_ones, "no regression",
        artifacts(estimates(x_q2=1.0), {"stata.log": batch(DO_FILE)}), "not_evidenced", "without a regression"),
    row(published.estimates_are_the_published_ones, "not run", estimates(x_q2=1.0).model_copy(update={"halt": halted("finish").halt}), "not_evidenced"),
    row(conclusions.every_point_is_concluded, "four", concluded(a="pass", b="fail", c="pass", d="pass"), "pass"),
    row(conclusions.every_point_is_concluded, "one is open", concluded(a="pass", b="not judged", c="pass", d="pass"), "not_evidenced"),
    row(conclusions.every_point_is_concluded, "three", concluded(a="pass", b="pass", c="pass"), "fail"),
    row(conclusions.every_point_is_concluded, "none", concluded(), "fail"),
    row(stata.the_log_is_well_formed, "whole, of a job that failed", failed(LOG), "pass"),
    row(stata.the_log_is_well_formed, "ended in an error, of a job that failed", failed(batch(DO_FILE, ending="x not found|111")), "not_evidenced", "ended at finish"),
    row(stata.the_log_echoes_the_do_file, "a do-file without a line", artifacts(GOOD, {"stata.do": "\n"}), "fail", "0 of 0"),
    row(stata.the_log_echoes_the_do_file, "a do-file of one line that is not there", artifacts(GOOD, {"stata.do": "list"}), "fail", "0 of 1"),
    row(stata.the_result_log_is_inside, "Stata wrote it, and another lies nearer", artifacts(GOOD, {
        "result.log": None, "kept/result.log": RESULT_LOG, "runs/r1/artifacts/result.log": "other\n"}), "pass"),
    row(stata.the_result_log_is_inside, "the nearest, and no witness", artifacts(GOOD.model_copy(update={"stata_runs": (), "unwitnessed": ("stata",)}), {
        "runs/r0/artifacts/result.log": "other\n", "result.log": None, "runs/r1/artifacts/result.log": RESULT_LOG, "zz/result.log": "other\n"}), "pass"),
    row(stata.the_command_really_ran, "recorded in quotes", meta(command=f'"{COMMAND[0]}" -b do stata.do'), "pass"),
    row(stata.the_command_really_ran, "another command before it", artifacts(GOOD, {
        "runs/r0/run.meta.json": json.dumps(run_meta(command=["/opt/other", "-b", "do", "stata.do"]))}), "pass"),
    row(stata.the_command_really_ran, "its do-file has another name", artifacts(
        ran(stata_run(do_file="/w/analysis.do")), {"stata.do": None, "runs/r1/analysis.do": DO_FILE}), "pass"),
    *(row(stata.metadata_has_command_and_exit_code, f"as {command} and {code}", artifacts(GOOD, {"run.meta.json": json.dumps({command: STRING, code: 0})}), "pass", "exit code 0")
      for command, code in (("stata_cmd", "exit_status"), ("command_line", "return_code"), ("cmd", "exit_code"))),
    row(stata.the_runner_is_real, "a script, and no log was left", real(halted("finish", stata_runs=(SCRIPT,))), "fail", "no Stata"),
    row(stata.the_runner_is_real, "a script that only looked for packages", real(ran(SCRIPT.model_copy(update={"do_file": "/w/look.do"}))), "fail", "no Stata"),
    row(stata.the_runner_is_real, "never started", real(ran()), "not_evidenced", "no run of Stata was seen"),
    row(stata.the_log_is_well_formed, "whole, and what Stata would not write in it", log(LOG.lstrip("\n")), "fail", "but the head stands in the first line"),
    row(stata.the_result_log_is_inside, "an empty one", artifacts(GOOD, {"result.log": ""}), "pass", "no log of its own"),
    *(row(check, "nothing kept, and no index", artifacts(GOOD, {"stata.log": None, "run.meta.json": None}).model_copy(update={"index": None}), "fail") for check in CHECKS[:2]),
    row(stata.the_runner_is_real, "Java, for which the do-file asks", real(artifacts(JAVA, {"stata.do": DO_FILE + "graph export x.png\n"})), "pass"),
    row(stata.the_runner_is_real, "Java, and no do-file was kept", real(artifacts(JAVA, {"stata.do": None})), "not_evidenced", "libjvm.so"),
    row(published.estimates_are_the_published_ones, "within one part in ten thousand", estimates(x_q2=float(PRINTED) * 1.00005), "pass"),
    row(published.estimates_are_the_published_ones, "two parts in ten thousand off", estimates(x_q2=float(PRINTED) * 1.0002), "fail"),
]  # fmt: skip


@parametrized(CASES)
def test_finding(case: Case) -> None:
    holds(case)


def test_only_a_program_that_was_seen_with_the_log_is_proven() -> None:
    tree = (TreeNode(pid=9, parent=8, executable=COMMAND[0], command=COMMAND, wrote_log=True),)
    seen = (ran(stata_run(tree=tree, leaf_pid=9)), ran(stata_run(tree=tree, leaf_pid=7)))
    assert [stata.the_runner_is_real.judge(one, REAL).strength for one in seen] == ["proven", "witnessed"]
