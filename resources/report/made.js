// How the results were made: settings, versions, digests.

import {element} from "report/elements";

export function made(data) {
  const {settings, digests, inputs, packages} = data.made;
  return [
    element("h1", {}, "How it was made"),
    element("h2", {}, "The study"),
    list({survey: data.study.survey, "item bank": data.study.bank}),
    element("h2", {}, "Digests of the survey and the models"),
    list(digests),
    element("h2", {}, "Versions of packages"),
    list(Object.fromEntries(Object.entries(packages).map(([name, all]) => [name, all.join(", ")]))),
    element("h2", {}, "Settings"),
    element("pre", {tabindex: "0"}, JSON.stringify(settings, null, 1)),
    element("h2", {}, "Digests of the files that this page was made from"),
    element("details", {}, element("summary", {}, `${Object.keys(inputs).length} files`), list(inputs)),
  ];
}

function list(pairs) {
  return element("dl", {}, ...Object.entries(pairs).flatMap(([name, value]) =>
    [element("dt", {}, name), element("dd", {}, value ?? "")]));
}
