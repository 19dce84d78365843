# What operators are told, once a day of each kind.

notice-not-allowed = I may not post in { $chat }, and perhaps in other chats: { $why }. Ask an admin there to let me write; I try again every day.
notice-thread-gone = The topic or thread of { $chat } is closed or deleted: { $why }. Subscribe again in another one, or let me post to the chat around it.
notice-rejected = A message for { $chat } was refused, which is a mistake of this program: { $why }. The log has all of it; please report it.
notice-database = Questions are not being delivered, because of the database. { $why }
notice-upkeep = The nightly upkeep failed: { $why }. The log has all of it.
