doctor-settings-ok = all settings can be read
doctor-database-ok = { $path } is sound
doctor-database-ok-new = { $path } will be made at the first run
doctor-database-bad = { $path }: { $why }
doctor-content-ok = { $n } questions in { $folder }
doctor-content-bad = { $folder }: { $why } Run “qianmian check” to see everything.
doctor-telegram-ok = the token belongs to @{ $name }; groups and inline mode are on
doctor-telegram-ok-less = the token belongs to @{ $name }. Groups or inline mode are off: send /setjoingroups and /setinline to @BotFather to use them
doctor-telegram-ok-unreached = the token has the right shape; Telegram could not be reached to check it ({ $why })
doctor-telegram-bad-silenced = the token belongs to @{ $name }, but it may not post in: { $chats }. Ask an admin there to let it write (in a channel: make it an admin who may post), or end the plan
doctor-telegram-bad-unpinnable = the token belongs to @{ $name }, but it may not pin in: { $chats }. Ask an admin there to let it pin messages (in a channel: edit messages), or take “Pin it” out of the plan
doctor-telegram-bad-webhook = the token belongs to @{ $name }, but Telegram cannot bring updates to the webhook ({ $why }). Check QIANMIAN_TELEGRAM_WEBHOOK_URL, its certificate and the proxy before it
doctor-telegram-bad-refused = Telegram refuses the token ({ $why }); copy it again from @BotFather
doctor-telegram-ok-none = not connected; set QIANMIAN_TELEGRAM_TOKEN to connect it
doctor-telegram-bad = QIANMIAN_TELEGRAM_TOKEN does not look like a token; copy it again from @BotFather, it looks like 123456789:AA…
doctor-discord-ok = the token belongs to { $name }, and the intents it needs are open to all. Add it to a server: { $link }
doctor-discord-ok-privileged = the token belongs to { $name }. It may ask for privileged intents, which it never does; turn them off in the developer portal under Bot. Add it to a server: { $link }
doctor-discord-bad-elsewhere = commands and buttons of { $name } are sent to { $address } and never come here; in the developer portal open General Information and clear the Interactions Endpoint URL
doctor-discord-ok-unreached = the token has the right shape; Discord could not be reached to check it ({ $why })
doctor-discord-bad-refused = Discord refuses the token ({ $why }); in the developer portal open Bot and press Reset Token
doctor-discord-ok-none = not connected; set QIANMIAN_DISCORD_TOKEN to connect it
doctor-discord-bad = QIANMIAN_DISCORD_TOKEN does not look like a bot token; in the developer portal open Bot and press Reset Token
doctor-web-ok = will listen on { $host }, port { $port }
doctor-web-ok-any = will listen on { $host }, on any port that is free
doctor-web-ok-running = the bot is running and answers at { $address }
doctor-web-bad-taken = port { $port } is taken by another program; stop it, or choose another port with QIANMIAN_WEB_PORT or --port
doctor-web-bad = nothing can listen on { $host }, port { $port } ({ $why }); set QIANMIAN_WEB_HOST to an address of this machine and QIANMIAN_WEB_PORT to a port you may use
doctor-operators-ok = { $people } may use /stats, /reload, /reports and /announce
doctor-operators-ok-none = nobody by QIANMIAN_OPERATORS; “qianmian reports” prints the corrections that readers suggest
doctor-clock-ok = { $shown }
doctor-clock-bad = the clock shows { $shown }, which is in the past; set it, or switch on time synchronisation
doctor-zones-ok = { $n } time zones known; { $zone } keeps its clocks for the next year
doctor-zones-ok-change = { $n } time zones known; { $zone } moves its clocks next on { $date }
doctor-formulas-ok = formulas can be drawn
doctor-formulas-bad = formulas cannot be drawn ({ $why }); install the package again: pip install --force-reinstall ziamath latex2mathml
doctor-summary = { $n ->
    [0] Everything is in order.
    [one] One thing needs you.
   *[other] { $n } things need you.
}
