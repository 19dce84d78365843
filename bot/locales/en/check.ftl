# What the check of the content folder finds: each sentence says what is wrong and how to mend it.

check-warning = warning: { $said }
check-summary = { $errors ->
        [0] No errors
        [one] 1 error
       *[other] { $errors } errors
    }, { $warnings ->
        [0] no warnings.
        [one] 1 warning.
       *[other] { $warnings } warnings.
    }

## The table of coverage

check-table-topic = topic
check-table-questions = zh/en
check-table-items = outline
check-table-missing = not answered yet
check-table-total = total

## Files

check-unreadable = this file cannot be read ({ $why }); see that it exists and may be read.
check-encoding = this is not UTF-8 from here on; save the file in UTF-8.
check-bom = the file starts with a byte order mark; save it as UTF-8 without one.
check-invisible = an invisible character { $code } stands here; delete it.
check-file-strange = this is no question file and is ignored; questions end in .md, other files do not belong here.
check-no-questions = there are no questions in { $folder }; point QIANMIAN_CONTENT at a folder with topics.yaml and questions.
check-topic-unknown = there is no topic “{ $topic }” in topics.yaml; move the file to a topic's folder (nearest: “{ $near }”) or add the topic.
check-id-twice = the id “{ $id }” is taken by { $other }; an id is unique in the whole bank, so choose another.
check-yaml = this is not YAML: { $problem }; mend the line, or put a text with special characters in quotes.

## The shape of a question file

check-front-missing = the front matter is missing; start the file with a line of three dashes, the fields, and another line of three dashes.
check-front-shape = the front matter must be lines of “field: value”.
check-fence-open = this code block is never closed; add a line of three backticks after the code.
check-heading-deep = “{ $title }” is a heading inside a section, which chats cannot show; make it bold or a sentence.
check-text-before = text stands before “# zh”; move it into a section or delete it.
check-half-unknown = “# { $title }” is no language; the two halves are “# zh” and “# en”.
check-half-twice = “# { $half }” stands twice; keep one.
check-half-order = the Chinese half comes first; move “# zh” above “# en”.
check-half-text = text stands between “# { $half }” and its first section; move it into a section or delete it.
check-half-missing = the half “# { $half }” is missing; every question exists in Chinese and English.
check-section-unknown = “## { $title }” is no section of this half; expected are { $expected }.
check-section-twice = “## { $title }” stands twice in this half; keep one.
check-section-order = “## { $title }” is out of order; the order is { $expected }.
check-section-empty = “## { $title }” is empty; write it.
check-section-missing = “## { $title }” is missing in the half “# { $half }”; add it.

## Front matter

check-field-unknown = there is no field “{ $field }”; was “{ $near }” meant?
check-field-missing = the field “{ $field }” is missing; add it (an empty list is written []).
check-field-twice = the field “{ $field }” stands twice; keep one.
check-id-shape = “{ $value }” is no id; use lower-case words joined by hyphens, at most { $limit } characters.
check-id-file = the id “{ $value }” differs from the file's name; name the file { $value }.md or write id: { $stem }.
check-difficulty = “{ $value }” is no difficulty; write easy, medium or hard.
check-month = as_of is “{ $value }”; write the month in which the facts were checked, such as 2026-11.
check-list = “{ $field }” must be a list, such as [one, two] or [].
check-list-item = “{ $value }” does not belong in “{ $field }”; tags and follows are lower-case words joined by hyphens, outline items look like 05.4-10.
check-list-twice = “{ $value }” stands twice in “{ $field }”; keep one.
check-list-length = “{ $field }” has { $count } entries; give { $least } to { $most }.
check-references = references must be a list of 1 to { $most } entries, each with title and url.
check-reference-shape = a reference has a title and a url and nothing else, not { $value }.
check-link-https = the link “{ $url }” must start with https:// and hold no spaces.
check-link-refused = { $url } cannot be cited: { $host } is behind a login or pay wall, or passes on the work of others; cite the paper, the documentation or the repository itself.
check-tag-unknown = “{ $tag }” is not in the guide's list of tags; use one of those (nearest: “{ $near }”) or add it to content/README.md.
check-tags-missing = no list of tags was found under “## Tags” here, so tags were not checked; add the list.
check-follows-unknown = follows names “{ $id }”, which no file has; the nearest id is “{ $near }”.
check-follows-circle = these questions follow each other in a circle: { $circle }; take one link out.

## Text

check-question-long = the question has { $length } characters, { $limit } are allowed; shorten it.
check-bullets-only = “## { $title }” must be a list of lines that start with “- ” and nothing else.
check-bullets = “## { $title }” has { $count } bullets; { $least } to { $most } are wanted.
check-heading-inside = a heading inside a section cannot be shown; make it bold or a sentence (a line of dashes under text is a heading too).
check-rule = a line across the page cannot be shown; delete it.
check-code-indented = a block indented by four spaces is read as code; put code between lines of three backticks with its language, or take the spaces away.
check-fence-language = this code block names no language; write it after the three backticks (text if it has none).
check-html = “{ $found }” is read as HTML, which chats cannot show; write it in backticks or leave it out.
check-image = images cannot be shown everywhere; say it in words, a table or a formula.
check-list-deep = lists may be nested { $most } deep at most; flatten this one.
check-quote-deep = a quote inside a list or a quote cannot be shown; move it out.
check-table-wide = this table has { $columns } columns, at most { $most } fit on a phone; drop or merge some.
check-table-cells = this row has { $cells } cells where the header has { $columns }; write a bar inside a cell as \|.
check-dollar = a dollar sign stands alone; write an amount as 100 USD, and close a formula that was meant (no space just inside its dollar signs).
check-stray = “{ $found }” would be shown as it is; close it, or put a space or word between it and the punctuation next to it.
check-emoji = “{ $found }” is an emoji; leave it out.
check-prose-zh = the answer has { $length } characters of prose (code, tables and formulas not counted); { $least } to { $most } are wanted.
check-prose-en = the answer has { $length } words of prose (code, tables and formulas not counted); { $least } to { $most } are wanted.
check-python = this Python does not parse: { $why }; mend it, or name another language (text) if it is no Python.

## Formulas

check-latex-empty = this formula is empty; write it or take the dollar signs away.
check-latex-text = “{ $found }” stands inside a formula; formulas are plain ASCII LaTeX, so move words out of it.
check-latex-command = the command { $command } is not in the subset of the guide; the nearest that is: { $near }.
check-latex-environment = the environment “{ $name }” is not in the subset; there are { $expected }.
check-latex-braces = the braces of “{ $latex }” do not match; close each that is opened.
check-latex-pair = \left and \right, or \begin and \end, do not match in “{ $latex }”.
check-latex-broken = the formula “{ $latex }” cannot be drawn ({ $why }); mend its LaTeX.
check-formula-apart = a block formula needs an empty line before and after it, and nothing else in its paragraph.

## Quiz

check-quiz-line = “{ $line }” is neither an option (“- [ ] text”) nor the explanation (“> text”); the question comes first, then four options, then the explanation.
check-quiz-question = the quiz question has { $length } characters; give 1 to { $limit }.
check-quiz-options = the quiz has { $count } options “- [ ] text”; give { $wanted }.
check-quiz-right = { $count } options are marked right; mark exactly one with “- [x]”.
check-quiz-option-long = this option has { $length } characters, platforms allow { $limit }; shorten it.
check-quiz-option-twice = two options are the same; change one.
check-quiz-explanation = the quiz has { $count } lines of explanation; write exactly one line that starts with “> ”.
check-quiz-explanation-long = the explanation has { $length } characters; give 1 to { $limit }.
check-quiz-markup = “{ $found }” is markup; the quiz is plain text, because polls show no other.
check-quiz-order = option { $zh } is right in Chinese, option { $en } in English; give the options in the same order in both.
check-quiz-giveaway = the right option is much longer than the others and gives itself away; make them of like length.
check-quiz-places = { $percent } % of all right options are { $letter }; vary their places.

## The bank as a whole

check-alike = this question reads almost like “{ $other }”; merge them or say what is different.
check-index = this index is out of date; run python -m bot check --write-index.
check-example = the example shown here differs from { $file }; make both the same.
check-topics-shape = topics.yaml must hold “groups”, a list of groups with slug, title and topics, and nothing else.
check-group-shape = this is no group: { $value }; it needs slug (lower-case words joined by hyphens), title with zh and en, and topics.
check-topic-shape = this is no topic: { $value }; it needs slug, title with zh and en, and may have the lists aliases and blocks.
check-topic-twice = the topic “{ $topic }” stands twice; keep one.
check-topic-name = the name “{ $name }” of “{ $topic }” is taken by “{ $other }”; a name leads to one topic only.
check-topic-block = block { $block } of “{ $topic }” is claimed by “{ $other }” already; a block belongs to one topic.
check-block-homeless = block { $block } of the outline belongs to no topic; add it to a topic's blocks.
check-block-unknown = the outline has no block { $block }; correct the topic's blocks.
check-outline-shape = outline.yaml must hold “blocks” (block, then key: text) and may hold “not_asked” (key: reason), nothing else.
check-outline-unknown = the outline has no item { $leaf }; the nearest is { $near }.
check-outline-not-asked = { $leaf } is listed in outline.yaml as not asked ({ $reason }); take it out there or here.
check-outline-twice = { $leaf } is answered by “{ $other }” already; an item belongs to exactly one question.
