choice-export = export my data
choice-forget = forget everything about me
discord-trouble = Something went wrong on our side. Please try again in a moment.
discord-open-form = Write it
discord-open = Open
discord-not-allowed = I may not post the daily question in { $chat }. Please give me the rights to view the channel, send messages, send messages in threads, attach files and read the message history there. I will try again tomorrow.
why-deleted = the channel was deleted
