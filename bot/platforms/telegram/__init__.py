"""Telegram: updates become requests to the core's service, replies become messages.

This room may not know the other platforms, the database or the content folder; it gives the app one part,
`platform.TelegramPlatform`, and speaks to the core through its ports.
"""
