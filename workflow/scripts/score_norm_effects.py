"""Tell what each norm does: its topic's answers with all norms, and with this one left out."""

from mores.runner import run
from mores.scoring.norm_effects import score_norm_effects

if __name__ == "__main__":
    run(score_norm_effects)
