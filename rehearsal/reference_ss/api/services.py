"""The parts of the API process, put together once."""

from dataclasses import dataclass

from rehearsal.reference_ss.journey.access import Access
from rehearsal.reference_ss.journey.drafting import Drafting
from rehearsal.reference_ss.journey.inputs import Uploads
from rehearsal.reference_ss.journey.planning import Planning
from rehearsal.reference_ss.journey.running import Running, recover
from rehearsal.reference_ss.llm.client import LlmClient
from rehearsal.reference_ss.settings import Settings
from rehearsal.reference_ss.store.jobs import JobStore
from rehearsal.reference_ss.store.queue import Queue
from rehearsal.reference_ss.templates import TemplateLibrary


@dataclass(frozen=True)
class Services:
    """What the routes call."""

    settings: Settings
    store: JobStore
    access: Access
    uploads: Uploads
    drafting: Drafting
    planning: Planning
    running: Running

    @classmethod
    def build(cls, settings: Settings) -> "Services":
        """Make the parts and their folders, and take up what a crash left behind."""
        store = JobStore(settings.jobs_dir)
        queue = Queue(settings.queue_dir, settings.lease_seconds)
        store.prepare()
        queue.prepare()
        library = TemplateLibrary(settings.library_dir)
        planning = Planning(store, library, settings.stata_timeout_seconds)
        recover(store, queue)
        return cls(
            settings=settings,
            store=store,
            access=Access(store, settings.jobs_dir / "_auth" / "secret"),
            uploads=Uploads(store),
            drafting=Drafting(store, LlmClient(settings.llm, store), library),
            planning=planning,
            running=Running(store, queue, planning),
        )
