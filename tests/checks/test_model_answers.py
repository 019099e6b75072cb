"""What the model answered for a job: the relay's record first, SS's own artifacts where no relayed answer chose a template."""

import json

from checks.observations import CHOICE_ANSWER, DRAFT_ANSWER, artifacts, llm_call, main_journey
from ss_audit.checks.model_answers import comes_from, model_answers, templates_chosen
from ss_audit.evidence.seen import MainJourney


def texts(journey: MainJourney) -> list[str]:
    return [text for text, _ in model_answers(journey)]


def test_where_a_relayed_answer_chose_sss_files_are_not_asked() -> None:
    assert texts(main_journey()) == [DRAFT_ANSWER, CHOICE_ANSWER]


def test_where_none_chose_the_kept_answers_are_asked_too() -> None:
    journey = main_journey(llm_calls=(llm_call(DRAFT_ANSWER), llm_call("")))
    assert texts(journey) == [DRAFT_ANSWER, DRAFT_ANSWER, CHOICE_ANSWER]
    assert templates_chosen(journey) == ("R02",)


def test_prompts_metadata_and_other_files_are_no_answers() -> None:
    other = {"outputs/response.txt": json.dumps({"template_id": "R09"}), "artifacts/llm/draft/response.txt": ""}
    journey = artifacts(main_journey(llm_calls=()), other)
    assert texts(journey) == [CHOICE_ANSWER]


def test_a_choice_is_read_out_of_a_code_fence_and_under_other_names() -> None:
    fenced = f"```json\n{json.dumps({'selected_template_id': 'R03'})}\n```"
    assert templates_chosen(main_journey(llm_calls=(llm_call(fenced), llm_call(CHOICE_ANSWER)))) == ("R03", "R02")
    assert templates_chosen(main_journey(llm_calls=(llm_call("R02 would fit"), llm_call(CHOICE_ANSWER)))) == ("R02",)


def test_a_rationale_comes_from_an_answer_as_it_is_or_from_a_text_in_it() -> None:
    answer = json.dumps({"reason": 'because "x" matters'})
    assert comes_from('because "x" matters', answer)
    assert comes_from("matters", "it matters")
    assert not comes_from("", answer)
    assert not comes_from("because y matters", answer)
