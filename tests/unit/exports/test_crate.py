"""The crate: what RO-Crate 1.2 and its profile ask for, and nothing that points nowhere."""

from mores.exports.crate import METADATA, SOFTWARE, Made, Part, crate

PARTS = [
    Part(SOFTWARE, 3, "a" * 64),
    Part("results/a b#1.tsv", 10, "b" * 64),
    Part("results/adapters/sft/m/XAV/lesson.json", 5, "c" * 64),
    Part("results/adapters/sft/m/XAV/README.md", 5, "d" * 64),
]
MADE = [
    Made("train_adapter", ("results/gone.jsonl",), "results/adapters/sft/m/XAV", "2026-01-01"),
    Made("score_table", ("results/adapters/sft/m/XAV",), "results/a b#1.tsv", "2026-01-02"),
    Made("score_cell", (), "results/left/out.json", "2026-01-02"),
]


def drawn():
    return crate("name", "told", "2026-01-03", "e" * 64, PARTS, MADE)


def test_every_reference_is_to_something_in_the_crate():
    graph = {one["@id"]: one for one in drawn()["@graph"]}
    assert len(graph) == len(drawn()["@graph"])
    specification = graph[METADATA].pop("conformsTo")["@id"]
    assert specification == "https://w3id.org/ro/crate/1.2"

    def named(value):
        if isinstance(value, list):
            return [one for each in value for one in named(each)]
        return [value["@id"]] if isinstance(value, dict) else []

    pointed = [
        one for entity in graph.values() for value in entity.values() for one in named(value)
    ]
    assert set(pointed) <= set(graph)
    assert {"name", "description", "datePublished", "license", "hasPart"} <= set(graph["./"])


def test_a_folder_is_told_by_its_files_and_what_is_left_out_by_nothing():
    actions = {one["name"]: one for one in drawn()["@graph"] if one["@type"] == "CreateAction"}
    assert set(actions) == {"train_adapter", "score_table"}
    files = [{"@id": f"results/adapters/sft/m/XAV/{name}"} for name in ("lesson.json", "README.md")]
    assert actions["train_adapter"]["result"] == actions["score_table"]["object"] == files
    assert actions["train_adapter"]["object"] == []
    assert actions["score_table"]["result"] == [{"@id": "results/a%20b%231.tsv"}]
    assert actions["score_table"]["instrument"] == {"@id": SOFTWARE}
