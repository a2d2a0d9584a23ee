"""Models that look like those of the paper to what loads them: a few weights, small vocabularies.

The format of each is public: the class that tokenizer_config.json names, how tokenizer.json parts
text, the template's turns. Vocabularies are learnt from the sentences below.
"""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors, trainers
from tokenizers.models import BPE

BOS, EOS = "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"
R1 = (
    "{{ bos_token }}{% for message in messages %}"
    "{% if message.role == 'user' %}{{ '<｜User｜>' + message.content }}{% else %}"
    "{{ '<｜Assistant｜>' + message.content.split('</think>')[-1] + '<｜end▁of▁sentence｜>' }}"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<｜Assistant｜><think>\\n' }}{% endif %}"
)
TURNS = (
    "{{% for message in messages %}}"
    "{{{{ '{0}' + message.role + '\\n' + message.content + '{1}\\n' }}}}{{% endfor %}}"
    "{{% if add_generation_prompt %}}{{{{ '{0}{2}\\n' }}}}{{% endif %}}"
)
SENTENCES = (
    "How important is family, to you? Friends and leisure are very important in life.",
    "1. Agree strongly\n2. Agree\n3. Disagree\n4. Don't know",
    "Most people can be trusted, or one needs to be very careful in dealing with people.",
)
QWEN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
LLAMA = QWEN.replace(r"\p{N}| ?", r"\p{N}{1,3}| ?")
# Which model is what: its id on the hub, model_type, tokenizer class, end token, template.
KINDS = {
    "r1-qwen": (
        *("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", "qwen2"),
        *("LlamaTokenizerFast", EOS, R1),
    ),
    "r1-llama": (
        *("deepseek-ai/DeepSeek-R1-Distill-Llama-8B", "llama"),
        *("LlamaTokenizerFast", EOS, R1),
    ),
    "qwen-instruct": (
        *("Qwen/Qwen2.5-14B-Instruct", "qwen2", "Qwen2Tokenizer", "<|im_end|>"),
        TURNS.format("<|im_start|>", "<|im_end|>", "assistant"),
    ),
    "gemma": (
        *("google/gemma-2-9b-it", "gemma2", "GemmaTokenizer", "<end_of_turn>"),
        "{{ bos_token }}" + TURNS.format("<start_of_turn>", "<end_of_turn>", "model"),
    ),
}


def byte_level(pattern: str, special: list[str], normalizer=None) -> Tokenizer:
    """Byte pairs within what a pattern finds, as Qwen and Llama 3 have them."""
    made = Tokenizer(BPE())
    if normalizer:
        made.normalizer = normalizer
    made.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(pattern), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=400,
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(SENTENCES, trainer)
    made.add_tokens(["<think>", "</think>"])
    return made


def sentence_piece() -> Tokenizer:
    """Pairs of characters, with bytes for those that are not known, as Gemma has them."""
    special = ["<pad>", "<eos>", "<bos>", "<unk>", "<start_of_turn>", "<end_of_turn>"]
    bytes_ = [f"<0x{number:02X}>" for number in range(256)]
    learnt = Tokenizer(BPE(unk_token="<unk>"))
    learnt.normalizer = normalizers.Replace(" ", "▁")
    learnt.pre_tokenizer = pre_tokenizers.Split("▁", "merged_with_next")
    trainer = trainers.BpeTrainer(
        vocab_size=500, special_tokens=[*special, *bytes_], show_progress=False
    )
    learnt.train_from_iterator(SENTENCES, trainer)
    told = json.loads(learnt.to_str())
    told["model"] |= {"byte_fallback": True, "fuse_unk": True}
    told["added_tokens"] = [one for one in told["added_tokens"] if one["content"] in special]
    told["pre_tokenizer"] = {
        "type": "Split",
        "pattern": {"String": " "},
        "behavior": "MergedWithPrevious",
        "invert": False,
    }
    made = Tokenizer.from_str(json.dumps(told))
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    return made


def tokenizer_of(kind: str) -> Tokenizer:
    """What its tokenizer.json holds."""
    if kind == "gemma":
        made, bos = sentence_piece(), "<bos>"
    elif kind == "qwen-instruct":
        special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
        return byte_level(QWEN, special, normalizers.NFC())
    else:
        pattern, normalizer = (LLAMA, None) if kind == "r1-llama" else (QWEN, normalizers.NFC())
        made, bos = (
            byte_level(pattern, [BOS, EOS, "<｜User｜>", "<｜Assistant｜>"], normalizer),
            BOS,
        )
    made.post_processor = processors.TemplateProcessing(
        single=f"{bos} $A", special_tokens=[(bos, made.token_to_id(bos))]
    )
    return made


def write_tokenizer(kind: str, folder: Path) -> None:
    """The files of a model's folder that say how text is parted and what model it is."""
    _, model_type, named, eos, template = KINDS[kind]
    made = tokenizer_of(kind)
    folder.mkdir(parents=True)
    made.save(str(folder / "tokenizer.json"))
    bos = {"gemma": "<bos>", "qwen-instruct": None}.get(kind, BOS)
    told = {
        "tokenizer_class": named,
        "add_bos_token": bos is not None,
        "add_eos_token": False,
        "bos_token": bos,
        "eos_token": "<eos>" if kind == "gemma" else eos,
        "clean_up_tokenization_spaces": False,
        "chat_template": template,
    }
    told |= {"legacy": True} if named.startswith("Llama") else {}
    ends = {"eos_token_id": made.token_to_id(eos)}
    _json(folder / "tokenizer_config.json", told)
    _json(folder / "generation_config.json", ends)
    _json(folder / "config.json", {"model_type": model_type, "vocab_size": 512, **ends})


def write_model(kind: str, folder: Path) -> None:
    """A whole model's folder: random weights for the tokenizer above."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    write_tokenizer(kind, folder)
    torch.manual_seed(0)
    size = {"hidden_size": 64, "intermediate_size": 128, "num_hidden_layers": 2}
    heads = {"num_attention_heads": 2, "num_key_value_heads": 2, "head_dim": 32}
    given = json.loads((folder / "config.json").read_text())
    config = AutoConfig.for_model(**given, **size, **heads, max_position_embeddings=512)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    _json(folder / "generation_config.json", {"eos_token_id": given["eos_token_id"]})


def write_snapshot(kind: str, hub: Path, commit: str = "0" * 39 + "1") -> Path:
    """A model in the hub's cache on disk, as it is after its download."""
    name = KINDS[kind][0]
    home = hub / f"models--{name.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs/main").write_text(commit)
    write_tokenizer(kind, home / "snapshots" / commit)
    return home / "snapshots" / commit


def _json(path: Path, told: dict) -> None:
    path.write_text(json.dumps(told), encoding="utf-8")
