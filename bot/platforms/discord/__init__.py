"""The Discord room: translates interactions into the core's calls and replies into Components V2 messages.

It knows discord.py and the core, and no rule of the product. Start reading at `platform`, which keeps a `client`
connected. From there the ways are:

    an interaction    answering -> preparing -> placing, with places, passes and crowd
    a post            messenger -> posting, forums, marks
    a reply           drawing -> blocks (prose, tables) -> layout -> components (controls, custom_ids), modals
    a guild           channels, managers, slimming

`prose`, `tables`, `blocks` and `layout` are pure; `faults` turns refusals into the core's errors.
"""
