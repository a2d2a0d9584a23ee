"""Hold every tuned method against its base model: form, countries told apart, refusals, skills."""

from mores.evaluations.guardrails import score_guardrails
from mores.runner import run

if __name__ == "__main__":
    run(score_guardrails)
