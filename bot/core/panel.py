"""The settings panel: one message whose pages are walked by buttons."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bot.core.actions import Ask, AskFor, Change, OpenPage, Page, PlanField, Turn, Unsubscribe
from bot.core.markup import Block, Bold, Heading, ItemList, Paragraph, Text, inlines, paragraph
from bot.core.model import Difficulty, Language, Mode, Order, Reveal, Subscription
from bot.core.moments import days_of, difficulties_of, times_of, topics_of, zone_name
from bot.core.plans import REVEAL_HOURS, switched_on
from bot.core.ports import Bank
from bot.core.replies import Button, Control, Option, Picker, Reply, Row, Tone
from bot.core.requests import Voice
from bot.core.zones import COMMON_ZONES

NOON: Final = "12:00"
# What only some platforms can do stands on the page `more` of those that can.
SWITCHES: Final = (
    PlanField.SILENT,
    PlanField.PROTECTED,
    PlanField.THREAD,
    PlanField.PIN,
    PlanField.CROSSPOST,
    PlanField.CLASSIC,
    PlanField.FALL_BACK,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """Draws the pages of one subscription's panel.

    Attributes:
        chat: Set when the panel manages another chat than the one it is shown in.
        features: The settings that the chat's platform can do beyond the common ones.
        alone: Whether it is a private chat's own panel: nobody else reads there, so answers need no policy.
        group: The group of topics whose page is open.
    """

    voice: Voice
    bank: Bank
    subscription: Subscription
    features: frozenset[PlanField]
    chat: str | None = None
    title: str = ""
    alone: bool = False
    group: str | None = None

    def page(self, page: Page) -> Reply:
        """One page as a reply."""
        draw: dict[Page, Callable[[], tuple[Control, ...]]] = {
            Page.MAIN: self._main,
            Page.TIMES: self._times,
            Page.DAYS: self._days,
            Page.ZONE: self._zone,
            Page.GROUPS: self._groups,
            Page.TOPICS: self._topics,
            Page.DIFFICULTY: self._difficulty,
            Page.REVEAL: self._reveal,
            Page.LANGUAGE: self._language,
            Page.MORE: self._more,
            Page.PREVIEW: tuple,
            Page.STOP: self._stop,
        }
        blocks: list[Block] = [Heading(1, inlines(self._title()))]
        blocks += self._summary() if page is Page.MAIN else [paragraph(self.voice(_LEADS.get(page, f"panel-{page}")))]
        back = () if page is Page.MAIN else (Row(buttons=(self._open("button-back", _ABOVE.get(page, Page.MAIN)),)),)
        return Reply(blocks=tuple(blocks), controls=(*draw[page](), *back))

    def _title(self) -> str:
        """Named only where it could be another chat than the one it is read in."""
        return self.voice("panel-title") if self.alone else self.voice("panel-title-of", chat=self.title or "-")

    def _summary(self) -> list[Block]:
        plan, voice = self.subscription.plan, self.voice
        facts = (
            ("panel-when", f"{days_of(voice, plan.timetable.weekdays)} {times_of(voice, plan)}"),
            ("panel-where", zone_name(plan.timetable.zone, voice.language)),
            ("panel-what", topics_of(voice, plan, self.bank)),
            ("panel-level", difficulties_of(voice, plan)),
            ("panel-order", voice(f"order-{plan.order}")),
            ("panel-mode", voice(f"mode-{plan.mode}")),
            ("panel-answers", voice(f"reveal-{plan.reveal}", hours=plan.reveal_after)),
            ("panel-speaks", voice(f"language-{self.subscription.language}")),
        )
        shown = [fact for fact in facts if not (self.alone and fact[0] == "panel-answers")]
        items = tuple((Paragraph((Bold(inlines(voice(key))), Text(f" {words}"))),) for key, words in shown)
        lines: list[Block] = [ItemList(items)]
        if plan.paused:
            lines.insert(0, paragraph(Bold(inlines(voice("panel-is-paused")))))
        return lines

    def _open(self, label: str, page: Page, *, tone: Tone = Tone.PLAIN, group: str | None = None) -> Button:
        return Button(label=self.voice(label), action=OpenPage(page=page, group=group, chat=self.chat), tone=tone)

    def _change(self, field: PlanField, value: str) -> Change:
        return Change(field=field, value=value, chat=self.chat)

    def _turn(self, field: PlanField, value: str, *, on: bool) -> Change:
        """What pressing a switch does that is on or off."""
        return Change(field=field, value=value, chat=self.chat, turn=Turn.OFF if on else Turn.ON)

    def _turned(self, label: str, field: PlanField, value: str, *, on: bool) -> Option:
        """One of several values, any of which can be on."""
        return Option(label=label, action=self._turn(field, value, on=on), chosen=on)

    def _switch(self, field: PlanField) -> Option:
        return self._turned(self.voice(f"switch-{field}"), field, "", on=switched_on(self.subscription.plan, field))

    def _main(self) -> tuple[Control, ...]:
        paused = self.subscription.plan.paused
        pause = Button(
            label=self.voice("button-resume" if paused else "button-pause"),
            action=self._turn(PlanField.PAUSED, "", on=paused),
            tone=Tone.GOOD if paused else Tone.PLAIN,
        )
        rows = (
            (
                self._open("button-times", Page.TIMES),
                self._open("button-days", Page.DAYS),
                self._open("button-zone", Page.ZONE),
            ),
            (self._open("button-topics", Page.GROUPS), self._open("button-difficulty", Page.DIFFICULTY)),
            (
                *(() if self.alone else (self._open("button-reveal", Page.REVEAL),)),
                self._open("button-language", Page.LANGUAGE),
                self._open("button-more", Page.MORE),
            ),
            (
                self._open("button-preview", Page.PREVIEW, tone=Tone.PRIMARY),
                pause,
                self._open("button-unsubscribe", Page.STOP, tone=Tone.DANGER),
            ),
        )
        return tuple(Row(buttons=row) for row in rows)

    def _times(self) -> tuple[Control, ...]:
        chosen = self.subscription.plan.timetable.times
        odd = tuple(at for at in chosen if at.minute)
        clocks = sorted({*(f"{hour:02}:00" for hour in range(24)), *(f"{at:%H:%M}" for at in odd)})
        options = tuple(
            self._turned(clock, PlanField.TIME, clock, on=clock in {f"{at:%H:%M}" for at in chosen}) for clock in clocks
        )
        halves = (
            ("times-morning", tuple(option for option in options if option.label < NOON)),
            ("times-evening", tuple(option for option in options if option.label >= NOON)),
        )
        pickers = tuple(Picker(label=self.voice(label), options=half, columns=6, many=True) for label, half in halves)
        return (*pickers, self._type(Ask.TIMES))

    def _type(self, what: Ask) -> Row:
        return Row(buttons=(Button(label=self.voice(f"button-type-{what}"), action=AskFor(what=what, chat=self.chat)),))

    def _days(self) -> tuple[Control, ...]:
        chosen = self.subscription.plan.timetable.weekdays
        options = tuple(
            self._turned(self.voice(f"weekday-{day}"), PlanField.DAY, str(day), on=day in chosen) for day in range(7)
        )
        return (Picker(label=self.voice("button-days"), options=options, columns=4, many=True),)

    def _zone(self) -> tuple[Control, ...]:
        current = self.subscription.plan.timetable.zone
        zones = COMMON_ZONES if current in COMMON_ZONES else (current, *COMMON_ZONES)
        options = tuple(
            Option(
                label=zone_name(zone, self.voice.language),
                action=self._change(PlanField.ZONE, zone),
                chosen=zone == current,
            )
            for zone in zones
        )
        return (Picker(label=self.voice("button-zone"), options=options, columns=2), self._type(Ask.ZONE))

    def _groups(self) -> tuple[Control, ...]:
        chosen = set(self.subscription.plan.topics)
        options = tuple(
            Option(
                label=group.title(self.voice.language),
                action=OpenPage(page=Page.TOPICS, group=group.slug, chat=self.chat),
                chosen=any(topic.slug in chosen for topic in group.topics),
            )
            for group in self.bank.groups
        )
        everything = Option(
            label=self.voice("topics-all"), action=self._change(PlanField.ALL_TOPICS, ""), chosen=not chosen
        )
        return (Picker(label=self.voice("button-topics"), options=(everything, *options), columns=2),)

    def _topics(self) -> tuple[Control, ...]:
        chosen = set(self.subscription.plan.topics)
        found = [group for group in self.bank.groups if group.slug == self.group]
        topics = tuple(
            self._turned(topic.title(self.voice.language), PlanField.TOPIC, topic.slug, on=topic.slug in chosen)
            for group in found
            for topic in group.topics
        )
        whole = tuple(
            self._turned(
                self.voice("topics-group"),
                PlanField.GROUP,
                group.slug,
                on=all(topic.slug in chosen for topic in group.topics),
            )
            for group in found
        )
        return (Picker(label=self.voice("button-topics"), options=(*whole, *topics), columns=2, many=True),)

    def _difficulty(self) -> tuple[Control, ...]:
        plan = self.subscription.plan
        levels = tuple(
            self._turned(
                self.voice(f"difficulty-{level}"),
                PlanField.DIFFICULTY,
                level,
                on=level in (plan.difficulties or tuple(Difficulty)),
            )
            for level in Difficulty
        )
        orders = tuple(
            Option(
                label=self.voice(f"order-{order}"),
                action=self._change(PlanField.ORDER, order),
                chosen=plan.order is order,
            )
            for order in Order
        )
        return (
            Picker(label=self.voice("button-difficulty"), options=levels, many=True),
            Picker(label=self.voice("panel-order"), options=orders, columns=2),
        )

    def _reveal(self) -> tuple[Control, ...]:
        plan = self.subscription.plan
        policies = tuple(
            Option(
                label=self.voice(f"reveal-{policy}-short"),
                action=self._change(PlanField.REVEAL, policy),
                chosen=plan.reveal is policy,
            )
            for policy in Reveal
        )
        hours = tuple(
            Option(
                label=self.voice("duration-hours", n=count),
                action=self._change(PlanField.REVEAL_AFTER, str(count)),
                chosen=plan.reveal is Reveal.TIMED and plan.reveal_after == count,
            )
            for count in REVEAL_HOURS
        )
        return (
            Picker(label=self.voice("button-reveal"), options=policies, columns=2),
            Picker(label=self.voice("reveal-after"), options=hours, columns=5),
        )

    def _language(self) -> tuple[Control, ...]:
        options = tuple(
            Option(
                label=self.voice(f"language-{language}"),
                action=self._change(PlanField.LANGUAGE, language),
                chosen=self.subscription.language is language,
            )
            for language in Language
        )
        return (Picker(label=self.voice("button-language"), options=options, columns=2),)

    def _more(self) -> tuple[Control, ...]:
        modes = tuple(
            Option(
                label=self.voice(f"mode-{mode}"),
                action=self._change(PlanField.MODE, mode),
                chosen=self.subscription.plan.mode is mode,
            )
            for mode in Mode
        )
        switches = tuple(self._switch(field) for field in SWITCHES if field in self.features)
        controls: tuple[Control, ...] = (Picker(label=self.voice("panel-mode"), options=modes, columns=2),)
        if switches:
            controls += (Picker(label=self.voice("button-more"), options=switches, columns=2, many=True),)
        if PlanField.MENTION in self.features:
            chosen = self.subscription.plan.mention is not None
            label = self.voice("button-mention-on" if chosen else "button-mention")
            ask = AskFor(what=Ask.MENTION, chat=self.chat)
            controls += (Row(buttons=(Button(label=label, action=ask, tone=Tone.GOOD if chosen else Tone.PLAIN),)),)
        return controls

    def _stop(self) -> tuple[Control, ...]:
        sure = Button(label=self.voice("button-unsubscribe-sure"), action=Unsubscribe(chat=self.chat), tone=Tone.DANGER)
        return (Row(buttons=(sure,)),)


# The fact `Difficulty:` on the main page has the plainer key.
_LEADS: Final = {Page.DIFFICULTY: "panel-level-page"}
_ABOVE: Final = {Page.TOPICS: Page.GROUPS}
PAGE_OF: Final = {
    PlanField.TIME: Page.TIMES,
    PlanField.DAY: Page.DAYS,
    PlanField.ZONE: Page.ZONE,
    PlanField.TOPIC: Page.TOPICS,
    PlanField.GROUP: Page.TOPICS,
    PlanField.ALL_TOPICS: Page.GROUPS,
    PlanField.DIFFICULTY: Page.DIFFICULTY,
    PlanField.ORDER: Page.DIFFICULTY,
    PlanField.LANGUAGE: Page.LANGUAGE,
    PlanField.REVEAL: Page.REVEAL,
    PlanField.REVEAL_AFTER: Page.REVEAL,
    PlanField.PAUSED: Page.MAIN,
}
