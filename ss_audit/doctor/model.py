"""What looking finds, and what is said of it, as immutable models. None of them can hold a key."""

from typing import Literal

from ss_audit.evidence.model import Fact
from ss_audit.witness.locality import Locality


class Item(Fact):
    """One line of the doctor's. `missing` keeps an audit from starting or from ever being READY; `note` does not.

    `remedy` is what to do about it, empty where there is nothing to do.
    """

    what: str
    state: Literal["ok", "missing", "note"]
    detail: str
    remedy: str = ""


class CheckoutSeen(Fact):
    """What should be a checkout of SS. `dirty` is None when git doesn't say; `env_file` are the names in its `.env`."""

    path: str
    is_folder: bool
    has_api: bool
    revision: str | None = None
    dirty: bool | None = None
    env_file: tuple[str, ...] = ()


class InterpreterSeen(Fact):
    """An interpreter, tried. `problem` is why it can't run SS, in words; None when it can import SS's requirements."""

    path: str
    version: str | None = None
    problem: str | None = None


class StataSeen(Fact):
    """The configured Stata, tried with a one-line do-file.

    `problem` is why it could not be tried, or why no log came of it; else `log` holds the log's bytes. `command` is argv.
    """

    command: tuple[str, ...] = ()
    problem: str | None = None
    exit_status: int | None = None
    log: bytes | None = None


class ProviderSeen(Fact):
    """Where SS would find its provider. `address` is what the name resolves to, None behind a proxy or when it doesn't.

    `problem` is why the URL can't be used or the name not be resolved, in words.
    """

    origin: str
    host: str
    encrypted: bool
    proxied: bool = False
    address: str | None = None
    locality: Locality = "global"
    problem: str | None = None


class ProviderCall(Fact):
    """One minimal call. Tokens are the provider's own count, None when it gave none. `failure` is why no answer came."""

    model_asked: str
    model_echoed: str | None = None
    status: int | None = None
    tls_verified: bool | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    failure: str | None = None


class DataSeen(Fact):
    """The operator's data set: where it lies, and what would be asked of it."""

    path: str
    rows: int
    columns: int
    asked_about: tuple[str, ...]


class LibrarySeen(Fact):
    """SS's template library: how many templates, or why it can't be read."""

    path: str
    templates: int = 0
    problem: str | None = None


class MachineSeen(Fact):
    """What any audit needs of this machine. Sizes are bytes, by what will lie there; `port` is one that was free."""

    free: tuple[tuple[str, int], ...]
    needed: int
    port: int | None
    git: bool
    pack_problem: str | None
    cards: int


class RemoteSeen(Fact):
    """An SS elsewhere. `status` is what it answered when asked whether it lives, None when it was not asked; `problem` is
    why it did not answer. `codes` is the number of unused task codes, `codes_needed` what a whole audit uses."""

    base_url: str
    status: int | None = None
    problem: str | None = None
    remedy: str = ""
    clock_ahead: float | None = None
    codes: int = 0
    codes_needed: int
    codes_problem: str | None = None


class MeansSeen(Fact):
    """The operator's means: setting, program, whether it can be executed; setting of a file, and why it can't be read."""

    programs: tuple[tuple[str, str, bool], ...] = ()
    files: tuple[tuple[str, str | None], ...] = ()


class ContainersSeen(Fact):
    """SS in containers: the engine's address, the image or containers in words, for what the image says that it stands in;
    `problem` is why an audit can't start them or attach to them; `unseen_logs` are roles whose log can't be read, and why."""

    engine: str
    detail: str = ""
    stands_in: str | None = None
    problem: str | None = None
    unseen_logs: tuple[tuple[str, str], ...] = ()
