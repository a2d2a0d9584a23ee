"""Fine-tuning: LoRA adapters trained on examples, with TRL and PEFT."""
