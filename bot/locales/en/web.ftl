# The chat page

web-send = Send
web-cancel = Cancel
web-type-here = Search, or type /
web-connecting = Connecting…
web-online = Connected
web-offline = No connection. Trying again…
web-unsent = Not sent yet; it goes out when the connection is back.
web-jump = To the latest message
web-new-message = New messages
web-question = Today's question is here
web-log = Conversation
web-you = You
web-list-commands = Commands
web-no-match = No such command. Press Enter to search for the words.
web-too-long = That is too long to send.
web-language = 中文
web-theme = Colours
web-theme-auto = Colours: as the system
web-theme-light = Colours: light
web-theme-dark = Colours: dark
web-notify = Tell me when a question arrives
web-notify-on = You will be told when a question arrives.
web-notify-denied = This browser does not allow notifications here; change that in its settings.
web-copy = Copy
web-copied = Copied
web-kilobytes = { $n } KB
web-log-out = Log out
web-no-script = This chat needs JavaScript. All questions can be read without it:

# What goes wrong on the page

web-frame-bad = The page and the bot do not understand each other. Please reload the page.
web-frame-big = That is too long to send.
web-too-fast = Not so fast, please. Try again in a moment.
web-broken = Something broke on this side. It was noted for the operator; please try again.

# Pages around the chat

web-chat = Chat
web-bank = Question bank
web-bank-lead = { $n ->
    [one] One question
   *[other] { $n } questions
}
web-search = Search
web-nothing-found = Nothing found for “{ $words }”. Try fewer or other words.
web-quiz = Quiz
web-right = { $letter } is right.
web-as-of = Facts checked { $month }
web-ask-in-chat = Practise it in the chat
web-before = Asked before it
web-after = Asked after it
web-problem = That did not work
web-not-found = There is no such page. The chat and the question bank are linked above.
web-download-gone = This download has expired. Send /me export in the chat for a new one.
web-wrong-host = This page answers on this machine only, as 127.0.0.1 or localhost and not as “{ $host }”. To open it to others, set QIANMIAN_WEB_HOST and QIANMIAN_WEB_PASSWORD.
web-wrong-origin = This request came from another site's page and was refused. If a proxy stands in front of the bot, let it pass on the Host header.

# Logging in

web-password = Password
web-log-in = Log in
web-wrong-password = That is not the password.
web-wait = { $n ->
    [one] Too many wrong passwords. Try again in one second.
   *[other] Too many wrong passwords. Try again in { $n } seconds.
}
web-log-in-first = Please log in first, and reload this page.
