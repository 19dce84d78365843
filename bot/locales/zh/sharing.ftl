# 分享与提醒

button-share = 分享到这里
share-lead = 我的回答：{ $question }
share-nothing = 你还没有自己回答过这道题。请先点“我来答”。
quiz-tally = 已有 { $n } 人作答，{ $right } 人答对。
ask-mention = 发题时提醒哪个身份组？
ask-mention-example = 选一个身份组，或不选
button-mention = 提醒身份组
button-mention-on = ✓ 会提醒身份组
