"""Experiments that walk jobs: the main journey, who may open a job, the restart, a published data set, the operator's own."""

from typing import Any
from urllib.parse import quote

from ss_audit.evidence.model import Exchange, Statement, StoredArtifact
from ss_audit.evidence.seen import (
    AccessTrial,
    AccessTrials,
    MainJourney,
    OperatorsJourney,
    PublishedJourney,
    RestartSign,
    RestartTrial,
)
from ss_audit.lab.lab import Lab
from ss_audit.ss import facts, published
from ss_audit.ss.client import Access
from ss_audit.ss.journey import download_all
from ss_audit.ss.questions import ask
from ss_audit.stack.errors import StackError
from ss_audit.stack.operator_command import MeansFailed

MAIN = "main journey"


def main_journey(lab: Lab) -> MainJourney:
    """The whole path of one job, on SS's own library, with this run's data."""
    question = ask("ols", lab.data, lab.rng)
    return lab.main.walk(MainJourney, MAIN, question, lab.data, lab.task_code())


def published_journey(lab: Lab) -> PublishedJourney:
    """The whole path of one job with a data set from the literature."""
    data = published.LONGLEY
    return lab.main.walk(
        PublishedJourney, "published data set", ask("ols", data, lab.rng), data, lab.task_code(),
        source=published.SOURCE, published=published.CERTIFIED,
    )  # fmt: skip


def operators_journey(lab: Lab) -> OperatorsJourney:
    """The whole path of one job with the operator's own data. Of any data a description can be asked for: an estimate may not
    exist, or come out as rounding errors. Only where the setting `dataset` is given."""
    data = lab.own_data
    if data is None:
        raise ValueError("there is no data set of the operator's own")
    question = ask("describe", data, lab.rng)
    return lab.main.walk(OperatorsJourney, "job on the operator's own data", question, data, lab.task_code())


def access_trials(lab: Lab) -> AccessTrials:
    """Two jobs: the first is opened with its own token, and tried with everything else."""
    client, code = lab.main.client, lab.task_code()
    question = ask("describe", lab.data, lab.rng)
    redeem, mine = client.redeem(code, question.text)
    if mine is None:
        return AccessTrials(redeem=redeem, other_redeem=None, controls=(), trials=(), again=None)
    other_redeem, other = client.redeem(lab.task_code(), question.text)
    uploaded = client.upload(mine, lab.data.name, lab.data.csv.encode())
    job, csv = mine.path, lab.data.csv.encode()
    resources = {"job": job, "inputs preview": f"{job}/inputs/preview", "artifact index": f"{job}/artifacts"}
    listed = facts.indexed_artifacts(facts.answered(client.artifacts(mine)))
    if listed:
        resources["an artifact"] = f"{job}/artifacts/{quote(facts.artifact_id(listed[0]) or '')}"
    asked = {what: client.send(what, "GET", path, headers=mine.header) for what, path in resources.items()}
    # What its owner can't read yet shows nothing about others; the job itself is the control that has to open.
    controls = tuple(exchange for what, exchange in asked.items() if what == "job" or exchange.is_success)
    reads = {what: path for what, path in resources.items() if what == "job" or asked[what].is_success}
    upload = {"file": (lab.data.name, csv, "text/csv")}
    acts: dict[str, tuple[str, str, dict[str, Any]]] = {
        "upload": ("POST", f"{job}/inputs/upload", {"files": upload}),
        "draft preview": ("GET", f"{job}/draft/preview", {}),
        "draft patch": ("POST", f"{job}/draft/patch", {"body": {"field_updates": {}}}),
        "plan freeze": ("POST", f"{job}/plan/freeze", {"body": {"answers": {}, "variable_corrections": {}}}),
        "plan": ("GET", f"{job}/plan", {}),
        "run": ("POST", f"{job}/run", {"body": {}}),
    }
    keys: dict[str, dict[str, str]] = {
        "no token": {},
        "a malformed token": {"Authorization": "Bearer not-a-token"},
        "a wrong token": {"Authorization": f"Bearer {_altered(mine.token)}"},
    }
    if other is not None:
        keys["another job's token"] = other.header
    trials = tuple(
        AccessTrial(who=who, resource=what, exchange=client.send(f"{what} with {who}", "GET", path, headers=header))
        for who, header in keys.items()
        for what, path in reads.items()
    )
    acted = tuple(
        AccessTrial(who=who, resource=what, exchange=client.send(f"{what} with {who}", method, path, headers=header, **sent))
        for who, header in keys.items()
        for what, (method, path, sent) in acts.items()
    )
    again, _ = client.redeem(code, question.text)
    return AccessTrials(
        redeem=redeem, other_redeem=other_redeem, controls=controls, trials=trials, acted=acted, uploaded=uploaded, again=again
    )


def _altered(token: str) -> str:
    """The same form, another secret: the letters and digits after the last dot, turned round and moved on."""
    head, dot, secret = token.rpartition(".")
    moved = "".join(format(15 - int(c, 16), "x") if c in "0123456789abcdef" else c for c in secret)
    return f"{head}{dot}{moved}" if moved != secret else f"{head}{dot}{secret[::-1]}x"


def restart_trial(lab: Lab, journey: MainJourney) -> RestartTrial:
    """Status, index and bytes of the main job before and after API and worker were restarted."""
    bench = lab.main
    walk = bench.walks[MAIN]
    access: Access | None = walk.access
    before = (bench.client.job(access), bench.client.artifacts(access)) if access else (None, None)
    if "restart" in lab.lacks:
        lacking = lab.archive.record(Statement(title=lab.lacks["restart"]))
        return RestartTrial(
            journey=journey, processes_before=bench.stack.processes("look"), processes_after=(),
            status_before=before[0], status_after=None, index_before=before[1], index_after=None,
            artifacts_before=journey.artifacts, artifacts_after=(), downloads_after=(), lacking=lacking,
        )  # fmt: skip
    lab.waiting("restarting API and worker")
    failure, commanded = None, None
    signs: tuple[RestartSign, ...] = ()
    seen_before = bench.stack.processes("before restart")
    try:
        seen = bench.stack.restart()
        seen_before, seen_after, signs, commanded = seen.before, seen.after, seen.signs, seen.commanded
    except MeansFailed as error:
        failure, seen_after, commanded = str(error), (), error.run
    except StackError as error:
        failure, seen_after = str(error), ()
    bench.reconnect()
    after = (bench.client.job(access), bench.client.artifacts(access)) if access and not failure else (None, None)
    downloads: tuple[Exchange, ...] = ()
    artifacts: tuple[StoredArtifact, ...] = ()
    if access and after[1] is not None and facts.indexed_artifacts(facts.answered(after[1])):
        downloads, artifacts = download_all(bench.client, access, after[1], "after restart")
    return RestartTrial(
        journey=journey,
        processes_before=seen_before,
        processes_after=seen_after,
        status_before=before[0],
        status_after=after[0],
        index_before=before[1],
        index_after=after[1],
        artifacts_before=journey.artifacts,
        artifacts_after=artifacts,
        downloads_after=downloads,
        failure=failure,
        signs=signs,
        commanded=commanded,
    )
