"""The columns of the exported data set, part by part, each with its type and what it holds."""

from typing import NamedTuple

STRING, INT, TEXTS = "string", "int64", "list of strings"


class Column(NamedTuple):
    """A column: its name, its type, and what it holds."""

    name: str
    type: str
    told: str


WHO = (
    Column("model", STRING, "The model's name in the study."),
    Column("country", STRING, "The country's code."),
)
MINED = (Column("mining", STRING, "The way in which norms were mined."), *WHO)
ITEM = (
    Column("topic", STRING, "The topic's name."),
    Column("item", STRING, "The item's id, as in part `items`."),
)
REASON = Column("reason", STRING, "Why there is none, where none parsed.")
CHOSEN = (
    Column("answer", STRING, "The reply without thinking."),
    Column("choice", INT, "The code of the option chosen; null where none was."),
    Column("invalid", STRING, "Why none was chosen."),
)
# What stands in every row that a model generated.
GENERATED = (
    Column("thinking", STRING, "The model's reasoning, where it gave any."),
    Column("text", STRING, "The reply as it came."),
    Column("finish_reason", STRING, "`stop`, or `length` where the reply was cut."),
    Column("prompt_tokens", INT, "Tokens of the prompt."),
    Column("completion_tokens", INT, "Tokens of the reply."),
    Column("prompt_digest", STRING, "SHA-256 of the prompt."),
    Column("model_digest", STRING, "SHA-256 of the model's files."),
    Column("adapter_digest", STRING, "SHA-256 of the adapter that answered, if any."),
    Column("sampling", STRING, "Temperature, top_p, max_tokens and seed, as JSON."),
    Column("request", STRING, "SHA-256 of all that shaped the reply."),
    Column("further", STRING, "What else the row holds, as JSON; null where nothing."),
)
PARTS = {
    "low_norms": (
        *MINED,
        *ITEM,
        Column("survey_answer", INT, "The code of the people's most frequent answer."),
        Column("norm", STRING, "The norm mined from this item."),
        REASON,
        *GENERATED,
    ),
    "high_norms": (
        *MINED,
        Column("topic", STRING, "The topic's name."),
        Column("items", TEXTS, "The ids of the items whose norms these abstract."),
        Column("norms", TEXTS, "The topic's norms, in order."),
        REASON,
        *GENERATED,
    ),
    "traces": (
        *WHO,
        *ITEM,
        Column("round", INT, "1, or 2 where the item was tried again."),
        Column("sample", INT, "Which draw, from 0."),
        Column("survey_answer", INT, "The code of the people's most frequent answer."),
        Column("norm", STRING, "The norm that stood before the question."),
        Column("verdict", STRING, "`right` where the choice is the people's, or why not."),
        *CHOSEN,
        *GENERATED,
    ),
    "answers": (
        Column("evaluation", STRING, "The evaluation's name."),
        Column("method", STRING, "The method's name."),
        *WHO,
        Column("item", STRING, "The question's id; of the survey's as in part `items`."),
        Column("sample", INT, "Which draw, from 0."),
        Column("n_norms", INT, "How many norms stood before the question."),
        *CHOSEN,
        *GENERATED,
    ),
    "items": (
        Column("item", STRING, "The item's id."),
        Column("topic", STRING, "The topic's name."),
        Column("topic_title", STRING, "The topic in words."),
        Column("part", STRING, "`train`: norms are mined from it; `test`: it is scored."),
        Column("wording", STRING, "The question."),
        Column("codes", "list of int64", "The survey's codes of the options."),
        Column("options", TEXTS, "The options in words, in the order of the codes."),
        Column("kind", STRING, "`ordinal` or `nominal`."),
    ),
}
# Norms and traces are of training items, answers of what is scored.
SPLITS = dict.fromkeys(PARTS, "train") | {"answers": "test"}
