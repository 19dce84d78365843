# What is wrong with a setting; the variable's name stands before the sentence.

setting-unknown = there is no such setting; { $near ->
    [none] the README lists all of them.
   *[other] did you mean { $near }?
}
setting-file = this file cannot be read as UTF-8 text; save it in UTF-8, or mend its rights.
setting-line = this line cannot be read; write NAME=value, and close every quotation mark that you open.
setting-number = “{ $value }” is not a whole number from { $least } to { $most }; write one such as { $example }.
setting-switch = “{ $value }” is neither yes nor no; write true or false.
setting-choice = “{ $value }” is not among the choices; write one of: { $choices }.
setting-length = “{ $value }” is not a length of time up to a year; write one such as 90m, 3h or 1d.
setting-person = “{ $value }” is nobody; write platform:id, such as telegram:123456, with commas between several.
setting-address = this is not an address; write one that begins with http:// or https://, such as https://bot.example.org.
setting-host-open = “{ $value }” opens the web chat to other machines; set { $password } as well, or write 127.0.0.1.
