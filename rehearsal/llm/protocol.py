"""The OpenAI chat protocol as data: requests checked, completions, chunks, model lists and errors built.

Shapes after OpenAI's API reference (chat completions, models, errors).
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

NAME = "rehearsal-llm/1"
FINGERPRINT = "rehearsal-llm-not-a-provider"
_CHARACTERS_PER_TOKEN = 4
_CHUNK = 60


@dataclass(eq=False)
class Refusal(Exception):
    """A request that is answered with an error: HTTP status and the fields of OpenAI's error object."""

    status: int
    message: str
    type: str = "invalid_request_error"
    code: str | None = None
    param: str | None = None

    def body(self) -> dict[str, Any]:
        """The error in OpenAI's shape."""
        return {"error": {"message": self.message, "type": self.type, "param": self.param, "code": self.code}}


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat completion asked for. `prompt` is the text of the last user message."""

    model: str
    prompt: str
    prompt_size: int
    stream: bool = False
    usage_wanted: bool = False
    max_tokens: int | None = None


def bearer(header: str | None) -> None:
    """Accepts `Bearer <any key>`; raises `Refusal` 401 for anything else."""
    scheme, _, key = (header or "").partition(" ")
    if not header or scheme.lower() != "bearer":
        raise Refusal(401, "No API key was provided: send Authorization: Bearer <key>.")
    if not key.strip():
        raise Refusal(401, "The API key is empty.", code="invalid_api_key")


def chat_request(body: bytes) -> ChatRequest:
    """The request in `body`; raises `Refusal` 400 naming the field that is wrong."""
    try:
        data = json.loads(body)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Refusal(400, "The body is not valid JSON.") from None
    if not isinstance(data, dict):
        raise Refusal(400, "The body is not a JSON object.")
    model, messages = data.get("model"), data.get("messages")
    if not isinstance(model, str) or not model.strip():
        raise Refusal(400, "You must provide a model.", param="model")
    if not isinstance(messages, list) or not messages:
        raise Refusal(400, "'messages' must be a non-empty array.", param="messages")
    texts = [_text(message, number) for number, message in enumerate(messages)]
    of_user = [text for text, message in zip(texts, messages, strict=True) if message.get("role") == "user"]
    if not of_user:
        raise Refusal(400, "No message has the role 'user'.", param="messages")
    limit = data.get("max_completion_tokens", data.get("max_tokens"))
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise Refusal(400, "'max_tokens' must be a positive integer.", param="max_tokens")
    options = data.get("stream_options")
    return ChatRequest(
        model=model,
        prompt=of_user[-1],
        prompt_size=sum(_tokens(text) + 4 for text in texts),
        stream=data.get("stream") is True,
        usage_wanted=isinstance(options, dict) and options.get("include_usage") is True,
        max_tokens=limit,
    )


def _text(message: Any, number: int) -> str:
    where = f"messages[{number}]"
    if not isinstance(message, dict) or not isinstance(message.get("role"), str):
        raise Refusal(400, f"'{where}' must be an object with a role.", param=where)
    content = message.get("content")
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "\n".join(str(part.get("text", "")) for part in content if isinstance(part, dict))
    raise Refusal(400, f"'{where}.content' must be a string or an array.", param=f"{where}.content")


def completion(request: ChatRequest, content: str, created: int, number: int) -> dict[str, Any]:
    """The completion object, `content` cut at the request's max_tokens as a provider cuts it."""
    finish = "stop"
    if request.max_tokens is not None and _tokens(content) > request.max_tokens:
        content, finish = content[: request.max_tokens * _CHARACTERS_PER_TOKEN], "length"
    size = _tokens(content)
    message = {"role": "assistant", "content": content, "refusal": None}
    return {
        **_head(request, "chat.completion", created, number),
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": finish}],
        "usage": {
            "prompt_tokens": request.prompt_size,
            "completion_tokens": size,
            "total_tokens": request.prompt_size + size,
        },
    }


def chunks(request: ChatRequest, whole: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The same completion as `chat.completion.chunk` objects."""
    head = {**whole, "object": "chat.completion.chunk"}
    usage = head.pop("usage")
    choice = head.pop("choices")[0]
    content = choice["message"]["content"]
    deltas: list[dict[str, Any]] = [{"role": "assistant", "content": ""}]
    deltas += [{"content": content[at : at + _CHUNK]} for at in range(0, len(content), _CHUNK)]
    last = {"usage": None} if request.usage_wanted else {}
    for delta in deltas:
        yield {**head, "choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": None}], **last}
    end = {"index": 0, "delta": {}, "logprobs": None, "finish_reason": choice["finish_reason"]}
    yield {**head, "choices": [end], **last}
    if request.usage_wanted:
        yield {**head, "choices": [], "usage": usage}


def model_list() -> dict[str, Any]:
    """What `/v1/models` answers."""
    return {"object": "list", "data": [model_card(NAME)]}


def model_card(name: str) -> dict[str, Any]:
    """What `/v1/models/{name}` answers: whatever is asked for, this is who would answer."""
    return {"id": name if name == NAME else _asked(name), "object": "model", "created": 0, "owned_by": FINGERPRINT}


def _head(request: ChatRequest, kind: str, created: int, number: int) -> dict[str, Any]:
    digest = hashlib.sha256(f"{created}:{number}:{request.prompt}".encode("utf-8", "surrogatepass")).hexdigest()
    return {
        "id": f"chatcmpl-rehearsal-{digest[:24]}",
        "object": kind,
        "created": created,
        "model": _asked(request.model),
        "system_fingerprint": FINGERPRINT,
    }


def _asked(model: str) -> str:
    return f"{NAME} (asked: {model})"


def _tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
