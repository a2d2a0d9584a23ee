from dataclasses import replace

from mores.config import Model
from mores.engine import Adapter


def test_key_depends_on_everything_that_shapes_the_answer(request_to, model):
    base = request_to("say a")
    variants = [
        base.key(model),
        request_to("say b").key(model),
        request_to("say a", seed=2).key(model),
        request_to("say a", temperature=0.7).key(model),
        request_to("say a", adapter=Adapter("/x", "d1")).key(model),
        request_to("say a", adapter=Adapter("/x", "d2")).key(model),
        base.key(replace(model, digest="other")),
        base.key(replace(model, settings=Model(path="someone/tiny", dtype="float32"))),
    ]
    assert len(set(variants)) == len(variants)


def test_key_leaves_out_what_does_not_shape_the_answer(request_to, model):
    elsewhere = replace(model, name="other", settings=Model(path="a/copy"))
    assert request_to("say a").key(model) == request_to("say a").key(elsewhere)
    here, there = Adapter("/here", "d"), Adapter("/there", "d")
    keys = {request_to("say a", adapter=adapter).key(model) for adapter in (here, there)}
    assert len(keys) == 1


def test_key_is_the_same_in_every_release(request_to, model):
    # A changed key would ask every journalled request again: change it knowingly.
    known = "5979e8de52bff79d51c962f3ccd351debc2f8858f07eda9459294782bb4b20f2"
    assert request_to("say a").key(model) == known
