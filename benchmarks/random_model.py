"""Write a randomly initialised Qwen2 with a tokenizer of its own: engine tests and benchmarks.

It answers noise, at the speed of a real model of its size.
"""

import argparse
from pathlib import Path

SENTENCES = (
    "How would most people in the country answer this survey question on social values?",
    "Family and friends are very important in life; politics is not at all important.",
    "1. Agree strongly\n2. Agree\n3. Disagree\n4. Disagree strongly",
    "Most people can be trusted, or one needs to be very careful in dealing with people.",
)
TEMPLATE = (
    "{% for message in messages %}{{ '<|' + message.role + '|>' + message.content }}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)


def random_model(
    folder: Path, hidden: int, layers: int, context: int, seed: int, tokenizer: Path | None
) -> int:
    """Save model and tokenizer in `folder`; return the number of parameters.

    `hidden` is a multiple of 32: CPU attention takes no smaller heads. `context` is in tokens. The
    tokenizer is that of the model folder `tokenizer`, or a small one of byte pairs.
    """
    import torch
    from transformers import AutoTokenizer, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(seed)
    head = 64 if hidden % 64 == 0 and hidden >= 512 else 32
    heads = hidden // head
    words = AutoTokenizer.from_pretrained(tokenizer) if tokenizer else _small_tokenizer()
    config = Qwen2Config(
        vocab_size=len(words),
        hidden_size=hidden,
        intermediate_size=4 * hidden,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        num_key_value_heads=heads,
        max_position_embeddings=context,
        tie_word_embeddings=True,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
        bos_token_id=None,
    )
    model = Qwen2ForCausalLM(config).to(torch.float32)
    model.save_pretrained(folder)
    words.save_pretrained(folder)
    return model.num_parameters()


def _small_tokenizer():
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        special_tokens=["<|pad|>", "<|end|>", "<|user|>", "<|assistant|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(SENTENCES, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|end|>",
        pad_token="<|pad|>",
        chat_template=TEMPLATE,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--context", type=int, default=1024, help="tokens")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--tokenizer", type=Path, help="folder of a model with the tokenizer to use"
    )
    given = parser.parse_args()
    count = random_model(**vars(given))
    print(f"{given.folder}: {count:,} parameters")


if __name__ == "__main__":
    main()
