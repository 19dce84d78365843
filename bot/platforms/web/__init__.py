"""The web chat: a page that looks like a chat app, the bank to browse, health and metrics.

This room translates between browsers and the core and may not know the other platforms or any other room. The server
renders everything that is said to HTML; the scripts in `page/` only put it where it belongs.
"""
