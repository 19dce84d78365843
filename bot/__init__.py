"""Qianmian brings one good LLM-interview question a day to the chats where people study.

The house, from the top floor down; a room imports only from floors below its own:

    __main__    the command line, its flags in options, its questions in terminal, its examination in doctor
    app         opens, wires, runs and closes everything
    config      settings      catalog   questions      storage   SQLite     health    asking a running bot
    delivery    the outbox    locales   what it says   platforms Telegram, Discord, web
    pictures    formulas      logs, clock   small things that every room above the core may use
    metrics     of the whole bot
    core        every rule of the product, knowing none of the above
"""

__version__ = "0.1.0"
