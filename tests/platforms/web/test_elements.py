"""Building HTML: everything that is text is escaped, whatever it is."""

from bot.platforms.web.elements import Html, join, tag


def test_text_inside_an_element_is_escaped() -> None:
    assert tag("p", "<b> & 'x' \"y\"") == "<p>&lt;b&gt; &amp; 'x' \"y\"</p>"


def test_markup_inside_an_element_stays() -> None:
    assert tag("p", tag("b", "x"), " & ", Html("<i>y</i>")) == "<p><b>x</b> &amp; <i>y</i></p>"


def test_attributes_are_escaped_and_may_be_left_out() -> None:
    made = tag("a", "x", href='"><script>', class_="c", data_tap=1, hidden=True, title=None, open=False)
    assert made == '<a href="&quot;&gt;&lt;script&gt;" class="c" data-tap="1" hidden>x</a>'


def test_elements_without_an_end_have_none() -> None:
    assert tag("br") == "<br>"
    assert tag("input", name="q") == '<input name="q">'


def test_parts_are_joined_and_escaped() -> None:
    joined = join(["<", tag("b", ">")])
    assert joined == "&lt;<b>&gt;</b>"
    assert isinstance(joined, Html)
