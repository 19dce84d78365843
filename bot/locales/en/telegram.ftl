telegram-cancel = (/cancel leaves everything as it is.)
telegram-reply-here = (Reply to this message.)
prompt-cancelled = Cancelled; everything stays as it was.
prompt-nothing = There is nothing to cancel.
telegram-rights-alone = Tip: I can do everything as an ordinary member, except pin the daily question. For that, make me an admin with the right to pin messages.
telegram-channel-linked = { $chat } gets a daily question from now on. These are its settings:
telegram-channel-not-admin = You have to be an admin of { $chat } to manage its daily question.
telegram-channel-bot-not-admin = I have to be an admin of { $chat } with the right to post messages. Add me there, then try again.
telegram-channel-unknown = I cannot find the channel { $chat }. Add me there as an admin, then forward one of its posts to me.
telegram-inline-topic = { $n ->
    [one] One question
   *[other] { $n } questions
}
telegram-inline-today = Today's question
telegram-inline-more = Open Qianmian
telegram-inline-rest = Cut here: read all of it in private
telegram-about-chat = About { $chat }:
telegram-yours-alone = That is for your eyes alone. I show it in our private chat.
telegram-open-private = Open
telegram-topic-around = The topic of { $chat } in which I post the daily question is closed or deleted. For now I post in General. Reopen the topic, or say /settings there to change what I do then.
telegram-topic-gone = The topic of { $chat } in which I post the daily question is closed or deleted, so no question comes. Reopen it, or say /subscribe in another one.
telegram-not-allowed = I am not allowed to post the daily question in { $chat }. Please give me the right to send messages there (in a channel: to post messages). I will try again tomorrow.
telegram-open-topic = Open the topic
