"""SFT and DPO of a LoRA, from checkpoint to checkpoint, with what must hold asserted."""

import logging
import math
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mores.chat import Chat
from mores.config import Model, Training, Tuning
from mores.errors import InputError
from mores.files import read_json, writing_in
from mores.stop import deferred
from mores.training.data import check_batches, dataset, preference_row, supervised_row

if TYPE_CHECKING:
    from threading import Event

    from peft import PeftModel
    from transformers import PreTrainedModel, Trainer, TrainerCallback

log = logging.getLogger("mores.training")

TOLERANCE = {"float32": 1e-3, "bfloat16": 5e-2, "float16": 5e-2}  # of ln 2 at step 0


def train_sft(
    examples: list[dict],
    chat: Chat,
    model: Model,
    tuning: Tuning,
    runtime: Training,
    checkpoints: Path,
) -> tuple["PeftModel", list[dict]]:
    """A LoRA trained on completions; returns the model and the log, a row per optimizer step.

    The loss is the mean cross-entropy of the completions' tokens. Goes on from the last checkpoint
    in `checkpoints`, if there is one, to the same weights as an uninterrupted run.
    """
    import trl
    from peft import LoraConfig

    rows = [supervised_row(chat, example) for example in examples]
    network = load_network(model)
    lora = LoraConfig(
        r=tuning.rank,
        lora_alpha=tuning.alpha,
        lora_dropout=tuning.dropout,
        target_modules="all-linear",
        task_type="CAUSAL_LM",
    )
    trainer = trl.SFTTrainer(
        model=network,
        args=trl.SFTConfig(
            **_arguments(tuning, runtime, checkpoints, network),
            completion_only_loss=True,
            max_length=None,
            pad_to_multiple_of=None,
        ),
        train_dataset=dataset(rows, network.config.max_position_embeddings),
        processing_class=chat.tokenizer,
        peft_config=lora,
    )
    check_batches(trainer, rows)
    return _run(trainer, checkpoints)


def train_dpo(
    pairs: list[dict],
    chat: Chat,
    model: Model,
    tuning: Tuning,
    runtime: Training,
    checkpoints: Path,
    *,
    start: Path,
) -> tuple["PeftModel", list[dict]]:
    """The adapter in `start` trained further on pairs (DPO, sigmoid loss); returns as `train_sft`.

    The reference policy is `start` itself, so at step 0 the loss is ln 2: asserted.
    """
    import trl
    from peft import PeftModel

    class PairTrainer(trl.DPOTrainer):
        """TRL's, on pairs that are token ids already, and resumed with the policy's own weights."""

        def _prepare_dataset(self, dataset, *_given):
            return dataset  # TRL's tokenizing would add a second BOS

        def _load_from_checkpoint(self, checkpoint, model=None):
            # transformers (5.19) loads the reference, which lies in a folder below, and not the
            # policy: training would go on from where it began, with the rest of the schedule.
            self.model.load_adapter(checkpoint, "default", is_trainable=True)

    rows = [preference_row(chat, pair) for pair in pairs]
    network = load_network(model)
    trainer = PairTrainer(
        model=PeftModel.from_pretrained(network, start, is_trainable=True),
        args=trl.DPOConfig(
            **_arguments(tuning, runtime, checkpoints, network),
            beta=tuning.beta,
            max_length=None,
        ),
        train_dataset=dataset(rows, network.config.max_position_embeddings),
        processing_class=chat.tokenizer,
    )
    check_batches(trainer, rows)
    trained, history = _run(trainer, checkpoints)
    check_first_loss(history, TOLERANCE[str(network.dtype).removeprefix("torch.")])
    trained.delete_adapter("ref")
    return trained, history


def check_first_loss(history: list[dict], tolerance: float) -> None:
    """Raise where the policy did not start as its own reference: the first loss is not ln 2."""
    first = history[0]
    if abs(first["loss"] - math.log(2)) > tolerance:
        raise RuntimeError(
            f"DPO began with a loss of {first['loss']:.4f}, not ln 2 = {math.log(2):.4f}: its "
            "reference policy is not the adapter it started from"
        )


def load_network(model: Model) -> "PreTrainedModel":
    """The base model, on the GPU if there is one."""
    import torch
    from transformers import AutoModelForCausalLM

    network = AutoModelForCausalLM.from_pretrained(
        model.path, revision=model.revision, dtype=model.dtype
    )
    return network.to("cuda" if torch.cuda.is_available() else "cpu")


def _arguments(
    tuning: Tuning, runtime: Training, checkpoints: Path, network: "PreTrainedModel"
) -> dict[str, Any]:
    """What SFT and DPO have in common; on the CPU TRL's defaults would be wrong or slow."""
    import torch

    on_gpu = torch.cuda.is_available()
    device_batch = math.gcd(min(runtime.device_batch, tuning.batch_size), tuning.batch_size)
    return {
        "output_dir": str(checkpoints),
        "learning_rate": tuning.learning_rate,
        "num_train_epochs": tuning.epochs,
        "per_device_train_batch_size": device_batch,
        "gradient_accumulation_steps": tuning.batch_size // device_batch,
        "lr_scheduler_type": "cosine",
        "warmup_steps": tuning.warmup,
        "seed": tuning.seed,
        "bf16": on_gpu and network.dtype == torch.bfloat16,
        "fp16": on_gpu and network.dtype == torch.float16,
        "use_cpu": not on_gpu,
        "gradient_checkpointing": runtime.gradient_checkpointing,
        "logging_steps": 1,
        "save_steps": runtime.save_steps,
        "save_total_limit": 2,
        "report_to": runtime.report_to,
        "disable_tqdm": True,
        "dataloader_pin_memory": on_gpu,
    }


def _tell_cost(trainer: "Trainer") -> None:
    """Log peak memory, on a GPU, and tokens per second; padding is no token."""
    import torch

    ends = [row for row in trainer.state.log_history if "train_runtime" in row]
    # TRL counts tokens from where this process began, as the trainer does seconds.
    tokens = [row["num_tokens"] for row in trainer.state.log_history if "num_tokens" in row][-1]
    memory = "not known on a CPU"
    if torch.cuda.is_available():
        memory = f"{torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
    log.info("peak memory %s, %.0f tokens/s", memory, tokens / ends[-1]["train_runtime"])


def _stopping(told: "Event") -> "TrainerCallback":
    """Saves and stops after the step in which `told` is set: within one it would not be exact."""
    from transformers import TrainerCallback

    class Stopping(TrainerCallback):
        def on_step_end(self, args, state, control, **_given):
            if told.is_set():
                log.info("SIGTERM: saving step %d", state.global_step)
                control.should_save = control.should_training_stop = True

    return Stopping()


def _last_whole(checkpoints: Path) -> Path | None:
    """The last checkpoint that was saved to its end, if there is one.

    The trainer writes its state last: where that is absent, empty or torn, a kill or a full disk
    cut the saving short.
    """
    whole = []
    for state in checkpoints.glob("checkpoint-*/trainer_state.json"):
        with suppress(InputError):
            read_json(state)
            whole.append(state.parent)
    return max(whole, key=lambda path: int(path.name.rpartition("-")[2]), default=None)


def _run(trainer: "Trainer", checkpoints: Path) -> tuple["PeftModel", list[dict]]:
    """Train to the end, from the last whole checkpoint if there is one.

    At SIGTERM it saves a checkpoint after the step that it is at, and the process ends.
    """
    last = _last_whole(checkpoints)
    if last:
        log.info("going on from %s", last)
    with deferred() as told, writing_in(checkpoints):
        trainer.add_callback(_stopping(told))
        trainer.train(resume_from_checkpoint=str(last) if last else None)
    _tell_cost(trainer)
    history = [row for row in trainer.state.log_history if "loss" in row]
    if not all(math.isfinite(row["loss"]) for row in history):
        raise InputError("tunings: the loss is not finite; lower `learning_rate`")
    return trainer.model, history
