# What operators are told, once a day of each kind.

notice-not-allowed = I may not post in { $chat }, and perhaps in other chats: { $why }. Ask an admin there to let me write; I try again every day.
notice-thread-gone = The topic or thread of { $chat } is closed or deleted: { $why }. Subscribe again in another one, or let me post to the chat around it.
notice-rejected = A message for { $chat } was refused, which is a mistake of this program: { $why }. The log has all of it; please report it.
notice-upkeep = The nightly upkeep failed: { $why }. The log has all of it.
notice-token = { $platform } does not accept the bot's token any more: nothing is sent or received there. Copy the token again, put it into { $variable }, and start the bot again.
notice-conflict = Another program uses the same bot on { $platform }, so that each of the two gets only some of what people write and tap. Stop one of them, or give it a token of its own in { $variable }.
notice-away = { $platform } has not been well for { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}: { $why }. What is due waits, and I keep trying.
notice-back = { $platform } is well again, after { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}.
notice-pause = { $platform } has told the bot to pause for { $left ->
    [one] another minute
   *[other] { $left } more minutes
}: nothing is sent there meanwhile, and what is due waits.
notice-pause-over = The pause on { $platform } is over; what waited is being sent.
notice-database = Questions are not being delivered, because of the database. { $why }
notice-database-back = The database can be used again, after { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}.
notice-backup = No backup was made: { $why } The earlier ones are still there.
notice-other-bot = On { $platform } this is another bot ({ $account }) than the one its subscriptions belong to ({ $before }). For it every chat would seem closed, and its subscription end, so nothing is sent there. If the token is a mistake, put the right one into { $variable } and start again. If it is meant, run: qianmian resume { $id }
notice-many-gone = { $gone } of the last { $n } chats on { $platform } answered that they are closed to the bot. So many at once are hardly true, so nothing more is sent there, and no more subscriptions end. Look at the bot on { $platform }; to go on, run: qianmian resume { $id }
notice-damage = The database needs you. { $why }
notice-damage-over = The database was read from end to end, and is sound.
