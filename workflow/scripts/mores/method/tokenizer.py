"""A model's tokenizer, held to its own `tokenizer.json`.

transformers takes the class that a model's files name and builds how text is parted anew, by what
the class knows. Where a file names the wrong class the text is another: DeepSeek-R1-Distill-Llama
names Llama's, which takes every space from its byte-level vocabulary, unless the path looks like
the hub's id (huggingface/transformers#45488). So its ids are compared with those of the file.
"""

from typing import TYPE_CHECKING

from mores.errors import InputError
from mores.method.models import ModelSpec

if TYPE_CHECKING:
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerBase

# What tokenizers part in different ways: spaces, line ends, digits, contractions, scripts.
SAMPLES = (
    "How important is family, to you?",
    " A space before,  two within   and three; one after ",
    "1. Agree strongly\n2. Agree\n\n\t10. Don't know, I'LL say 12345.67 %\r\n",
    "Café, naïve, ½ œuvre; cafe\u0301; 家庭对您来说有多重要。 परिवार اسرة семья",
    "snake_case(x) -> [1, 2]; a@b.org #3 «so» “yes” it\u2019s … 🙂\u200d",
)


def load_tokenizer(name: str, model: ModelSpec) -> "PreTrainedTokenizerBase":
    """The tokenizer of a model of the configuration, which parts text as its files say.

    Raises InputError where there is none to be had, or none that does.
    """
    from transformers import AutoTokenizer, TokenizersBackend

    given = {"revision": model.revision}
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            model.path, trust_remote_code=model.trust_remote_code, **given
        )
        truth = _of_file(model)
        if truth is None or _is_own(tokenizer) or agrees(tokenizer, truth):
            return tokenizer
        plain = TokenizersBackend.from_pretrained(model.path, **given)
    except Exception as error:  # tokenizers raises nothing narrower of a torn file
        why = str(error).strip().partition("\n")[0]
        raise InputError(
            f"models: {name}: no tokenizer of {model.path} to be had ({why}); check the path"
        ) from None
    if agrees(plain, truth):
        return plain
    raise InputError(
        f"models: {name}: transformers does not part text as {model.path}/tokenizer.json says, "
        f"neither as {type(tokenizer).__name__} nor plainly; mend tokenizer_config.json"
    )


def agrees(tokenizer: "PreTrainedTokenizerBase", truth: "Tokenizer") -> bool:
    """Whether samples become the same ids by both, and the ids the same text."""
    for text in SAMPLES:
        ids = truth.encode(text, add_special_tokens=False).ids
        if tokenizer(text, add_special_tokens=False).input_ids != ids:
            return False
        given = {"skip_special_tokens": False, "clean_up_tokenization_spaces": False}
        if tokenizer.decode(ids, **given) != truth.decode(ids, skip_special_tokens=False):
            return False
    return True


def _of_file(model: ModelSpec) -> "Tokenizer | None":
    """The tokenizer that `tokenizer.json` alone makes; None of a model without that file."""
    from tokenizers import Tokenizer
    from transformers.utils import cached_file

    file = cached_file(
        model.path,
        "tokenizer.json",
        revision=model.revision,
        _raise_exceptions_for_missing_entries=False,
    )
    return Tokenizer.from_file(file) if file else None


def _is_own(tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Whether its code came with the model: it may part text as no file says."""
    return type(tokenizer).__module__.startswith("transformers_modules")
