"""The deployment files parse, and name only settings, commands and files that exist."""

import configparser
import re
import shlex
import tomllib
from pathlib import Path

import pytest
import typer
import yaml

from bot.commands.cli import app
from bot.settings import Settings

HERE = Path(__file__).resolve().parents[2]
DEPLOY = HERE / "deploy"
SETTINGS = {f"MIDLINE_{name.upper()}" for name in Settings.model_fields}
# The compose file's own: the public name that the webhook's address and Caddy are made of.
OURS = {"MIDLINE_HOST"}


def read(name: str) -> str:
    return (DEPLOY / name).read_text("utf-8")


class Unit(dict):
    """A unit repeats keys: each is a list."""

    def __setitem__(self, key, value):
        if isinstance(value, list) and key in self:
            self[key].extend(value)
        else:
            super().__setitem__(key, value)


def unit() -> configparser.RawConfigParser:
    unit = configparser.RawConfigParser(strict=False, dict_type=Unit, delimiters=("=",))
    unit.optionxform = str
    unit.read_string(read("midline.service"))
    return unit


def values(key: str) -> list[str]:
    return unit()["Service"][key].split("\n")


def commands() -> set[str]:
    return set(typer.main.get_command(app).commands)


@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.iterdir() if path.is_file()))
def test_only_settings_that_exist_are_named(name) -> None:
    names = set(re.findall(r"\bMIDLINE_[A-Z_]+", read(name)))
    assert names <= SETTINGS | OURS


@pytest.mark.parametrize("name", sorted(path.name for path in DEPLOY.iterdir() if path.is_file()))
def test_only_commands_that_exist_are_named(name) -> None:
    names = set(re.findall(r"(?:bin/midline|`midline) ([a-z]+)", read(name)))
    assert names <= commands()


def test_the_unit_runs_midline_and_lets_it_finish() -> None:
    service = unit()["Service"]
    assert shlex.split(service["ExecStart"])[0].endswith("/midline")
    assert shlex.split(service["ExecStart"])[1] in commands()
    assert service["Restart"] == "always"
    assert service["TimeoutStopSec"] == "10"
    assert service["StateDirectory"] == "midline"
    assert service["NoNewPrivileges"] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert service["User"] != "root"
    assert unit()["Install"]["WantedBy"] == "multi-user.target"


def test_the_secrets_of_the_unit_are_credentials_by_the_names_of_settings() -> None:
    loaded = {value.split(":")[0] for value in values("LoadCredential")}
    assert {"midline_bot_token", "midline_key"} <= loaded
    assert {name.upper() for name in loaded - {"midline_key"}} <= SETTINGS
    environment = dict(value.split("=", 1) for value in values("Environment"))
    secret = {name.upper() for name in ("midline_bot_token", "midline_webhook_secret")}
    assert not secret & set(environment)
    assert not environment["MIDLINE_KEY_FILE"].startswith(environment["MIDLINE_DATA_DIR"])


def compose() -> dict:
    return yaml.safe_load(read("compose.yaml"))


def test_what_the_compose_file_names_is_there() -> None:
    stack = compose()
    for service in stack["services"].values():
        assert set(service.get("secrets", [])) <= set(stack["secrets"])
        assert set(service.get("networks", [])) <= set(stack["networks"])
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = source in stack["volumes"] or (DEPLOY / source).exists()
            assert known, volume
    built = stack["services"]["midline"]["build"]
    assert (DEPLOY / built["context"] / built["dockerfile"]).resolve() == DEPLOY / "Dockerfile"
    assert stack["services"]["postgres"]["profiles"] == ["postgres"]


def test_the_container_has_few_rights_and_no_secret_in_its_environment() -> None:
    midline = compose()["services"]["midline"]
    assert midline["read_only"] is True
    assert midline["cap_drop"] == ["ALL"]
    assert "ports" not in midline
    assert set(midline["environment"]) <= SETTINGS
    assert not {"MIDLINE_BOT_TOKEN", "MIDLINE_WEBHOOK_SECRET"} & set(midline["environment"])
    secret = set(midline["secrets"]) - {"midline_key"}
    assert {name.upper() for name in secret} <= SETTINGS


def test_the_proxy_hands_on_the_webhook_and_nothing_else() -> None:
    caddy = read("Caddyfile")
    path = compose()["services"]["midline"]["environment"]["MIDLINE_WEBHOOK_URL"].rsplit("/")[-1]
    assert f"handle /{path} {{" in caddy
    assert caddy.count("reverse_proxy") == 1
    port = compose()["services"]["midline"]["expose"][0]
    assert f"reverse_proxy midline:{port}" in caddy
    assert f"MIDLINE_HTTP_PORT={port}" in read("Dockerfile")


def test_the_image_runs_unprivileged_and_installs_pinned_packages() -> None:
    lines = [line.strip() for line in read("Dockerfile").splitlines()]
    users = [line for line in lines if line.startswith("USER ")]
    assert users
    assert "root" not in users[-1]
    assert "USER 0" not in users[-1]
    assert any("--require-hashes --no-deps -r /src/requirements.txt" in line for line in lines)
    assert 'CMD ["run"]' in lines


def test_the_image_gets_every_room() -> None:
    packed = tomllib.loads((HERE / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    let_in = {line[1:] for line in read("Dockerfile.dockerignore").splitlines() if line[:1] == "!"}
    rooms = set(packed["targets"]["wheel"]["packages"])
    assert rooms | {"examples", "README.md", "LICENSE", "pyproject.toml"} <= let_in
