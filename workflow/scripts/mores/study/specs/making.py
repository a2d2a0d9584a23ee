"""The specs of what is made: survey rows, norms, traces, adapters, answers."""

from mores.contents import file_digest
from mores.engine.training import TRAINER
from mores.evaluations.ask import Evaluating
from mores.method.adapters import Training
from mores.method.draws import Draw
from mores.method.examples import Collecting
from mores.method.models import Sampling
from mores.method.norms import LOW_TEMPLATES, HighMining, LowMining
from mores.method.traces import Tracing
from mores.provenance import versions
from mores.provenance.versions import locked
from mores.shipped import locate
from mores.study.config import template_of
from mores.study.grid import (
    method_of,
    number_of,
    taught,
)
from mores.study.specs.common import Common
from mores.survey.importing import Import
from mores.survey.part import REWORDED, WORDED, BankPart
from mores.survey.rows import Rows
from mores.survey.splitting import Splitting

CODES = ("id", "codes")
BY_TOPIC = ("id", "topic")
BY_WORDING = (*BY_TOPIC, "wording")


class Making(Common):
    """Specs of the rules from the survey to the answers."""

    def import_survey(self) -> Import:
        """Shares per country are made from the survey file, for the bank's items and codes."""
        survey = self.settings.config.survey
        return Import(
            format=survey.format,
            weights=survey.weights,
            survey=file_digest(locate(survey.path)),
            packages=locked(versions.SURVEY),
            bank=self._part("all", CODES),
        )

    def split_items(self, split: str = "") -> Splitting:
        """The split draws from the items of each topic, and looks for batteries in their words."""
        drawn = self._split(Draw(split=number_of(split)))
        fields = BY_WORDING if drawn.by == "battery" else BY_TOPIC
        return Splitting(split=drawn, bank=BankPart.of(self.bank, "all", fields))

    def split_country(self, country: str, split: str = "") -> Rows:
        """A country's rows are its own answers, with items and topics."""
        survey = self.settings.config.survey
        return Rows(
            country=country,
            format=survey.format,
            weights=survey.weights,
            answers=self.answered[country],
            bank=self._part("all", ("id", "topic", "codes")),
        )

    def mine_low_norms(self, mining: str, model: str, country: str) -> LowMining:
        """Low-level norms are made from the wording of the training items."""
        config = self.settings.config.mining
        way = config.ways[mining]
        return LowMining(
            **self._asked(model, country, LOW_TEMPLATES[way.answers]),
            bank=self._part("train", draw=Draw.of(model)[1]),
            sampling=_sampling(config.sampling, model),
            retries=config.retries,
            way=way.model_copy(update={"norms_per_topic": None}),
        )

    def mine_high_norms(self, mining: str, model: str, country: str) -> HighMining:
        """High-level norms are made from low-level ones; of the bank they see the topics alone."""
        return self._high_mining(mining, model, country, "high_norm")

    def mine_topic_norms(self, mining: str, model: str, country: str) -> HighMining:
        """Norms from the topic alone need nothing of the survey."""
        return self._high_mining(mining, model, country, "topic_norm")

    def _high_mining(self, mining: str, model: str, country: str, template: str) -> HighMining:
        config = self.settings.config.mining
        return HighMining(
            **self._asked(model, country, template),
            bank=self._part("none"),
            sampling=_sampling(config.sampling, model),
            retries=config.retries,
            norms_per_topic=config.count(mining),
        )

    def sample_traces(self, model: str, country: str) -> Tracing:
        """Traces are answers to training items, with what was mined from them in context."""
        traces = self.settings.config.traces
        return Tracing(
            **self._asked(model, country, "answer"),
            bank=self._part("train", draw=Draw.of(model)[1]),
            samples=traces.samples,
            second_round=traces.second_round,
            sampling=_sampling(traces.sampling, model),
        )

    def sample_rejected(self, tuning: str, model: str, learner: str, country: str) -> Tracing:
        """Traces of a tuned model: as above, without norms and in one round."""
        return self.sample_traces(model, country).model_copy(update={"second_round": None})

    def collect_examples(self, tuning: str, model: str, learner: str, country: str) -> Collecting:
        """Examples are made from the prompts without norms and what the country answered."""
        settings, traces = self.settings.config.tunings[tuning], self.settings.config.traces
        learnt = {"right_per_item": traces.right_per_item} if "traces" in settings.sources else {}
        paired = {"chosen": traces.chosen} if "rejected" in settings.sources else {}
        return Collecting(
            **self._worded(country, "answer"),
            bank=self._part("train", draw=Draw.of(model)[1]),
            objective=settings.objective,
            keys=settings.model_dump(include=set(settings.of_examples)),
            **learnt,
            **paired,
        )

    def train_adapter(self, tuning: str, model: str, learner: str) -> Training:
        """An adapter is made from its examples, its base and the hyper-parameters."""
        settings = self.settings.config.tunings[tuning]
        seed = Draw.of(model)[1].seed(settings.seed)
        return Training(
            **self._model(model),
            tuning=tuning,
            learner=learner,
            countries=taught(self.settings, learner),
            settings=settings.model_dump() | {"seed": seed},
            trainer=TRAINER,
            packages=locked(versions.TRAINING),
        )

    def answer_items(self, evaluation: str, method: str, model: str, country: str) -> Evaluating:
        """Answers are made from the wording of the questions, as the method says."""
        config = self.settings.config
        how, asked = method_of(config, method), config.evaluations[evaluation]
        prompt = template_of(asked, how)
        fields = REWORDED if how.wording else WORDED
        _, draw = Draw.of(model)
        return Evaluating(
            **self._asked(model, country, prompt),
            asks=self.asks(evaluation, country, fields, draw),
            bank=self._part("train" if how.examples else "none", fields, draw),
            samples=asked.samples or config.answers.samples,
            sampling=_sampling(config.answers.sampling, model),
            prompt=prompt,
            norms_per_topic=how.norms_per_topic,
            without=how.without,
            control=how.control,
            neutral=file_digest(locate(config.neutral)) if how.control == "neutral" else None,
            examples=how.examples,
            thinking=how.thinking,
            order=how.order,
            labels=how.labels,
            wording=how.wording,
            distribution=how.distribution,
        )


def _sampling(sampling: Sampling, model: str) -> Sampling:
    """How tokens are drawn under the draw of a model's name."""
    return sampling.model_copy(update={"seed": Draw.of(model)[1].seed(sampling.seed)})
