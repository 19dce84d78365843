"""The one table of commands: every menu, palette, `/help` and the README come from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Flag, StrEnum, auto
from typing import Final

from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.model import MAX_ANNOUNCEMENT, ChatKind, Language


class Who(StrEnum):
    """Who may use a command."""

    ANYONE = "anyone"
    ADMIN = "admin"
    OPERATOR = "operator"


class Audience(StrEnum):
    """Whom a command's answer is for, for platforms that can show it to the asker alone.

    EVERYBODY may discuss it; for anybody but the ASKER it is noise; NOBODY_ELSE may see it.
    """

    EVERYBODY = "everybody"
    ASKER = "asker"
    NOBODY_ELSE = "nobody-else"


class Where(Flag):
    """In which kinds of chat a command makes sense."""

    PRIVATE = auto()
    GROUP = auto()
    CHANNEL = auto()
    ANYWHERE = PRIVATE | GROUP | CHANNEL

    def covers(self, kind: ChatKind) -> bool:
        """Whether a chat of this kind is among them."""
        return Where[kind.name] in self


class Kind(StrEnum):
    """What an argument is, so that platforms can complete and check it."""

    TOPIC = "topic"
    TOPICS = "topics"
    DIFFICULTY = "difficulty"
    QUESTION = "question"
    LANGUAGE = "language"
    ZONE = "zone"
    TIMES = "times"
    WORDS = "words"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """One argument: its name as typed on Discord, what it is, and its description in both languages.

    `longest` is how many characters it may have, where that is not what commands in general may have.
    """

    name: str
    kind: Kind
    zh: str
    en: str
    required: bool = False
    choices: tuple[str, ...] = ()
    longest: int | None = None

    def about(self, language: Language) -> str:
        """The description in one language."""
        return self.zh if language is Language.ZH else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One command: its name, other names people type, descriptions, arguments, and who may use it where."""

    name: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    arguments: tuple[Argument, ...] = ()
    who: Who = Who.ANYONE
    where: Where = Where.ANYWHERE
    audience: Audience = Audience.EVERYBODY

    def about(self, language: Language) -> str:
        """The description in one language, at most 100 characters (Discord's limit)."""
        return self.zh if language is Language.ZH else self.en

    @property
    def longest(self) -> int | None:
        """How many characters may follow the command, where an argument says it."""
        return next((argument.longest for argument in self.arguments if argument.longest is not None), None)

    def usage(self, language: Language) -> str:
        """The command as one types it: `/random [topic] [difficulty]`."""
        del language  # argument names are the same in both: they are Discord's option names
        words = (f"<{a.name}>" if a.required else f"[{a.name}]" for a in self.arguments)
        return " ".join([f"/{self.name}", *words])


_TOPIC: Final = Argument(name="topic", kind=Kind.TOPIC, zh="主题，例如 lora", en="A topic, such as lora")
_DIFFICULTY: Final = Argument(
    name="difficulty",
    kind=Kind.DIFFICULTY,
    zh="难度",
    en="A difficulty",
    choices=("easy", "medium", "hard"),
)

COMMANDS: Final[tuple[Command, ...]] = (
    Command(name="start", zh="认识一下千面", en="Meet Qianmian", aliases=("开始",)),
    Command(name="today", zh="看看今天的题目", en="Today's question", aliases=("今日", "今天")),
    Command(
        name="random",
        zh="随机来一道题",
        en="A random question",
        aliases=("随机", "来一题", "q"),
        arguments=(_TOPIC, _DIFFICULTY),
    ),
    Command(name="topics", zh="按主题浏览题库", en="Browse the bank by topic", aliases=("主题", "目录")),
    Command(
        name="search",
        zh="搜索题目",
        en="Search the questions",
        aliases=("搜索", "find"),
        arguments=(Argument(name="words", kind=Kind.WORDS, zh="要找的词", en="The words to look for", required=True),),
    ),
    Command(
        name="question",
        zh="打开某一道题",
        en="Open one question by its id",
        aliases=("题目",),
        arguments=(Argument(name="id", kind=Kind.QUESTION, zh="题目编号", en="The question's id", required=True),),
    ),
    Command(name="quiz", zh="做一道选择题", en="A multiple-choice quiz", aliases=("测验",), arguments=(_TOPIC,)),
    Command(
        name="review",
        zh="复习没答上来的题",
        en="Go back to what you missed",
        aliases=("复习",),
        audience=Audience.NOBODY_ELSE,
    ),
    Command(
        name="saved",
        zh="我收藏的题",
        en="Your saved questions",
        aliases=("收藏",),
        audience=Audience.NOBODY_ELSE,
    ),
    Command(
        name="subscribe",
        zh="订阅每日一题",
        en="Subscribe to a daily question",
        aliases=("订阅",),
        arguments=(
            Argument(name="time", kind=Kind.TIMES, zh="几点，例如 9:30", en="When, such as 9:30"),
            Argument(name="zone", kind=Kind.ZONE, zh="时区，例如 北京", en="Time zone, such as Berlin"),
            Argument(name="topics", kind=Kind.TOPICS, zh="主题，可写多个", en="Topics, one or several"),
        ),
        who=Who.ADMIN,
    ),
    Command(
        name="settings",
        zh="设置时间、主题、语言等",
        en="Hours, topics, language and more",
        aliases=("设置",),
        who=Who.ADMIN,
        audience=Audience.ASKER,
    ),
    Command(name="next", zh="下一题什么时候来", en="When the next question comes", aliases=("下次",)),
    Command(
        name="unsubscribe",
        zh="退订每日一题",
        en="End the daily question",
        aliases=("退订", "stop"),
        who=Who.ADMIN,
    ),
    Command(
        name="language",
        zh="切换语言",
        en="Switch the language",
        aliases=("语言", "lang"),
        arguments=(Argument(name="language", kind=Kind.LANGUAGE, zh="语言", en="The language", choices=("zh", "en")),),
    ),
    Command(
        name="suggest",
        zh="指出题目里的错误",
        en="Suggest a correction to a question",
        aliases=("纠错", "report"),
        arguments=(
            Argument(name="id", kind=Kind.QUESTION, zh="题目编号", en="The question's id", required=True),
            Argument(name="text", kind=Kind.WORDS, zh="哪里不对", en="What is wrong"),
        ),
    ),
    Command(
        name="me",
        zh="我的数据：导出或删除",
        en="Your data: export or forget it",
        aliases=("我",),
        arguments=(
            Argument(
                name="what",
                kind=Kind.CHOICE,
                zh="导出还是删除",
                en="Export it or forget it",
                choices=("export", "forget"),
            ),
        ),
        audience=Audience.NOBODY_ELSE,
    ),
    Command(name="help", zh="所有命令", en="All commands", aliases=("帮助",), audience=Audience.ASKER),
    Command(
        name="stats",
        zh="运行数据",
        en="How the bot is doing",
        who=Who.OPERATOR,
        where=Where.PRIVATE,
    ),
    Command(
        name="reload",
        zh="重新载入题库",
        en="Load the question bank again",
        who=Who.OPERATOR,
        where=Where.PRIVATE,
    ),
    Command(
        name="reports",
        zh="看看读者指出的错误",
        en="Corrections that readers suggested",
        who=Who.OPERATOR,
        where=Where.PRIVATE,
    ),
    Command(
        name="announce",
        zh="给所有订阅的聊天发公告",
        en="Tell all subscribed chats something",
        aliases=("公告",),
        arguments=(
            Argument(
                name="text",
                kind=Kind.WORDS,
                zh="公告内容；不填我会再问",
                en="What to tell them; if left out, you are asked for it",
                longest=MAX_ANNOUNCEMENT,
            ),
        ),
        who=Who.OPERATOR,
        where=Where.PRIVATE,
    ),
)

BY_NAME: Final[Mapping[str, Command]] = {
    name: command for command in COMMANDS for name in (command.name, *command.aliases)
}


def find_command(word: str) -> Command:
    """The command of a name or alias, with or without the slash.

    Raises Mistake `command-unknown` with the nearest name in `near`, or NOTHING_NEAR.
    """
    name = word.strip().lstrip("/").casefold()
    if name in BY_NAME:
        return BY_NAME[name]
    typed = name[:20]
    distance, near = min((_distance(typed, known), known) for known in BY_NAME)
    # A word that is wrong in more than half of its letters is another word.
    alike = distance <= len(typed) // 2
    raise Mistake("command-unknown", word=word[:40], near=BY_NAME[near].name if alike else NOTHING_NEAR)


def _distance(a: str, b: str) -> int:
    """Levenshtein distance; both words are short."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        previous, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (x != y))
    return row[-1]
