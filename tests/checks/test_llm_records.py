"""SS's own records of its calls, and which call that the relay saw each of them is."""

import hashlib
import json

from checks.observations import DRAFT_ANSWER, MODEL, artifact, artifacts, body, llm_call, main_journey
from ss_audit.checks.llm_records import RecordedCall, pairs, recorded_calls, same_text, tells_of_an_attempt, went_well
from ss_audit.evidence.model import StoredArtifact


def only(**files: str | None) -> tuple[RecordedCall, ...]:
    """The records of a journey whose LLM files are these; `__` in a name is a slash, `_` a dot."""
    gone = dict.fromkeys((a.rel_path for a in main_journey().artifacts if "llm" in a.rel_path), None)
    return recorded_calls(
        artifacts(main_journey(), gone | {k.replace("__", "/").replace("_", "."): v for k, v in files.items()})
    )


META = json.dumps({"model": MODEL})


def test_a_call_is_metadata_with_the_texts_beside_it() -> None:
    draft, select = recorded_calls(main_journey())
    assert (draft.folder, select.folder) == ("artifacts/llm/draft", "artifacts/llm/select")
    assert draft.meta.rel_path.endswith("draft/meta.json")
    assert draft.prompt is not None
    assert draft.prompt.rel_path.endswith("draft/prompt.txt")
    assert draft.response is not None
    assert draft.response.rel_path.endswith("draft/response.txt")
    assert draft.said["model"] == MODEL


def test_other_names_for_model_and_texts() -> None:
    (call,) = only(LLM__meta_json=json.dumps({"model_name": "m"}), LLM__request_txt="ask", LLM__completion_txt="say")
    assert (call.prompt is not None, call.response is not None, call.said) == (True, True, {"model_name": "m"})
    (call,) = only(llm__meta_json=META, llm__answer_txt="say")
    assert call.response is not None


def test_only_json_objects_below_an_llm_folder_that_name_a_model_are_calls() -> None:
    assert only(llm__meta_json="[1]", llm__note_json=json.dumps({"ok": True})) == ()
    assert only(other__meta_json=META) == ()


def test_an_answer_that_names_a_model_is_no_other_call() -> None:
    (call,) = only(llm__meta_json=META, llm__response_json=META, llm__request_json=META)
    assert call.meta.rel_path == "llm/meta.json"


def test_where_only_the_texts_name_a_model_the_first_is_the_record() -> None:
    (call,) = only(llm__request_json=META, llm__response_json=META)
    assert call.meta.rel_path == "llm/request.json"


def test_texts_of_several_calls_in_one_folder_go_with_the_most_alike_name() -> None:
    calls = only(
        llm__one_meta_json=META, llm__two_meta_json=META, llm__one_response_txt="1", llm__two_response_txt="2",
        llm__two_prompt_txt="2", llm__one_prompt_txt="1", llm__response_txt="?", llm__prompt_txt="?",
    )  # fmt: skip
    assert [(c.prompt.body.text, c.response.body.text) for c in calls if c.prompt and c.response] == [("1", "1"), ("2", "2")]


def test_a_record_that_says_nothing_of_its_end_counts_as_answered() -> None:
    (silent,) = only(llm__meta_json=META)
    (failed,) = only(llm__meta_json=json.dumps({"model": MODEL, "ok": False}))
    assert (went_well(silent), went_well(failed)) == (True, False)


def recorded(**said: str) -> RecordedCall:
    (call,) = only(llm__meta_json=json.dumps({"model": MODEL, **said}))
    return call


def test_each_name_of_a_fingerprint_finds_its_call() -> None:
    call = llm_call("hello")
    digest = hashlib.sha256(b"hello").hexdigest()
    for name in ("response_fingerprint", "response_sha256", "answer_sha256"):
        for value in (digest, f"sha256:{digest}"):
            one = recorded(**{name: value})
            assert pairs([one], [llm_call("other"), call]) == {one.meta.id: call}


def test_a_call_is_found_by_the_text_that_was_kept() -> None:
    call = llm_call("hello")
    for kept in ("hello", " hello\n", json.dumps({"choices": [{"message": {"content": "hello"}}]})):
        (one,) = only(llm__meta_json=META, llm__response_json=kept)
        assert pairs([one], [call]) == {one.meta.id: call}


def test_an_answer_counts_for_one_record_only() -> None:
    one, two = only(a__llm__meta_json=META, a__llm__response_txt="x", b__llm__meta_json=META, b__llm__response_txt="x")
    call = llm_call("x")
    assert pairs([one, two], [call]) == {one.meta.id: call}
    assert len(pairs([one, two], [call, llm_call("x")])) == 2


def test_without_fingerprint_and_text_no_call_is_found() -> None:
    one = recorded()
    assert pairs([one], [llm_call("x")]) == {}
    assert pairs([one.model_copy(update={"response": kept(None)})], [llm_call("x")]) == {}


def kept(text: str | None, sha256: str | None = None) -> StoredArtifact:
    made = artifact("llm/response.txt", text or "")
    return made.model_copy(
        update={"body": body(text or "").model_copy(update={"text": text, **({"sha256": sha256} if sha256 else {})})}
    )


def test_the_text_that_was_kept_is_the_text_that_came() -> None:
    call = llm_call(" said ")
    assert same_text(kept("said\n"), call)
    assert same_text(kept(json.dumps({"content": "said"})), call)
    assert same_text(kept("[secret: token 000000000000]", call.answer_sha256), call)
    assert not same_text(kept("something else"), call)
    assert not same_text(kept(None), call)
    assert not same_text(kept(DRAFT_ANSWER), call)


def test_a_record_tells_of_an_attempt_when_it_failed_or_took_more_than_one() -> None:
    call = llm_call("late", prompt="Answer in JSON.\n\nask", prompt_sha256="0a")
    for said, told in (
        ({"ok": False}, True),
        ({"attempts": 2}, True),
        ({"attempts": 1}, False),
        ({}, False),
        ({"tries": "2"}, False),
    ):
        (one,) = only(llm__meta_json=json.dumps({"model": MODEL, **said}), llm__prompt_txt=" ask\n")
        assert tells_of_an_attempt(one, call) is told


def test_an_attempt_is_told_by_its_prompt_or_the_prompts_fingerprint() -> None:
    failed = {"model": MODEL, "ok": False}
    call = llm_call("late", prompt="ask", prompt_sha256="0a")
    for more, files, told in (
        ({"prompt_fingerprint": "sha256:0a"}, {}, True),
        ({"prompt_sha256": "0a"}, {"llm__prompt_txt": "masked"}, True),
        ({"prompt_fingerprint": "0b"}, {"llm__prompt_txt": "another"}, False),
        ({}, {"llm__prompt_txt": "  "}, False),
        ({}, {}, False),
    ):
        (one,) = only(llm__meta_json=json.dumps(failed | more), **files)
        assert tells_of_an_attempt(one, call) is told
    assert not tells_of_an_attempt(one, call.model_copy(update={"prompt": None, "prompt_sha256": None}))
