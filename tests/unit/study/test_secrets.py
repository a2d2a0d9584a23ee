"""What looks like a secret is refused wherever it stands, and never told."""

import pytest
import yaml

from mores.errors import InputError
from mores.study.secrets import check_secrets
from mores.study.settings import load_settings

HF = "hf_" + "aB3" * 11
SECRET = "correcthorse"


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        ({"engine": {"server_env": {"HF_TOKEN": SECRET}}}, "engine.server_env.HF_TOKEN"),
        ({"engine": {"server_env": {"VLLM_API_KEY": SECRET}}}, "engine.server_env.VLLM_API_KEY"),
        ({"engine": {"server_env": {"PGPASSWORD_": 5, "DB_PASSWORD": 5}}}, "DB_PASSWORD"),
        ({"engine": {"server_env": {"X": HF}}}, "engine.server_env.X: holds a key"),
        (
            {"engine": {"server_env": {"https_proxy": f"http://me:{SECRET}@proxy:3128"}}},
            "engine.server_env.https_proxy: holds a user's name or password",
        ),
        (
            {"engine": {"endpoints": {"m": {"url": f"https://me:{SECRET}@host/v1"}}}},
            "engine.endpoints.m.url.*name the variable as `key_variable`",
        ),
        ({"engine": {"endpoints": {"m": {"url": f"https://{SECRET}@host/v1"}}}}, "m.url"),
        ({"engine": {"endpoints": {"m": {"url": f"https://h/v1?api_key={SECRET}"}}}}, "api_key"),
        (
            {"engine": {"endpoints": {"m": {"key_variable": f"{SECRET}-1"}}}},
            "is not the key itself",
        ),
        ({"engine": {"endpoints": {"m": {"key_variable": HF}}}}, "m.key_variable"),
        (
            {"engine": {"cluster": {"extra": [f"--export=ALL,HF_TOKEN={SECRET}"]}}},
            "extra.0: HF_TOKEN",
        ),
        ({"engine": {"server_args": ["--hf-token=" + SECRET]}}, "server_args.0: hf-token"),
        ({"models": {"m": {"path": f"https://me:{SECRET}@hub/m"}}}, "models.m.path"),
        ({"survey": {"path": HF}}, "survey.path"),
        ({"anything": {"else": ["sk-" + SECRET * 2]}}, "anything.else.0"),
    ],
)
def test_a_secret_is_refused_by_its_key_and_never_told(raw, key):
    with pytest.raises(InputError, match=key) as told:
        check_secrets(raw)
    assert SECRET not in str(told.value) and HF not in str(told.value)


def test_what_names_a_secret_or_none_is_fine():
    check_secrets(
        {
            "engine": {
                "server_env": {
                    "HF_TOKEN_PATH": "/home/me/token",
                    "TOKENIZERS_PARALLELISM": "false",
                    "VLLM_CPU_KVCACHE_SPACE": "8",
                    "https_proxy": "http://proxy:3128",
                },
                "server_args": ["--max-num-batched-tokens=16", "--block-size", "16"],
                "cluster": {"extra": ["--constraint=a100", "--export=ALL"]},
                "endpoints": {"m": {"url": "https://host:8000/v1", "key_variable": "MY_KEY"}},
            },
            "models": {"m": {"path": "org/model@home", "revision": None}},
            "methods": {"key": {}, "token": {"norms": "top1"}},
        }
    )


def test_it_is_the_first_that_a_configuration_is_asked(tmp_path):
    """Before its form is checked, whose complaints show what was given."""
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump({"engine": {"server_env": {"HF_TOKEN": [SECRET]}}}))
    with pytest.raises(InputError, match=r"server_env\.HF_TOKEN") as told:
        load_settings([path], {})
    assert SECRET not in str(told.value)
