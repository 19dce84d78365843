"""Which commands somebody may give in a chat."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.commands import COMMANDS, Command, Who, find_command
from bot.core.errors import NOTHING_NEAR, Mistake
from bot.core.requests import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """Knows the people who run the bot, and what is theirs alone; whether somebody is an admin is asked elsewhere.

    Attributes:
        operators: Those people, as `platform:user_id`.
    """

    operators: frozenset[str]

    def command(self, name: str, request: Request) -> Command:
        """The command of a name or alias, for who asks where they ask.

        Raises Mistake `command-unknown`, also for what only operators may know of, or `command-elsewhere`.
        """
        command = find_command(name)
        if not self._may_know(command, request):
            raise Mistake("command-unknown", word=command.name, near=NOTHING_NEAR)
        if not command.where.covers(request.chat.kind):
            raise Mistake("command-elsewhere", command=command.name)
        return command

    def commands(self, request: Request) -> Sequence[Command]:
        """All of these, in the order of the table."""
        return [
            command
            for command in COMMANDS
            if command.where.covers(request.chat.kind) and self._may_know(command, request)
        ]

    def _may_know(self, command: Command, request: Request) -> bool:
        return command.who is not Who.OPERATOR or request.operator or str(request.learner) in self.operators
