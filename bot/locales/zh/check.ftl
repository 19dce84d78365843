# 题库检查的结果：每句话说明哪里不对、怎样改正。

check-warning = 提醒：{ $said }
check-summary = { $errors ->
        [0] 没有错误
       *[other] { $errors } 个错误
    }，{ $warnings ->
        [0] 没有提醒。
       *[other] { $warnings } 个提醒。
    }

## 覆盖表

check-table-topic = 主题
check-table-questions = 中/英
check-table-items = 大纲条目
check-table-missing = 尚未回答
check-table-total = 合计

## 文件

check-unreadable = 文件读不了（{ $why }）；请确认它存在并且有读取权限。
check-encoding = 从这里起不是 UTF-8；请把文件存成 UTF-8。
check-bom = 文件开头有字节序标记（BOM）；请存成不带 BOM 的 UTF-8。
check-invisible = 这里有看不见的字符 { $code }；请删掉。
check-file-strange = 这不是题目文件，已忽略；题目以 .md 结尾，其他文件不要放在这里。
check-no-questions = { $folder } 里没有题目；请让 QIANMIAN_CONTENT 指向含有 topics.yaml 和题目的文件夹。
check-topic-unknown = topics.yaml 里没有主题“{ $topic }”；请把文件移到某个主题的文件夹（最接近的是“{ $near }”），或先添加这个主题。
check-id-twice = 编号“{ $id }”已被 { $other } 占用；编号在整个题库中唯一，请换一个。
check-yaml = 这里不是合法的 YAML：{ $problem }；请改正这一行，含特殊字符的文字要加引号。

## 题目文件的结构

check-front-missing = 缺少文件头；请以一行三个短横线开头，写各字段，再写一行三个短横线。
check-front-shape = 文件头应当是一行行的“字段: 值”。
check-fence-open = 这个代码块没有结束；请在代码后加一行三个反引号。
check-heading-deep = “{ $title }”是小节内部的标题，聊天软件显示不了；请改成粗体或一句话。
check-text-before = “# zh”之前有文字；请移到某个小节里或删掉。
check-half-unknown = “# { $title }”不是语言；两半分别是“# zh”和“# en”。
check-half-twice = “# { $half }”出现了两次；请只留一个。
check-half-order = 中文在前；请把“# zh”移到“# en”上面。
check-half-text = “# { $half }”和它的第一个小节之间有文字；请移到小节里或删掉。
check-half-missing = 缺少“# { $half }”这一半；每道题都要有中文和英文。
check-section-unknown = “## { $title }”不是这一半的小节；应为 { $expected }。
check-section-twice = “## { $title }”在这一半里出现了两次；请只留一个。
check-section-order = “## { $title }”的位置不对；顺序是 { $expected }。
check-section-empty = “## { $title }”是空的；请补上内容。
check-section-missing = “# { $half }”这一半缺少“## { $title }”；请补上。

## 文件头

check-field-unknown = 没有“{ $field }”这个字段；是不是想写“{ $near }”？
check-field-missing = 缺少字段“{ $field }”；请补上（空列表写成 []）。
check-field-twice = 字段“{ $field }”出现了两次；请只留一个。
check-id-shape = “{ $value }”不能作编号；请用短横线连接的小写单词，最多 { $limit } 个字符。
check-id-file = 编号“{ $value }”与文件名不同；请把文件改名为 { $value }.md，或写 id: { $stem }。
check-difficulty = “{ $value }”不是难度；请写 easy、medium 或 hard。
check-month = as_of 是“{ $value }”；请写核对事实的年月，例如 2026-11。
check-list = “{ $field }”必须是列表，例如 [one, two] 或 []。
check-list-item = “{ $value }”不能放在“{ $field }”里；tags 和 follows 是短横线连接的小写单词，outline 的条目形如 05.4-10。
check-list-twice = “{ $value }”在“{ $field }”里出现了两次；请只留一个。
check-list-length = “{ $field }”有 { $count } 项；应为 { $least } 到 { $most } 项。
check-references = references 必须是 1 到 { $most } 项的列表，每项有 title 和 url。
check-reference-shape = 参考资料只有 title 和 url 两项，不能是 { $value }。
check-link-https = 链接“{ $url }”必须以 https:// 开头，不能含空格。
check-link-refused = 不能引用 { $url }：{ $host } 需要登录或付费，或转载他人的内容；请引用论文、官方文档或原仓库。
check-tag-unknown = 写作指南的标签表里没有“{ $tag }”；请用表中的标签（最接近的是“{ $near }”），或先加到 content/README.md。
check-tags-missing = 这里的“## Tags”下没有标签表，因此没有检查标签；请补上。
check-follows-unknown = follows 提到“{ $id }”，但没有这个文件；最接近的编号是“{ $near }”。
check-follows-circle = 这些题互相追问成了一个圈：{ $circle }；请去掉其中一环。

## 正文

check-question-long = 题目有 { $length } 个字符，最多 { $limit } 个；请缩短。
check-bullets-only = “## { $title }”必须是以“- ”开头的列表，不能有别的内容。
check-bullets = “## { $title }”有 { $count } 条；应为 { $least } 到 { $most } 条。
check-heading-inside = 小节内部的标题显示不了；请改成粗体或一句话（文字下面一行短横线也会变成标题）。
check-rule = 分隔线显示不了；请删掉。
check-code-indented = 缩进四个空格会被当成代码；代码请放在三个反引号之间并写明语言，否则去掉空格。
check-fence-language = 代码块没有写语言；请写在三个反引号后面（没有语言就写 text）。
check-html = “{ $found }”会被当成 HTML，聊天软件显示不了；请放进反引号或删掉。
check-image = 图片不是处处都能显示；请用文字、表格或公式表达。
check-list-deep = 列表最多嵌套 { $most } 层；请展平。
check-quote-deep = 列表或引用里面的引用显示不了；请移到外面。
check-table-wide = 表格有 { $columns } 列，手机上最多放得下 { $most } 列；请删减或合并。
check-table-cells = 这一行有 { $cells } 格，表头有 { $columns } 格；格内的竖线要写成 \|。
check-dollar = 有单独的美元符号；金额请写成 100 USD，若是公式请写完整（美元符号内侧不要有空格）。
check-stray = “{ $found }”会原样显示；请补上另一半，或在它与相邻标点之间加空格或文字。
check-emoji = “{ $found }”是表情符号；请去掉。
check-prose-zh = 答案的正文有 { $length } 个字符（代码、表格、公式不计）；应为 { $least } 到 { $most } 个。
check-prose-en = 英文答案的正文有 { $length } 个词（代码、表格、公式不计）；应为 { $least } 到 { $most } 个。
check-python = 这段 Python 不能解析：{ $why }；请改正，若不是 Python 请写别的语言（text）。

## 公式

check-latex-empty = 公式是空的；请写上内容或去掉美元符号。
check-latex-text = 公式里有“{ $found }”；公式只能是 ASCII 的 LaTeX，请把文字移到外面。
check-latex-command = 命令 { $command } 不在指南的子集里；最接近的是 { $near }。
check-latex-environment = 环境“{ $name }”不在子集里；可用的有 { $expected }。
check-latex-braces = “{ $latex }”的花括号不配对；请一一对应。
check-latex-pair = “{ $latex }”里的 \left 和 \right，或 \begin 和 \end，不配对。
check-latex-broken = 公式“{ $latex }”画不出来（{ $why }）；请改正 LaTeX。
check-formula-apart = 块公式前后要各空一行，自成一段。

## 测验

check-quiz-line = “{ $line }”既不是选项（“- [ ] 文字”）也不是解释（“> 文字”）；先写问题，再写四个选项，最后写解释。
check-quiz-question = 测验的问题有 { $length } 个字符；应为 1 到 { $limit } 个。
check-quiz-options = 测验有 { $count } 个“- [ ] 文字”选项；应为 { $wanted } 个。
check-quiz-right = 有 { $count } 个选项标为正确；请用“- [x]”标出恰好一个。
check-quiz-option-long = 这个选项有 { $length } 个字符，平台最多允许 { $limit } 个；请缩短。
check-quiz-option-twice = 有两个选项相同；请改掉一个。
check-quiz-explanation = 测验的解释有 { $count } 行；请写恰好一行，以“> ”开头。
check-quiz-explanation-long = 解释有 { $length } 个字符；应为 1 到 { $limit } 个。
check-quiz-markup = “{ $found }”是标记；测验是纯文本，因为投票只能显示纯文本。
check-quiz-order = 中文的正确选项是 { $zh }，英文的是 { $en }；两种语言的选项顺序要相同。
check-quiz-giveaway = 正确选项比其他的长得多，等于泄露答案；请让各选项长度相近。
check-quiz-places = 全部正确选项有 { $percent } % 是 { $letter }；请变换位置。

## 整个题库

check-alike = 这道题与“{ $other }”几乎一样；请合并，或写明区别。
check-index = 目录已过时；请运行 python -m bot check --write-index。
check-example = 这里的示例与 { $file } 不同；请让两者一致。
check-topics-shape = topics.yaml 只能有 groups：由分组组成的列表，每组有 slug、title 和 topics。
check-group-shape = 这不是分组：{ $value }；它需要 slug（短横线连接的小写单词）、含 zh 和 en 的 title，以及 topics。
check-topic-shape = 这不是主题：{ $value }；它需要 slug、含 zh 和 en 的 title，可以有 aliases 和 blocks 两个列表。
check-topic-twice = 主题“{ $topic }”出现了两次；请只留一个。
check-topic-name = “{ $topic }”的名称“{ $name }”已被“{ $other }”占用；一个名称只对应一个主题。
check-topic-block = “{ $topic }”的大纲块 { $block } 已属于“{ $other }”；一个块只属于一个主题。
check-block-homeless = 大纲块 { $block } 不属于任何主题；请加到某个主题的 blocks 里。
check-block-unknown = 大纲里没有块 { $block }；请改正主题的 blocks。
check-outline-shape = outline.yaml 必须有 blocks（块，下面是 键: 文字），可以有 not_asked（键: 理由），不能有别的。
check-outline-unknown = 大纲里没有条目 { $leaf }；最接近的是 { $near }。
check-outline-not-asked = outline.yaml 已把 { $leaf } 列为不提问（{ $reason }）；请从那里或这里去掉。
check-outline-twice = { $leaf } 已由“{ $other }”回答；一个条目只属于一道题。
