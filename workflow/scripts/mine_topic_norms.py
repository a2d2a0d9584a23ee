"""Ask for a country's norms topic by topic, with no survey answers to go by."""

from mores.method.norms import mine_topic_norms
from mores.runner import run

if __name__ == "__main__":
    run(mine_topic_norms)
