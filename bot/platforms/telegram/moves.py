"""Where a group is now that became a supergroup: what was noted under its old id still finds it."""

from dataclasses import replace
from typing import Final

from bot.core.model import ChatRef
from bot.core.ports import Store

# A group moves once; a few steps more do no harm.
_STEPS: Final = 3


async def note_move(store: Store, old: ChatRef, new: ChatRef) -> None:
    """Let everything stored follow the chat, and remember where it went."""
    await store.chat_moved(old, new)
    await store.remember(_key(old), new.chat_id)
    await store.remember(_origin(new), old.chat_id)


async def has_moved_here(store: Store, ref: ChatRef) -> bool:
    """Whether this chat was another one before."""
    return await store.recall(_origin(ref)) is not None


async def present_ref(store: Store, ref: ChatRef) -> ChatRef:
    """The chat's address today."""
    for _ in range(_STEPS):
        moved = await store.recall(_key(ref))
        if moved is None:
            break
        ref = replace(ref, chat_id=moved)
    return ref


def _key(ref: ChatRef) -> str:
    return f"telegram:moved:{ref.chat_id}"


def _origin(ref: ChatRef) -> str:
    return f"telegram:moved-here:{ref.chat_id}"
