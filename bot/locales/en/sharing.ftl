# Sharing, and whom to notify

button-share = Share it here
share-lead = My answer to: { $question }
share-nothing = You have not answered this question yourself yet. Press “I'd say…” first.
quiz-tally = { $n ->
    [one] One answer so far
   *[other] { $n } answers so far
}, { $right } right.
ask-mention = Which role is to be notified?
ask-mention-example = A role, or none
button-mention = Notify a role
button-mention-on = ✓ Notifies a role
