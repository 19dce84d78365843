"""Use cases of the people who run the bot: figures, the bank, what readers suggested."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Final

from bot.core.actions import FinishReport, ShowQuestion
from bot.core.errors import Mistake
from bot.core.library import Library
from bot.core.markup import Heading, ItemList, Paragraph, bullets, inlines, paragraph
from bot.core.model import Platform
from bot.core.moments import moment
from bot.core.ports import Facts, Report, Store, Traffic
from bot.core.replies import Button, Placement, Reply, Response, Row
from bot.core.requests import Request, Voice
from bot.core.schedule import open_zone

WEEK: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operators:
    """What the people who run the bot may ask of it.

    Attributes:
        library: The bank in use.
        store: The state.
        zone: Whose midnight begins a day.
        facts: Tells about this run.
    """

    library: Library
    store: Store
    zone: str
    facts: Callable[[], Facts] | None = None

    async def stats(self, request: Request, voice: Voice) -> Response:
        """How it is going on each platform, and how this run is set up; one screen."""
        now = request.now
        local = now.astimezone(open_zone(self.zone))
        day = datetime.combine(local.date(), time(), local.tzinfo).astimezone(UTC)
        traffic = await self.store.traffic(day=day, week=now - WEEK, now=now)
        counts = await self.store.counts()
        lines = [line for platform, one in traffic.items() for line in _lines(voice, platform, one)]
        lines.append(voice("stats-people", chats=counts.chats, learners=counts.learners, answers=counts.answers))
        lines.append(voice("stats-subscriptions", n=counts.subscriptions))
        lines.append(voice("stats-reports", n=counts.reports))
        if self.facts is not None:
            lines += self._about_this_run(voice, self.facts(), now)
        return Response(reply=Reply(blocks=(Heading(1, inlines(voice("stats-title"))), bullets(lines))))

    async def reload(self, voice: Voice) -> Response:
        """Load the bank again; raises BadContent, with the old bank still in use."""
        count = await self.library.reload()
        return Response(reply=Reply(blocks=(paragraph(voice("reloaded", n=count)),)))

    async def reports(self, voice: Voice) -> Response:
        """The latest corrections that readers suggested."""
        rows = await self.store.reports(limit=20)
        if not rows:
            raise Mistake("reports-empty")
        return Response(reply=self._list(voice, rows))

    async def finish_report(self, voice: Voice, number: int) -> Response:
        """Take a correction off that is dealt with; one that is off already is so still."""
        await self.store.finish_report(number)
        rows = await self.store.reports(limit=20)
        reply = self._list(voice, rows) if rows else Reply(blocks=(paragraph(voice("reports-done")),))
        return Response(reply=reply, placement=Placement.EDIT)

    def _list(self, voice: Voice, rows: Sequence[Report]) -> Reply:
        items = tuple(
            (Paragraph(inlines(voice("report-line", number=r.number, question=r.question, text=r.text[:300]))),)
            for r in rows
        )
        known = {question.id for question in self.library.bank.questions}
        buttons = tuple(
            Row(
                buttons=(
                    *(
                        (Button(label=row.question, action=ShowQuestion(question=row.question)),)
                        if row.question in known
                        else ()
                    ),
                    Button(label=voice("button-finish", number=row.number), action=FinishReport(number=row.number)),
                )
            )
            for row in rows[:5]
        )
        return Reply(blocks=(Heading(1, inlines(voice("reports-title"))), ItemList(items)), controls=buttons)

    def _about_this_run(self, voice: Voice, facts: Facts, now: datetime) -> Iterator[str]:
        last = facts.backed_up_at
        backup = voice("stats-no-backup") if last is None else moment(voice, last, zone=self.zone, now=now)
        size = f"{(facts.database_bytes + facts.log_bytes) / 1e6:.1f}"
        yield voice("stats-database", size=size, backup=backup)
        since = moment(voice, facts.since, zone=self.zone, now=now)
        yield voice("stats-version", version=facts.version, since=since)


def _lines(voice: Voice, platform: Platform, traffic: Traffic) -> Iterator[str]:
    """A platform's figures, and what failed there if anything did."""
    name = platform.title()
    share = f"{100 * traffic.punctual / traffic.week:.1f}" if traffic.week else ""
    yield voice(
        "stats-platform",
        platform=name,
        subscribed=traffic.subscribed,
        today=traffic.today,
        week=traffic.week,
        waiting=traffic.waiting,
    ) + (voice("stats-punctual", share=share) if share else "")
    if traffic.failed:
        most_first = sorted(traffic.failed.items(), key=lambda item: (-item[1], item[0]))
        kinds = voice("list-comma").join(voice("stats-why", reason=reason, n=n) for reason, n in most_first)
        yield voice("stats-failed", platform=name, kinds=kinds)
