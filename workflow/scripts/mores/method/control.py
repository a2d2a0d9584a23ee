"""Control tokens: what a chat model takes for a sign and not for words, wherever it stands.

A tokenizer turns their spelling into one id, also in a survey's wording or in a norm, and whoever
can have such a text read could end the user's turn and speak as somebody else. No tokenizer is at
hand where a prompt is written for a server, so spellings of all common families are known here.
"""

import re

# <|im_end|>, <|eot_id|>, <｜User｜>, <|turn>, <turn|>; then those that families spell otherwise.
CONTROL = re.compile(
    r"<[|｜][^<>\s]{1,64}>|<[^<>\s]{1,64}[|｜]>"
    r"|</?(?:s|think|bos|eos|pad|unk|mask|cls|sep|sop|eop)>"  # Llama 2, Gemma, R1, GLM
    r"|</?tools?(?:_calls?|_responses?|_results?)?>"  # Qwen
    r"|<(?:start|end)_of_\w{1,32}>|<(?:unused|reserved_|extra_id_)\d+>|<[A-Z_]{1,32}_TOKEN>"
    r"|<<?/?SYS>>?|\[/?(?:INST|[A-Z]{1,16}_(?:PROMPT|TOOLS|CALLS|RESULTS|CONTENT)|THINK)\]"
    r"|\[(?:CLS|SEP|PAD|UNK|[gs]?MASK)\]"  # BERT, GLM
)


def cut_control(text: str, kept: tuple[str, ...] = ()) -> tuple[str, int]:
    """A text without control tokens but those `kept`, and how many were cut.

    What the rest of a cut text makes together is looked through too.
    """
    count = 0
    while found := [one for one in CONTROL.finditer(text) if one[0] not in kept]:
        count += len(found)
        for one in reversed(found):
            text = text[: one.start()] + text[one.end() :]
    return text, count


def control_in(text: str) -> str | None:
    """The first control token of a text."""
    found = CONTROL.search(text)
    return found and found[0]
