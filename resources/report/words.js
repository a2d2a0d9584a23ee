// What methods, and rows that need no model, are in plain words.

const MINED = {
  none: "norms in context, that the model wrote of the topic alone, shown no survey answer",
  top: "norms in context, mined from the country's most frequent answers to other items",
  ranked: "norms in context, mined from all the country's answers to other items by frequency",
};
const LENT = {
  random: "of another country, drawn at random, as if they were this one's",
  nearest: "of the country that answers most alike", farthest: "of the one that answers least alike",
};
const CONTROLS = {
  shuffled: "of another topic", neutral: "whose place is taken by text that states none",
};
const LEARNT = {
  answers: "tuned on people's bare answers", traces: "tuned on right reasoning of its own",
  dpo: "then to prefer right reasoning to wrong", kto: "tuned on right and wrong reasoning of its own",
};
const NO_MODEL = {
  ceiling: "a second sample of the same people", own_mean: "the country's own mean answer",
  respondent: "one of the country's people, at random", pooled_mode: "what most people of all countries say",
  neighbours: "what the countries say that are most alike on other items",
  other_mean: "the mean answer of all other countries", midpoint: "the middle of every scale",
  midpoint_code: "the same, rounded to an option", random: "any option, drawn",
};

/** What a method does, from the configuration. */
export function method(settings, name) {
  const how = settings.methods[name] ?? {};
  const parts = [...norms(settings, how), ...learnt(settings, how.tuning), ...adapter(how), ...put(how)];
  return parts.length ? parts.join("; ") : "the bare question";
}

/** What norms mined in a way are. */
export function mining(settings, way) {
  return MINED[settings.mining.ways[way].answers].replace("norms in context,", "Norms");
}

/** What a row that needs no model answers. */
export function reference(name) {
  const country = name.match(/^country_(\w+)$/);
  return country ? `what most people of ${country[1]} say` : NO_MODEL[name] ?? "";
}

function norms(settings, how) {
  if (!how.norms) return [];
  const way = settings.mining.ways[how.norms].answers;
  const own = how.norm_country === "own" ? null : LENT[how.norm_country] ?? `of ${how.norm_country}`;
  const few = how.norms_per_topic ? `the first ${how.norms_per_topic} of each topic` : null;
  const by = how.norm_model ? `by ${how.norm_model}` : null;
  return [[MINED[way], own, CONTROLS[how.control], few, by].filter(Boolean).join(", ")];
}

function learnt(settings, tuning) {
  const learning = tuning ? settings.tunings[tuning] : null;
  if (!learning) return [];
  return [...learnt(settings, learning.start), LEARNT[learning.data ?? learning.objective]];
}

function adapter(how) {
  if (!how.tuning) return [];
  if (how.scope === "pooled") return ["one adapter for all countries"];
  return how.tuning_country === "own" ? [] : [`the adapter ${LENT[how.tuning_country] ?? `of ${how.tuning_country}`}`];
}

function put(how) {
  return [
    how.examples ? `${how.examples} answered items of the topic as examples` : null,
    (how.prompt ?? "answer") === "answer" ? null : `put in the words of ${how.prompt}`,
    how.thinking === "none" ? "without thinking"
      : how.thinking > 0 ? `thinking ended after ${how.thinking} tokens` : null,
    (how.order ?? "as_is") === "as_is" ? null : `options in another order (${how.order})`,
    how.labels === "letters" ? "options with letters" : null,
    how.wording ? `in wording ${how.wording}` : null,
    how.distribution === "stated" ? "asked for a percentage of every option"
      : how.distribution === "options" ? "the probability of every option read" : null,
  ].filter(Boolean);
}
