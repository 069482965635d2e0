"""The local run's doors when something is in the way: one clear sentence, and nothing left behind."""

import json
import os
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

from infra import build
from infra.local import engine, samples, tour
from infra.local.deploy import _digest
from infra.local.home import Home, Trouble
from shared.casework.steps import ReplyAsked
from shared.models import Message
from shared.playbook import parse
from shared.store import keys, steps
from tests.conftest import NOW
from tests.shared.platforms.standard_webhooks import sender as shop_app
from tests.template import ROOT
from tests.world import World


def door(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "infra.local", "--folder", folder, *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip


def one_sentence(done: "subprocess.CompletedProcess[str]") -> str:
    assert done.returncode == 1
    (sentence,) = done.stderr.splitlines()
    assert sentence.startswith("mostrador: ")
    return sentence


def test_a_busy_port_is_named_with_a_way_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "EXECUTABLE", Path(sys.executable))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(Trouble, match=f"port {port} is in use.*make run PORT={port + 1}"):
            engine.start(Home(tmp_path, port))
    assert list(tmp_path.iterdir()) == []


def test_a_missing_engine_is_named_with_what_makes_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "EXECUTABLE", tmp_path / "ministack")
    with pytest.raises(Trouble, match="make engine-env"):
        engine.start(Home(tmp_path, engine.free_port()))


def test_an_engine_that_dies_at_once_is_reported_and_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    executable = tmp_path / "dies"
    executable.write_text("#!/bin/sh\nexit 3\n")
    executable.chmod(0o755)
    monkeypatch.setattr(engine, "EXECUTABLE", executable)
    home = Home(tmp_path / "home", engine.free_port())
    with pytest.raises(Trouble, match="did not start"):
        engine.start(home)
    assert engine.running(home) is None
    assert home.recall("running") == {}


@pytest.mark.parametrize("arguments", [("send", "telegram", "text"), ("token",), ("repair", "ledger")])
def test_what_needs_a_running_system_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert "start it with 'make run'" in one_sentence(door(tmp_path, *arguments))


@pytest.mark.parametrize(
    ("platform", "payload", "choices"),
    [("fax", "text", ", ".join(samples.calling())), ("telegram", "telepathy", "photo_caption")],
)
def test_an_unknown_sample_is_answered_with_the_choice(
    tmp_path: Path, platform: str, payload: str, choices: str
) -> None:
    assert choices in one_sentence(door(tmp_path, "send", platform, payload))


def test_stopping_and_wiping_nothing_is_no_trouble(tmp_path: Path) -> None:
    assert door(tmp_path, "stop").returncode == 0
    assert door(tmp_path / "home", "wipe").returncode == 0


def test_a_stale_note_of_a_process_that_is_gone_is_not_believed(tmp_path: Path) -> None:
    home = Home(tmp_path, engine.free_port())
    home.remember("running", {"pid": os.getpid(), "port": home.port})  # alive, but nobody answers there
    assert engine.running(home) is None


def test_the_environment_of_commands_can_reach_no_other_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL_S3", "AWS_ACCESS_KEY_ID"):
        monkeypatch.setenv(name, "somebody's own")
    environment = Home(tmp_path, 4566).environment
    assert "somebody's own" not in environment.values()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4566"
    assert environment["AWS_CONFIG_FILE"] == environment["AWS_SHARED_CREDENTIALS_FILE"] == os.devnull


def test_every_platform_has_an_account_and_the_samples_of_the_tour() -> None:
    by_platform = {sample.platform: set[str]() for sample in samples.every()}
    for sample in samples.every():
        by_platform[sample.platform].add(sample.name)
    assert all(names >= {"text", "complaint", "non_ascii", "unreadable"} for names in by_platform.values())
    assert "photo_caption" in by_platform["telegram"]  # the help speaks of it


def test_a_deploy_is_done_again_for_other_parameters_and_only_then() -> None:
    assert _digest({"PublicUrl": "a"}) == _digest({"PublicUrl": "a"}) != _digest({"PublicUrl": "b"})


def test_what_is_deployed_depends_on_every_source_of_every_service() -> None:
    for service in build.SERVICES:
        assert ROOT / "services" / service / "app.py" in build.sources(service)
        assert ROOT / "shared" / "settings.py" in build.sources(service)


def test_a_stream_that_starts_empty_is_read_from_the_start(tmp_path: Path) -> None:
    """The engine saves the position in it, but not the stream: so many new records would never be seen."""
    saved = tmp_path / "engine" / "lambda.json"
    saved.parent.mkdir()
    saved.write_text(
        '{"__ministack_format__": 2, "payload": {"esms": {"a": 1}, "dynamodb_stream_positions": {"a": 101}}}'
    )
    engine._read_streams_from_the_start(Home(tmp_path, 4566))
    assert json.loads(saved.read_text()) == {"__ministack_format__": 2, "payload": {"esms": {"a": 1}}}


def test_a_state_that_was_made_on_another_port_is_refused(tmp_path: Path) -> None:
    (tmp_path / "engine").mkdir()
    engine._is_for_this_port(Home(tmp_path, 4566))
    Home(tmp_path, 4566).remember("made", {"port": 4566})
    engine._is_for_this_port(Home(tmp_path, 4566))
    with pytest.raises(Trouble, match="PORT=4566"):
        engine._is_for_this_port(Home(tmp_path, 4567))


@pytest.mark.parametrize(
    ("change", "calendar"),
    [
        (("delivery_and_orders", "pedidos"), "office"),
        (('calendar = "office"', ""), "always"),
        (("¿Dónde está mi pedido?", "Buenas"), "always"),
    ],
    ids=["whatever the department is called", "of one without a calendar", "for a message that is nobody's"],
)
def test_whether_somebody_is_there_goes_by_the_department_that_the_message_is_for(
    change: tuple[str, str], calendar: str
) -> None:
    written = (ROOT / "infra" / "playbook.example.toml").read_text().replace(*change)
    said = json.loads(samples.of_this_moment(NOW))["data"]["text"].replace(*change)
    message = Message(external_id="1", occurred_at=NOW, identity="a", account="b", channel="app", text=said)
    assert tour.hours_for(parse(written), message).name == calendar


@pytest.mark.parametrize(("at", "is_told"), [("2026-11-22T12:00:00+00:00", True), ("2026-11-23T10:00:00+00:00", False)])
def test_who_asks_after_an_order_now_is_told_when_the_department_opens_outside_its_hours(
    at: str, is_told: bool
) -> None:
    world = World({f"standard_webhooks/{shop_app.ACCOUNT}": {"signing": list(shop_app.SECRETS)}})
    world.clock = datetime.fromisoformat(at)
    body = samples.of_this_moment(world.clock)
    headers = shop_app.sign(body, shop_app.SECRETS[0], world.clock)
    world.deliver(platform="standard_webhooks", account=shop_app.ACCOUNT, headers=headers, body=body)
    world.settle()
    found = [steps.read(item) for item in world.scan() if item["sk"]["S"].startswith(keys.STEP_PREFIX)]
    texts = [step.text for step in found if isinstance(step, ReplyAsked)]
    opens = "Volvemos el lunes 23 de noviembre a las 9:00 y te contestaremos en la aplicación."
    assert texts == ([f"Ahora mismo no hay nadie aquí. {opens}"] if is_told else [])
