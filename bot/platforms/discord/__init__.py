"""The Discord room: translates interactions into the core's calls and replies into Components V2 messages.

It knows discord.py and the core, and no rule of the product. Start reading at `platform.py`; `prose`, `tables` and
`layout` are pure, `components` turns their pages into discord.py's views.
"""
