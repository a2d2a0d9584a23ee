"""Inputs that once ended in a traceback, or were read as something else, by reader.

`REFUSED` has with each file a pattern of the line that now refuses it; `READ` what is now read.
"""

TIDY = "country,item,code,share\n"
MICRO = "B_COUNTRY_ALPHA,W_WEIGHT,Q1,Q94\n"
BANK = (
    "survey: s\ntopics: {t: a topic}\nitems:\n  - {id: A, topic: t, wording: w, options: [x, y]}\n"
)
ROW = '{"question": "?", "options": ["Yes", "No"], "gold": "Yes"}\n'
DEEP = "[" * 200_000 + "]" * 200_000
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, after in zip("abcdefghij", "bcdefghijk", strict=True)
)
THIRDS = ({1: 0.5, 2: 0.5, 3: 0.0}, 1)


def bank_of(wording: str, *options: str) -> tuple:
    """What is read of BANK with another wording and options."""
    item = ("t", wording, [*options], None, [1, 2], "ordinal", False)
    return "s", {"t": "a topic"}, {"A": item}


REFUSED: dict[str, list[tuple[str | bytes, str]]] = {
    "aggregate": [
        ('{"xav": {"Q1": {"1": 0.5}}}', r"'xav' is no country's code.*did you mean XAV\?"),
        ('{"XAV ": {"Q1": {"1": 0.5}}}', r"'XAV ' is no country's code.*did you mean XAV\?"),
        ('{"": {"Q1": {"1": 0.5}}}', r"'' is no country's code.*mend it"),
        ('{"AAA": {"Q1": {"1": 0.5, "01": 0.2}}}', "AAA: Q1: codes must be whole .* not '01'"),
        ('{"AAA": {"Q1": {"1_0": 0.5}}}', "codes must be whole numbers, not '1_0'"),
        ('{"AAA": {"Q1": {" 1": 0.5}}}', "codes must be whole numbers, not ' 1'"),
        ('{"AAA": {"Q1": {"%s": 0.5}}}' % ("1" * 23), "codes must be whole numbers"),
        ('{"AAA": {"Q1": {"1e30": 0.5}}}', "codes must be whole numbers, not '1e30'"),
        ('{"AAA":\n {"Q1": {"1": 0.5, "1": 0.2}}}', "line 2: the key '1' stands twice; drop one"),
        ('{"AAA": {LONG: 1, LONG: 1}}'.replace("LONG", f'"{"1" * 4000}"'), "the key '1.{,60}' st"),
        ('{"AAA": {"Q1": {"1": 1}},\n "AAA": {}}', "line 1: the key 'AAA' stands twice"),
        ('{"AAA": {"Q1": {"1": true}}}', "AAA: Q1: shares must be numbers"),
        ('{"AAA": {"Q1": {"1": "0.5"}}}', "AAA: Q1: shares must be numbers"),
        ('{"AAA": {"Q1": {"1": NaN}}}', r"AAA: Q1: shares must lie in 0\.\.1"),
        ('{"AAA": {"Q1": {"1": %s}}}' % ("1" * 5000), "integer string conversion.*mend it"),
        ('{"AAA": {"Q1": null}}', "AAA: Q1: not an object of code to share"),
        ('{"AAA": {"Q1": {"1": "\\ud83d"}}}', "half a character"),
        (DEEP, "nested too deep"),
        ('{"AAA": {"Málaga": 1}}'.encode("latin-1"), "line 1: byte 0xe1 .* looks like Latin-1"),
        ('{"AAA": {}}'.encode("utf-16"), "this is UTF-16; save it as UTF-8"),
        ('{"AAA": {}}'.encode("utf-16-le"), "line 1: a NUL: UTF-16, or damaged"),
    ],
    "tidy": [
        (TIDY + "aaa,Q1,1,0.5\n", r"row 2 \(aaa, Q1, 1\) has no country's code"),
        (TIDY + "AAA ,Q1,1,0.5\n", r"row 2 .* has no country's code"),
        (TIDY + '" ",Q1,1,0.5\n', r"row 2 .* has an empty field"),
        (TIDY + "AAA,Q1,1e30,0.5\n", r"row 2 .* no whole number of few digits"),
        (TIDY + f"AAA,Q1,{'1' * 23},0.5\n", r"row 2 .* no whole number of few digits"),
        (TIDY + "AAA,Q1,inf,0.5\n", r"row 2 .* no whole number"),
        (TIDY + "AAA,Q1,1,nan\n", r"row 2 .* a share outside 0\.\.1"),
        ("country,item,code,share,n\nAAA,Q1,1,0.5,nan\n", "row 2 .* an n that is no number"),
        ("country,item,code,share,n\nAAA,Q1,1,0.5,inf\n", "row 2 .* an n that is no number"),
        ("country,item,code,share,n\nAAA,Q1,1,0.5,1e300\n", "row 2 .* an n that is no number"),
        ("country,item,code,share,share\nAAA,Q1,1,0.5,0.1\n", "the column 'share' stands twice"),
        (TIDY + "AAA,Q1,1\n", r"line 2: 3 field\(s\) in 4 columns; mend the row, or restore"),
        (TIDY + "AAA,Q1,1,0.5\n\n", r"line 3: 1 field\(s\) in 4 columns"),
        (TIDY + 'AAA,Q"1",1,0.5\n', "line 2: a quote within a field"),
        (TIDY + 'AAA,"Q1,1,0.5\n', "line 2: a quote that is never closed"),
        (TIDY.replace("\n", "\r") + "AAA,Q1,1,0.5\r", "lines end in CR alone"),
        ((TIDY + "AAA,Q1,1,0.5\n").encode("utf-16"), "this is UTF-16; save .*in Excel"),
        ((TIDY + "AAA,Málaga,1,0.5\n").encode("latin-1"), "line 2: byte 0xe1 .* Latin-1"),
    ],
    "microdata": [
        (MICRO + "aaa,1,1,0\n", "B_COUNTRY_ALPHA: 'aaa' is no country's code.*mean AAA"),
        (MICRO + '"AAA ",1,1,0\n', "B_COUNTRY_ALPHA: 'AAA ' is no country's code"),
        (MICRO + '" ",1,1,0\n', "1 respondent.s. without a B_COUNTRY_ALPHA"),
        (MICRO + "AAA,1e308,1,0\nAAA,1e308,2,0\n", r"2 W_WEIGHT\(s\) outside 0.0001 to 1e\+09"),
        (MICRO + "AAA,1e-300,1,0\n", "1 W_WEIGHT.s. outside"),
        (MICRO + "AAA,1,1e30,0\n", r"no whole number as the code: Q1 \(1 answers\)"),
        (MICRO + f"AAA,1,{'1' * 23},0\n", "no whole number as the code: Q1"),
        (MICRO + "AAA,1,1.00000001,0\n", "no whole number as the code: Q1"),
        (MICRO + "AAA,1,1\n", r"line 2: 3 field\(s\) in 4 columns"),
        (MICRO.replace("Q94", "Q1") + "AAA,1,1,2\n", "the column 'Q1' stands twice"),
        ("b_country_alpha,w_weight,W_Weight,q1\nAAA,1,1,1\n", "which is W_WEIGHT. rename it"),
        ((MICRO + "AAA,1,1,0\n").encode("utf-16"), "this is UTF-16"),
        ("q1," + MICRO + "x,AAA,1,1,0\n", "which is Q1. rename it"),
        ("TO\0WN," + MICRO + "x,AAA,1,1,0\n", "line 1: a NUL"),
        ("TOWN," + MICRO + "x,AAA,1,1,0\na\0,AAA,1,1,0\n", "line 3: a NUL"),
    ],
    "bank": [
        (BANK + "\ufeff", "line 5: an invisible byte-order mark within the text; remove it"),
        (
            BANK.replace("{t: a topic}", "null"),
            "topics: Input should be a valid dictionary, not None",
        ),
        (BANK.replace("{t: a topic}", "[t]"), "topics: Input should be a valid dictionary"),
        (BANK.replace("{t: a topic}", "{t: null}"), "topics.t: Input should be a valid string"),
        (
            "survey: s\ntopics: {t: a}\nitems: null\n",
            "items: Input should be a valid list, not None",
        ),
        ("survey: s\ntopics: {t: a}\nitems: {a: b}\n", "items: Input should be a valid list"),
        ("survey: s\ntopics: {t: a}\n", "items: Field required"),
        (BANK.replace("[x, y]", "null"), "item 1 'A': options: .*tuple, not None"),
        (BANK.replace("[x, y]", "5"), "item 1 'A': options: .*tuple, not 5"),
        (BANK.replace("[x, y]", "[1, 2]"), "options.0: .*string, not 1 without quotes"),
        (BANK.replace("[x, y]", "[x, y], codes: [true, 2]"), "codes.0: .*integer, not True"),
        (BANK.replace("[x, y]", "[x, y], codes: [01, 02]"), "codes.0: .*integer, not '01'"),
        (
            BANK.replace("[x, y]", f"[x, y], codes: [1, {'1' * 23}]"),
            "codes.1: .*less than or equal",
        ),
        (BANK.replace("[x, y]", f"[x, y], codes: [1, {'1' * 5000}]"), "not what it is spelt as"),
        (BANK.replace("wording: w", "wording: ''"), "wording: .*no text; write some"),
        (BANK.replace("id: A", 'id: "A\\tB"'), "id: .*no line ends, tabs"),
        (
            BANK.replace("wording: w", "wording: w, wording: v"),
            "line 4: the key 'wording' .* twice",
        ),
        (BANK + "survey: t\n", "line 5: the key 'survey' stands twice; drop one"),
        (BANK.replace("survey: s", "survey: !!bool x"), "not what it is spelt as"),
        (BANK.replace("survey: s", "survey: !!timestamp x"), "not what it is spelt as"),
        (f"survey: {DEEP}", "line 1: nested too deep"),
        (BOMB, "its aliases make it far too large"),
        ("survey: &a [*a]", "an alias stands within what it names"),
        (BANK.replace("a topic", "Málaga").encode("latin-1"), "line 2: byte 0xe1 .* Latin-1"),
        (BANK.encode("utf-16"), "this is UTF-16"),
    ],
    "countries": [
        ("KEN: {name: null, adjective: Kenyan}", "'KEN': name: .*valid string, not None"),
        ("KEN: {name: 5, adjective: Kenyan}", "'KEN': name: .*valid string, not 5"),
        ("ken: {name: Kenya, adjective: Kenyan}", "'ken': code: String should match pattern"),
        ("NO: {name: Norway, adjective: Norwegian}", "'NO': code: String should match pattern"),
        (
            "KEN: {name: a, adjective: b}\nKEN: {name: c, adjective: d}",
            "line 2: the key 'KEN' stands",
        ),
        ("5: {name: a, adjective: b}", "5: code: Input should be a valid string"),
        ("KEN: {name: Málaga, adjective: b}".encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
    ],
    "neutral": [
        ("Málaga\n".encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
        ("Water\n".encode("utf-16"), "this is UTF-16"),
        (b"Water\0boils", "line 1: a NUL"),
    ],
    "prompts": [
        ("Málaga".encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
        ("How {% if %}", r"a\.j2, line 1: .*mend the template"),
        ("{{ nobody }}", r"a\.j2: 'nobody' is undefined; mend the template"),
        ("{{ 1 / 0 }}", r"a\.j2: division by zero; mend"),
        ('{% include "a.j2" %}', r"a\.j2: includes a\.j2, which includes it; drop one"),
        ('{% include "a.j" %}', r"a\.j2: includes a\.j, which is not there; add it"),
        ("{{ " + "(" * 2000 + ")" * 2000 + " }}", r"a\.j2.*mend the template"),
    ],
    "choices_jsonl": [
        (ROW.replace('"?"', '["?"]'), "row 1: 'question': a text or number is wanted, not"),
        (ROW.replace('["Yes", "No"]', '["Yes", ["No"]]'), "row 1: an option: a text or number"),
        (ROW.replace('"Yes"}', "[0, Infinity]}"), "row 1: 2 shares are needed"),
        (ROW.replace('"Yes"}', "[true, false]}"), "row 1: 2 shares are needed"),
        (ROW.replace('"Yes"}', '{"KEN": 1, "Kenya": 2}}'), "row 1: the country stands twice"),
        (ROW.replace('"Yes"}', "\"{'KEN': 1, 'KEN': 2}\"}"), "row 1: a mapping gives a key twice"),
        (ROW.replace('"gold"', '"gold": "No", "gold"'), "line 1: the key 'gold' stands twice"),
        (ROW.replace("?", "\\ud83d"), "line 1: holds half a character"),
        (ROW.replace('"?"', DEEP), "line 1: nested too deep"),
        (ROW.replace('"Yes"}', f'"defaultdict({"," * 50_000}"}}'), "row 1: the right option"),
        (ROW + ROW, "row 2: .* stands in .*row 1 too"),
        (ROW.replace("Yes", "Málaga").encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
    ],
    "choices_csv": [
        ('question,options,gold\na"b"c,Yes|No,Yes\n', "line 2: a quote within a field"),
        ("question,options,gold\na,Yes|No,Yes\n".encode("utf-16"), "this is UTF-16"),
    ],
    "answers": [
        ('{"item": [], "answer": 1}', r"row 1: the item bank has no \[\]"),
        ('{"item": "Q1", "answer": 1, "sample": []}', "row 1: `answer` is a text or number"),
        ('{"item": "Q1", "answer": [1]}', "row 1: `answer` is a text or number"),
        ('[{"item": "Q1", "answer": %s}]' % ("1" * 5000), "integer string conversion"),
        ('{"item": "Q1", "answer": ' + DEEP + "}", "line 1: nested too deep"),
        ('{"item": "Q1", "answer": "M\xe1"}'.encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
    ],
    "rows": [
        ("{}\n" + DEEP, "line 2: nested too deep"),
        ('{"a": 1, "a": 2}', "line 1: the key 'a' stands twice"),
        ("1" * 5000, "line 1: Exceeds the limit"),
    ],
    "config": [
        ("countries: [KEN]\ncountries: [NOR]\n", "line 2: the key 'countries' stands twice"),
        (f"a: {DEEP}", "line 1: nested too deep"),
        (BOMB, "its aliases make it far too large"),
        ("false", "keys with values are wanted, not bool"),
        ("a: Málaga".encode("latin-1"), "line 1: byte 0xe1 .* Latin-1"),
        ("a: b".encode("utf-16"), "this is UTF-16"),
    ],
}

READ: dict[str, list[tuple[str | bytes, object]]] = {
    "aggregate": [
        (b'\xef\xbb\xbf{"AAA": {"Q1": {"1": 0.25, "2": 0.25}}}', {("AAA", "Q1"): (*THIRDS, None)}),
    ],
    "tidy": [
        (
            TIDY.replace(",", ";") + "AAA;Q1;1;0,5\nAAA;Q1;2;0,5\n",
            {("AAA", "Q1"): (*THIRDS, None)},
        ),
    ],
    "microdata": [
        (
            "b_country_alpha,w_weight,q1\nAAA,1,1\nAAA,1,2\n",
            {("AAA", "Q1"): (*THIRDS, 2)},
        ),
        (
            "B_COUNTRY_ALPHA,W_WEIGHT,Q1\nAAA,1,1\nAAA,1,2\nAAA,1,\t \nAAA,1,  \n",
            {("AAA", "Q1"): (*THIRDS, 2)},
        ),
    ],
    "bank": [
        (BANK.replace("wording: w", "wording: 2026-13-45"), bank_of("2026-13-45", "x", "y")),
        (BANK.replace("[x, y]", "[Yes, NO]"), bank_of("w", "Yes", "NO")),
    ],
    "countries": [
        ("KEN: {name: NO, adjective: Yes}", {"KEN": ("NO", "Yes")}),
    ],
    "neutral": [
        (b"\xef\xbb\xbfWater boils.\n", ["Water boils."]),
    ],
    "prompts": [
        (b"\xef\xbb\xbfHow?", "How?"),
    ],
    "choices_jsonl": [
        (b"\xef\xbb\xbf" + ROW.encode(), [("?", ["Yes", "No"], 1)]),
    ],
    "choices_csv": [
        ("question,options,gold\na\u2028b,Yes|No,Yes\n", [("a\u2028b", ["Yes", "No"], 1)]),
        ("question;options;gold\na,b;Yes|No;Yes\n", [("a,b", ["Yes", "No"], 1)]),
    ],
    "config": [
        ("countries: [NO, Yes, on]\n", {"countries": ["NO", "Yes", "on"]}),
        ("split: {seed: 010}\n", {"split": {"seed": "010"}}),
        ("a: 1:30\n", {"a": "1:30"}),
    ],
    "journal": [
        (DEEP.encode() + b"\n", []),
        (b'{"digest": ' + DEEP.encode() + b"}\n", []),
    ],
}
