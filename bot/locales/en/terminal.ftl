terminal-hint = Enter shows the hint
terminal-answer = Enter shows the answer
reports-no-file = (there is no such question any more)
reports-summary = { $n ->
    [0] Nobody has suggested a correction yet.
    [one] One suggested correction.
   *[other] { $n } suggested corrections, the latest first.
}
reports-left = { $n ->
    [0] No suggested correction is left.
    [one] One suggested correction is left.
   *[other] { $n } suggested corrections are left.
}
reports-unknown = ✗ There is no suggested correction #{ $number }. “qianmian reports” lists them.
backup-done = { $file } is a backup of { $database } ({ $size }); the copy was read from end to end and is sound.
backup-exists = { $file } is there already. Choose another name, or replace an earlier backup with --force.
restore-done = { $database } is what { $file } holds ({ $size }); the copy was read from end to end and is sound.
restore-kept = The database from before is kept as { $file }.
health-silent = no bot answers at { $address } ({ $why }). Start it with “qianmian run”, or name its port with --port.
resume-done = Whatever bot runs next on { $platform } gets the subscriptions there, and sends. A running one goes on within seconds.
resume-nothing = Nothing is held back on { $platform }.
