"""What the model answered for a job: the relay's record first, SS's own artifacts where no relayed answer chose a template."""

import json

from checks.observations import CHOICE_ANSWER, DRAFT_ANSWER, artifacts, llm_call, main_journey
from ss_audit.checks.model_answers import comes_from, model_answers, templates_chosen, templates_named
from ss_audit.evidence.seen import MainJourney


def texts(journey: MainJourney) -> list[str]:
    return [text for text, *_ in model_answers(journey)]


def test_where_a_relayed_answer_chose_sss_files_are_not_asked() -> None:
    assert texts(main_journey()) == [DRAFT_ANSWER, CHOICE_ANSWER]


def test_where_none_chose_the_kept_answers_are_asked_too() -> None:
    journey = main_journey(llm_calls=(llm_call(DRAFT_ANSWER), llm_call("")))
    assert texts(journey) == [DRAFT_ANSWER, DRAFT_ANSWER, CHOICE_ANSWER]
    assert templates_chosen(journey, ()) == ("R02",)


def test_prompts_metadata_and_other_files_are_no_answers() -> None:
    other = {"outputs/response.txt": json.dumps({"template_id": "R09"}), "artifacts/llm/draft/response.txt": ""}
    journey = artifacts(main_journey(llm_calls=()), other)
    assert texts(journey) == [CHOICE_ANSWER]


FENCED = f"```json\n{json.dumps({'selected_template_id': 'R03'})}\n```"


def chosen(*calls: tuple[str, str], known: tuple[str, ...] = ("R02", "R03")) -> tuple[str, ...]:
    """What these answers, each with its prompt, choose."""
    return templates_chosen(main_journey(llm_calls=tuple(llm_call(text, prompt=prompt) for text, prompt in calls)), known)


def test_a_choice_is_read_out_of_a_code_fence_and_under_other_names() -> None:
    assert chosen((FENCED, ""), known=()) == ("R03",)
    assert chosen(("R02 would fit", ""), (CHOICE_ANSWER, "")) == ("R02",)


def test_of_prompts_that_offer_nothing_the_first_answer_chooses() -> None:
    assert chosen((FENCED, ""), (CHOICE_ANSWER, "")) == ("R03",)
    assert chosen((FENCED, "R03"), (CHOICE_ANSWER, "R02")) == ("R03",)


def test_who_is_offered_several_templates_chooses_and_nobody_else() -> None:
    assert chosen((CHOICE_ANSWER, "R02"), (FENCED, "one of R02, R03")) == ("R03",)
    assert chosen((FENCED, "R02 or R03"), (CHOICE_ANSWER, "write the steps of R02")) == ("R03",)
    assert chosen((FENCED, "R02, R03"), (CHOICE_ANSWER, "not R03? R02?"), (FENCED, "R02, R03")) == ("R03", "R02")


def test_the_prompt_of_a_kept_answer_lies_beside_it() -> None:
    journey = artifacts(main_journey(llm_calls=()), {
        "llm/a/response.txt": json.dumps({"template_id": "R02"}), "llm/a/prompt.txt": "for R02",
        "artifacts/llm/select/response.txt": FENCED, "artifacts/llm/select/prompt.txt": "R02 or R03",
    })  # fmt: skip
    assert templates_chosen(journey, ("R02", "R03")) == ("R03",)
    assert templates_named([journey]) == {"R02", "R03"}
    assert templates_named([main_journey(), journey]) == {"R02", "R03"}
    assert templates_named([]) == frozenset()


def test_a_rationale_comes_from_an_answer_as_it_is_or_from_a_text_in_it() -> None:
    answer = json.dumps({"reason": 'because "x" matters'})
    assert comes_from('because "x" matters', answer)
    assert comes_from("matters", "it matters")
    assert not comes_from("", answer)
    assert not comes_from("because y matters", answer)
