"""Use cases around a learner's own data: exporting, forgetting, notes to the operator, own answers."""

import json
from dataclasses import dataclass, replace
from typing import Final

from bot.core import cards
from bot.core.actions import Ask, AskFor, ForgetMe, ShareAnswer
from bot.core.errors import Mistake
from bot.core.library import Library
from bot.core.markup import Bold, Details, Heading, Quote, bullets, inlines, paragraph
from bot.core.model import ChatKind, QuestionId, Rating, Stage
from bot.core.ports import Store
from bot.core.replies import Attachment, Button, Placement, Prompt, Reply, Response, Row, Tone
from bot.core.requests import Request, Voice

MAX_NOTE: Final = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Learners:
    """What a person does with what is stored about them."""

    library: Library
    store: Store

    async def me(self, request: Request, voice: Voice, what: str) -> Response:
        """An overview, the export, or the question whether to forget everything."""
        match what.strip().casefold():
            case "export" | "导出":
                return await self._export(request, voice)
            case "forget" | "删除":
                return self._ask_to_forget(voice)
            case _:
                return await self._overview(request, voice)

    async def _overview(self, request: Request, voice: Voice) -> Response:
        ratings = await self.store.ratings(request.learner)
        counts = {rating: sum(1 for a in ratings if a.rating is rating) for rating in Rating}
        lines = [voice(f"me-{rating}", n=counts[rating]) for rating in Rating]
        picks = await self.store.picks(request.learner)
        lines.append(voice("me-quizzes", n=len(picks), right=sum(picks.values())))
        lines.append(voice("me-saved", n=len(await self.store.saved(request.learner))))
        blocks = (
            Heading(1, inlines(voice("me-title"))),
            bullets(lines),
            paragraph(voice("me-how")),
        )
        return Response(reply=Reply(blocks=blocks), placement=Placement.PRIVATE)

    async def _export(self, request: Request, voice: Voice) -> Response:
        data = await self.store.export(request.learner)
        content = json.dumps(data, ensure_ascii=False, indent=2).encode()
        reply = Reply(
            blocks=(paragraph(voice("me-exported")),),
            attachment=Attachment(name="qianmian-me.json", content=content),
        )
        return Response(reply=reply, placement=Placement.PRIVATE)

    def _ask_to_forget(self, voice: Voice) -> Response:
        sure = Button(label=voice("button-forget-sure"), action=ForgetMe(), tone=Tone.DANGER)
        reply = Reply(blocks=(paragraph(voice("me-forget-ask")),), controls=(Row(buttons=(sure,)),))
        return Response(reply=reply, placement=Placement.PRIVATE)

    async def forget(self, request: Request, voice: Voice) -> Response:
        """Remove everything stored about the person; a private chat is theirs and goes with it, plan and all."""
        rows = await self.store.forget(request.learner)
        if request.chat.kind is ChatKind.PRIVATE:
            rows += await self.store.forget_chat(request.chat.ref)
        reply = Reply(blocks=(paragraph(voice("me-forgotten", n=rows)),))
        placement = Placement.EDIT if request.alone else Placement.PRIVATE
        return Response(reply=reply, placement=placement)

    # Notes and own answers

    def ask_for_note(self, voice: Voice, question: QuestionId) -> Response:
        """Ask what is wrong with a question."""
        self.library.bank.question(question)
        return _prompt(AskFor(what=Ask.REPORT, question=question), voice("ask-report"), voice("ask-report-example"))

    def ask_for_answer(self, voice: Voice, question: QuestionId) -> Response:
        """Ask for the person's own answer to a question."""
        self.library.bank.question(question)
        return _prompt(AskFor(what=Ask.SAY, question=question), voice("ask-say"), voice("ask-say-example"))

    async def note(self, request: Request, voice: Voice, question_id: str, text: str) -> Response:
        """Keep a note about a question for the operator; raises Mistake for an empty one."""
        question = self.library.bank.question(question_id)
        kept = _kept(text)
        number = await self.store.report(request.learner, question.id, kept, at=request.now)
        reply = Reply(blocks=(paragraph(voice("report-thanks", number=number)),))
        return Response(reply=reply, placement=Placement.PRIVATE)

    async def say(
        self, request: Request, voice: Voice, question_id: QuestionId, text: str, *, until: str = ""
    ) -> Response:
        """Keep the person's own answer, and show it beside the key points; `until` says why those have to wait."""
        question = self.library.bank.question(question_id)
        own = _kept(text)
        await self.store.own_answer(request.learner, question.id, own, at=request.now)
        reply = cards.card(voice, self.library.bank, question, Stage.POINTS, mine=cards.Mine(own=own))
        if until:
            quoted = Details(inlines(voice("stage-own")), (Quote((paragraph(own),)),), open=True)
            reply = Reply(blocks=(quoted, paragraph(until)), question=question.id)
        if request.chat.kind is ChatKind.PRIVATE:
            return Response(reply=reply, placement=Placement.NEW)
        share = Button(label=voice("button-share"), action=ShareAnswer(question=question.id))
        reply = replace(reply, controls=(*reply.controls, Row(buttons=(share,))))
        return Response(reply=reply, placement=Placement.PRIVATE)

    async def share(self, request: Request, voice: Voice, question_id: QuestionId) -> Response:
        """Show the person's own answer to everybody in the chat; raises Mistake `share-nothing` if there is none."""
        question = self.library.bank.question(question_id)
        own = await self.store.own_answer_of(request.learner, question.id)
        if own is None:
            raise Mistake("share-nothing")
        lead = voice("share-lead", question=cards.short(question.text(voice.language).question, 200))
        reply = Reply(blocks=(paragraph(Bold(inlines(lead))), Quote((paragraph(own),))))
        return Response(reply=reply, shared=True)


def _prompt(action: AskFor, label: str, placeholder: str) -> Response:
    prompt = Prompt(action=action, label=label, placeholder=placeholder, long=True)
    return Response(reply=Reply(blocks=(paragraph(label),), prompt=prompt), placement=Placement.PRIVATE)


def _kept(text: str) -> str:
    kept = text.strip()
    if not kept:
        raise Mistake("text-empty")
    if len(kept) > MAX_NOTE:
        raise Mistake("text-too-long", most=MAX_NOTE)
    return kept
