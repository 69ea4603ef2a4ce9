"""Answer pages, for whoever has no system of their own: they make the events that a system would publish."""

from __future__ import annotations

from typing import TYPE_CHECKING

from services.answer_links import AnswerLinks
from services.ingest.pages.routes import Pages
from services.ingest.pages.sending import CodeFolder
from services.ingest.pages.texts import read_texts
from services.settings import SettingsNotUsable

if TYPE_CHECKING:
    from starlette.routing import Route

    from services.clock import Clock
    from services.ingest.accept import Acceptor
    from services.ingest.inbox import Inbox
    from services.settings import Settings

__all__ = ["Pages", "pages_of"]

#: Pages that a door works on at a time: they never crowd out those who publish.
_AT_ONCE = 32


def pages_of(settings: Settings, inbox: Inbox, acceptor: Acceptor, clock: Clock) -> list[Route]:
    """The pages of a deployment; none where it has no page keys. Raises SettingsNotUsable."""
    if settings.page_keys_file is None:
        return []
    if settings.page_codes_folder is None:
        raise SettingsNotUsable("FITPATH_PAGE_KEYS_FILE without FITPATH_PAGE_CODES_FOLDER: no code could go out")
    return Pages(
        links=AnswerLinks.by(settings),
        inbox=inbox,
        acceptor=acceptor,
        sender=CodeFolder(settings.page_codes_folder),
        clock=clock,
        texts=read_texts(settings.page_texts_file),
        most_at_once=_AT_ONCE,
        body_seconds=settings.body_seconds,
    ).routes()
