# Cards

card-title = { $topic } · { $difficulty }
card-sources = Sources:{ " " }
card-id = Question id:{ " " }
button-saved = ✓ Saved
daily-lead = Daily question
difficulty-easy = easy
difficulty-medium = medium
difficulty-hard = hard
difficulties-all = all levels
stage-hint = Hint
stage-points = Key points
stage-answer = Answer
stage-followups = Follow-ups
stage-own = Your own answer
answer-now = The answer
button-hint = Hint
button-points = Key points
button-answer = Answer
button-followups = Follow-ups
button-another = Another
button-say = I'd say…
button-save = Save
button-report = Wrong?
button-more-on = More on { $topic }
button-next-in-chain = → { $question }
rating-knew = Knew it
rating-partly = Partly
rating-missed = Not yet
rated-knew = Noted: you knew it.
rated-partly = Noted: partly.
rated-missed = Noted. It will wait for you under /review.
tally = Knew it { $knew } · partly { $partly } · not yet { $missed }
withheld-next = The answer comes with the next question.
withheld-timed = The answer will be posted { $when }.

# Quizzes

quiz-title = Quiz · { $title }
quiz-right = Right.
quiz-wrong = Not quite: { $letter } is right.
quiz-again = Your first answer counts.
quiz-no-option = This quiz has no such option. Ask for a new one with /quiz.
button-full-question = The full question

# Browsing

topics-title = Topics
topics-lead = { $n ->
    [one] One question so far.
   *[other] { $n } questions. Pick a group.
}
topics-pick = Pick one
topics-all = All topics
topics-group = The whole group
count-questions = { $n }
button-back = ← Back
button-random-here = Random from here
button-earlier = ← Earlier
button-later = More →
page-of = Page { $page } of { $pages }
search-title = { $n ->
    [one] One question about “{ $words }”
   *[other] { $n } questions about “{ $words }”
}
search-empty = Say what to look for, for example: /search lora
search-nothing = Nothing found for “{ $words }”. Try fewer or other words, or browse with /topics.
review-title = { $n ->
    [one] One question to come back to
   *[other] { $n } questions to come back to
}
review-empty = Nothing to come back to yet. Rate a question “Not yet” or “Partly” and it will appear here.
saved-title = { $n ->
    [one] One saved question
   *[other] { $n } saved questions
}
saved-empty = You have saved nothing yet. The Save button stands below every answer.
saved-on = Saved. Find it under /saved.
saved-off = Taken off your saved questions.
nothing-matches = No question matches. Choose another topic or difficulty; /topics shows what there is.

# Start and help

start-title = Qianmian: one good interview question a day
start-lead = { $n } questions about large language models, each with a hint, key points, a full answer with sources, follow-ups and a quiz, in Chinese and English.
start-how = Try one now, or subscribe and get one every day at the hour you choose. In a group, only admins change the plan; anybody may answer.
start-how-alone = Try one now, or subscribe and get one every day at the hour you choose.
button-random-now = Try one now
button-subscribe = Subscribe
button-topics = Topics
button-help = All commands
help-title = What I can do
help-foot = You can also just send words to search for.
command-unknown = There is no command “{ $word }”. { $near ->
    [none] All commands: /help
   *[other] Did you mean /{ $near }? All commands: /help
}
command-elsewhere = /{ $command } does not work in this kind of chat. Send it to me in a private chat.

# Subscribing

subscribed-title = Subscribed
subscribed-plan = { $when } ({ $zone })
subscribed-topics = Topics: { $topics }
subscribed-first = First question: { $when }
subscribe-unclear = I do not understand “{ $word }”. { $near ->
    [none] Write a time, a city and topics, for example: /subscribe 9:30 Berlin lora. All topics: /topics
   *[other] Did you mean the time zone { $near }? A plan reads like: /subscribe 9:30 Berlin lora. All topics: /topics
}
unsubscribed = The daily question has ended here. Your ratings and saved questions stay.
not-subscribed = There is no daily question here yet. Start one with /subscribe, for example: /subscribe 9:30 Shanghai
ended-because = The last subscription ended because { $why }.
preview-lead = Next post: { $when }
button-settings = Settings
next-title = The next question
next-at = { $when } ({ $zone }), in { $after }
next-paused = Paused. Resume it under /settings.
next-never = Nothing is planned. Choose a time and days under /settings.
next-what = Its subject: { $title }
next-topics = Topics: { $topics }
next-history = What came before
next-none-yet = Nothing has come yet.
button-last = The last question
clock-forward = The clocks go forward by { $by }: { $when }. Your local time stays the same.
clock-back = The clocks go back by { $by }: { $when }. Your local time stays the same.
fate-sent = sent on time
fate-late = sent { $by } late
fate-missed = skipped because { $why }
fate-failed = not sent because { $why }
fate-retry = not sent yet because { $why }; next attempt in { $after }
fate-on-its-way = on its way
why-asked = somebody asked for it
why-blocked = the bot was blocked or removed
why-late = the bot was down for too long at that time
why-no-question = no question matches the chosen topics and difficulty
why-not-allowed = the bot is not allowed to post here
why-question-gone = the question is no longer in the bank
why-rate-limited = the platform asked for a pause
why-rejected = the platform refused the message (the operator has the details)
why-thread-gone = the thread or topic is closed
why-unavailable = the platform could not be reached
why-unknown-outcome = it is not known whether the message arrived
why-zone-unknown = the time zone is not known any more; choose another under /settings
why-other = of an error (the operator has the details)

# The settings panel

panel-title = Settings
panel-title-of = Settings · { $chat }
panel-is-paused = Paused
panel-when = When:
panel-where = Time zone:
panel-what = Topics:
panel-level = Difficulty:
panel-order = Order:
panel-mode = Kind:
panel-answers = Answers:
panel-speaks = Language:
panel-times = At which hours? Tap to add or remove one, or type other times.
panel-days = On which days?
panel-zone = Which time zone? If yours is not here, type a city or an offset.
panel-groups = Which topics? Open a group to choose from it.
panel-topics = Tap to add or remove a topic. None chosen means all.
panel-level-page = Which difficulty, and in which order?
panel-reveal = How is the answer shown?
panel-lang = Which language is spoken here?
panel-more = More settings
panel-stop = End the daily question here?
button-times = Times
button-days = Days
button-zone = Time zone
button-difficulty = Difficulty
button-reveal = Answers
button-language = Language
button-more = More
button-preview = Preview
button-pause = Pause
button-resume = Resume
button-unsubscribe = Unsubscribe
button-unsubscribe-sure = Yes, end it
button-type-times = Type a time
button-type-zone = Type a zone
times-morning = Morning
times-evening = Afternoon and evening
order-shuffled = shuffled, no repeats
order-syllabus = in syllabus order
mode-question = open question
mode-quiz = multiple-choice quiz
reveal-button = anybody taps to show it
reveal-private = each reader sees it alone
reveal-timed = posted after { $hours } h
reveal-next = with the next question
reveal-button-short = Button for all
reveal-private-short = For each alone
reveal-timed-short = Posted later
reveal-next-short = With the next one
reveal-after = Posted after
switch-silent = Silent
switch-protect = No forwarding
switch-thread = A thread each
switch-pin = Pin it
switch-cross = Crosspost
switch-classic = Classic layout
switch-fall = Post to the main chat if this closes
language-zh = 中文
language-en = English
language-set = I speak English here now.
language-unknown = I do not speak “{ $word }”. Choose zh or en: /language en
ask-times = Which times? For example: 9:30 or 8am, 9pm
ask-times-example = 9:30
ask-zone = Which time zone? A city or an offset.
ask-zone-example = Berlin or UTC+8
zone-likely = Likely time zones
zone-what = Choose a time zone, or write a city or an offset, for example UTC+8.
ask-search = What are you looking for?
ask-search-example = lora memory
ask-report = What is wrong with this question, and where did you read it?
ask-report-example = The formula in the answer lacks a factor…
ask-say = How would you answer?
ask-say-example = In a few sentences, as in an interview
plan-no-time = At least one time has to stay. To stop for a while, use Pause.
plan-no-day = At least one day has to stay. To stop for a while, use Pause.
plan-no-difficulty = At least one difficulty has to stay.
plan-too-many-times = At most { $most } times a day.
time-unclear = I cannot read “{ $word }” as a time. { $near ->
    [none] Write it like { $example }.
   *[other] Did you mean { $near }? Write it like { $example }.
}
weekdays-unclear = I cannot read “{ $word }” as a weekday. { $near ->
    [none] Write them like { $example }.
   *[other] Did you mean { $near }? Write them like { $example }.
}
time-out-of-range = “{ $word }” is no time of day. Hours go from 0 to 23 and minutes from 00 to 59, for example { $near ->
    [none] { $example }.
   *[other] { $near }.
}
zone-unknown = I do not know the time zone “{ $word }”. { $near ->
    [none] Write a city or an offset, for example { $example }.
   *[other] Did you mean { $near }? Or write a city or an offset, for example { $example }.
}

# Your data

me-title = What I know about you
me-knew = Knew it: { $n }
me-partly = Partly: { $n }
me-missed = Not yet: { $n }
me-quizzes = Quizzes: { $n } answered, { $right } right
me-saved = Saved: { $n }
me-how = Everything as a file: /me export. Remove it all: /me forget.
me-exported = Here is everything stored about you.
me-forget-ask = Remove your ratings, saved questions, own answers and everything else stored about you? In a private chat its plan and messages go as well. This cannot be undone.
button-forget-sure = Yes, forget me
me-forgotten = { $n ->
    [0] There was nothing stored about you.
    [one] Done. One entry was removed.
   *[other] Done. { $n } entries were removed.
}
suggest-what = Say which question: /suggest lora-idea and what is wrong. The Wrong? button below an answer does the same.
report-thanks = Thank you. Your note has the number { $number }; the operator will read it.
text-empty = There was no text. Please try again.
text-too-long = That is too long: at most { $most } characters.

# Operators

stats-title = How it is going
stats-platform = { $platform }: { $subscribed ->
    [one] one chat subscribed
   *[other] { $subscribed } chats subscribed
}; sent { $today } today and { $week } in 7 days, { $waiting } waiting
stats-punctual = ; { $share } % within a minute
stats-failed = { $platform }, not sent in 7 days: { $kinds }
stats-why = { $n } × { $reason ->
    [asked] unsubscribed before
    [blocked] blocked or removed
    [deleted] channel deleted
    [late] too late
    [no-question] no question matches
    [not-allowed] no right to post
    [question-gone] question gone
    [rate-limited] pause asked for
    [rejected] refused
    [thread-gone] topic or thread closed
    [unavailable] platform away
    [unknown-outcome] outcome unknown
    [zone-unknown] zone unknown
   *[other] other
}
stats-people = Chats: { $chats }, learners: { $learners }, ratings: { $answers }
stats-subscriptions = Active subscriptions: { $n }
stats-reports = Suggested corrections: { $n }
stats-database = Database: { $size } MB, last backup: { $backup }
stats-no-backup = none yet
stats-version = Version { $version }, running since { $since }
reloaded = Loaded again: { $n } questions.
reload-failed = The bank could not be loaded; the one before stays in use.
reports-title = Suggested corrections
reports-empty = Nobody has suggested a correction yet.
reports-done = That was the last one: no suggested correction is left.
button-finish = ✓ Done #{ $number }
report-line = #{ $number } { $question }: { $text }
announce-what = There is nothing to announce yet: the text is empty.
ask-announce = What shall all subscribed chats be told? An empty line begins a new paragraph.
ask-announce-example = Tonight at ten the bot is away for a few minutes.
announce-nobody = No chat is subscribed, so there is nobody to tell.
announce-ask = { $n ->
    [one] Send this to one subscribed chat?
   *[other] Send this to { $n } subscribed chats?
}
announce-platform = { $platform }: { $n }
announce-begun = Announcement { $number } is on its way, behind the daily questions. A message below tells how far it has come.
announce-cancelled = Announcement { $number } was not sent to anybody.
announce-busy = Announcement { $number } is still on its way. Wait for its end or stop it, then press the button again.
announce-decided = Announcement { $number } was decided about already.
announce-running = Announcement { $number } is on its way
announce-stopping = Announcement { $number } is being stopped
announce-done = Announcement { $number } has been sent
announce-stopped = Announcement { $number } was stopped
announce-sent = Sent: { $n }
announce-failed = Failed: { $n }
announce-left = Left: { $n }
announce-unsent = Not sent: { $n }
button-announce-send = Send
button-announce-cancel = Cancel
button-announce-stop = Stop

# Manners

not-permitted = Only admins of this chat may change its plan.
rights-unknown = I cannot look up right now whether you are an admin. Please try again in a moment.
stale-button = This button is too old or does not fit any more. Send /help and start afresh.
store-trouble = I cannot get at my notes right now. Please try again in a few minutes.

# Times and lists

moment-yesterday = yesterday, { $time }
moment-today = today, { $time }
moment-tomorrow = tomorrow, { $time }
moment-date = { $weekday }, { $date }, { $time }
duration-seconds = { $n ->
    [one] 1 second
   *[other] { $n } seconds
}
duration-minutes = { $n ->
    [one] 1 minute
   *[other] { $n } minutes
}
duration-hours-minutes = { $hours } h { $minutes } min
duration-hours = { $n ->
    [one] 1 hour
   *[other] { $n } hours
}
duration-days = { $n ->
    [one] 1 day
   *[other] { $n } days
}
days-every = every day
days-work = on weekdays
days-weekend = at the weekend
list-comma = {", "}
weekday-0 = Mon
weekday-1 = Tue
weekday-2 = Wed
weekday-3 = Thu
weekday-4 = Fri
weekday-5 = Sat
weekday-6 = Sun
