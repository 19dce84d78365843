"""The question bank: the files of `content/`, checked, and read into one immutable value.

This room may not know chats, platforms or the database. It gives the app a `BankSource` and the command
line a check; everything it finds wrong is a value with a place, a severity and a sentence in `bot/locales`.
"""
