"""Platforms are found by folder or channel, loaded one by one, and what they cannot read is told without quoting it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from shared import platforms
from shared.errors import UnknownPlatform, UnreadableDelivery
from shared.models import Delivery, Event, Ignored
from shared.platforms import Platform, Unit, describe, ignored, load, names, unnamed_answers, windows
from tests import counter
from tests.conftest import NOW
from tests.template import ROOT

CANARY = "canary-4711"
FOLDERS = sorted(path.parent.name for path in (ROOT / "shared" / "platforms").glob("*/signature.py"))


def unit(name: str, value: Any = None) -> Unit:
    return Unit(name, value, "shop", NOW)


def platform(**events: Callable[[Unit], list[Event]]) -> Platform:
    return Platform("counter", (), (), counter.COUNTER.verify, None, lambda _: [unit("a"), unit("b")], events)


def says(*reasons: str) -> Callable[[Unit], list[Event]]:
    return lambda read: [ignored(read, reason) for reason in reasons]


def fails_with(error: Exception) -> Callable[[Unit], list[Event]]:
    def handler(_: Unit) -> list[Event]:
        raise error

    return handler


# ----------------------------------------------------------------------------------------------------------- loading


def test_every_folder_with_a_signature_is_a_platform() -> None:
    assert list(names()) == FOLDERS
    assert FOLDERS


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_platform_is_found_by_its_folder_and_by_each_channel(folder: str) -> None:
    found = load(folder)
    assert found.name == folder
    assert found.channels
    assert found.events
    assert all(load(channel).name == folder for channel in found.channels)


def test_no_two_platforms_serve_one_channel_and_no_channel_is_anothers_folder() -> None:
    channels = [channel for folder in FOLDERS for channel in load(folder).channels]
    assert len(channels) == len(set(channels))
    assert all(load(channel).name == channel for channel in set(channels) & set(FOLDERS))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "x/", "X", "x.signature", "__pycache__", "a\0b", "ñ", "x" * 999]
)
def test_nothing_else_is_a_platform(name: str) -> None:
    with pytest.raises(UnknownPlatform) as refused:
        load(name)
    assert refused.value.status == 404


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_platform_is_imported_alone_and_not_before_it_is_asked_for(folder: str) -> None:
    program = f"""
import sys
from shared.platforms import load, names
names()
imported = lambda: {{name.split(".")[2] for name in sys.modules if name.startswith("shared.platforms.")}}
assert not imported(), imported()
load({folder!r})
assert imported() == {{{folder!r}}}, imported()
"""
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env={}, check=True)


@pytest.fixture
def broken_neighbour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Two more platforms: one that cannot be imported, and a sound one that comes after it."""
    files = {
        "aaa_broken": {"__init__": "raise RuntimeError('broken')", "signature": ""},
        "zzz_sound": {
            "__init__": "from datetime import timedelta\n"
            "CHANNELS = ('zzz_channel', 'zzz_open')\n"
            "WINDOWS = {'zzz_channel': timedelta(hours=7)}\n"
            "UNNAMED_ANSWERS = ('zzz_open',)",
            "signature": "def verify(request, secrets, now): ...",
            "payload": "def split(delivery): return []",
            "normalise": "EVENTS = {}",
        },
    }
    for folder, modules in files.items():
        (tmp_path / folder).mkdir()
        for module, text in modules.items():
            (tmp_path / folder / f"{module}.py").write_text(text)
    monkeypatch.setattr(platforms, "__path__", [*platforms.__path__, str(tmp_path)])
    monkeypatch.setattr(platforms, "names", lambda: tuple(files))
    windows.cache_clear()
    unnamed_answers.cache_clear()
    yield
    load.cache_clear()
    windows.cache_clear()
    unnamed_answers.cache_clear()
    for name in [
        name for name in sys.modules if name.startswith(tuple(f"shared.platforms.{folder}" for folder in files))
    ]:
        del sys.modules[name]


def test_a_broken_platform_closes_the_door_for_no_other(broken_neighbour: None) -> None:
    assert load("zzz_sound").name == "zzz_sound"
    assert load("zzz_channel").name == "zzz_sound"


def test_a_broken_platform_may_serve_any_channel_that_no_other_does(broken_neighbour: None) -> None:
    """The caller must come again, and not be told for good that there is no such channel."""
    for name in ("aaa_broken", "nobodys_channel"):
        with pytest.raises(RuntimeError, match="broken"):
            load(name)


# ----------------------------------------------------------------------------------------------------------- windows

DAY = timedelta(hours=24)


@pytest.mark.parametrize(
    ("channel", "window"),
    [
        ("messenger", DAY),
        ("instagram_dm", DAY),
        ("whatsapp", DAY),
        ("facebook_comment", None),
        ("facebook_review", None),
        ("instagram_comment", None),
        ("telegram", None),
        ("x_mention", None),
        ("x_dm", None),
        ("app", None),
    ],
)
def test_how_long_a_channel_may_be_answered(channel: str, window: timedelta | None) -> None:
    """`None` is for ever; a channel that is missing would be one of which nobody knows."""
    assert channel in windows()
    assert windows()[channel] == window


def test_every_channel_has_its_window_and_no_other_has() -> None:
    assert set(windows()) == {channel for folder in FOLDERS for channel in load(folder).channels}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_front_names_windows_only_of_its_own_channels(folder: str) -> None:
    front = import_module(f"shared.platforms.{folder}")
    named = getattr(front, "WINDOWS", {})
    assert set(named) <= set(front.CHANNELS)
    assert all(window > timedelta(0) for window in named.values())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_front_says_of_its_own_channels_alone_that_answers_name_nobody(folder: str) -> None:
    front = import_module(f"shared.platforms.{folder}")
    assert set(getattr(front, "UNNAMED_ANSWERS", ())) <= set(front.CHANNELS)


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_front_says_of_each_of_its_channels_what_receiving_costs(folder: str) -> None:
    found = load(folder)
    assert set(found.receiving) == set(found.channels)
    assert all(found.receiving.values())


@pytest.mark.parametrize("read", ["windows", "unnamed_answers"])
def test_what_all_platforms_say_is_read_from_the_fronts_alone(read: str) -> None:
    program = """
import sys
from shared import platforms
before = set(sys.modules)
getattr(platforms, sys.argv[1])()
new = {name for name in set(sys.modules) - before if name.partition(".")[0] not in sys.stdlib_module_names}
assert new == {f"shared.platforms.{name}" for name in sys.argv[2:]}, new
"""
    subprocess.run([sys.executable, "-c", program, read, *FOLDERS], cwd=ROOT, env={}, check=True)


def test_a_platforms_folder_is_all_that_its_windows_need(broken_neighbour: None) -> None:
    """And the front that is broken leaves out its own channels only."""
    assert windows() == {"zzz_channel": timedelta(hours=7), "zzz_open": None}
    assert unnamed_answers() == {"zzz_open"}


def test_nobody_can_change_a_window_for_all_others() -> None:
    with pytest.raises(TypeError):
        windows()["whatsapp"] = None  # type: ignore[index]


# ----------------------------------------------------------------------------------------------------------- reading


def test_a_unit_is_read_by_its_row() -> None:
    assert [event.kind for event in platform(a=says("one", "two")).read(unit("a"))] == ["ignored", "ignored"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [("own.word", "own"), ("family.word", "family"), ("family.own.word", "family"), ("family", "family")],
)
def test_a_word_without_a_row_of_its_own_is_read_by_its_family(name: str, reason: str) -> None:
    table = {"own.word": says("own"), "family.*": says("family"), "own.*": says("others")}
    (event,) = platform(**table).read(unit(name))
    assert isinstance(event, Ignored)
    assert event.reason == reason


@pytest.mark.parametrize("name", ["sticker", "b.word", "", ".", "*", "a b"])
def test_a_word_that_nobody_knows_is_ignored_and_named(name: str) -> None:
    (event,) = platform(a=says("one")).read(unit(name, {"text": CANARY}))
    assert isinstance(event, Ignored)
    assert event.reason == f"unknown kind: {name}"
    assert event.external_id
    assert event.occurred_at == NOW
    assert CANARY not in repr(event)


@pytest.mark.parametrize(
    "error",
    [
        ValueError(CANARY),
        KeyError(CANARY),
        RecursionError(CANARY),
        TypeError(CANARY),
        ExceptionGroup(CANARY, [OSError()]),
    ],
)
def test_a_reader_that_fails_is_named_with_its_error_and_without_the_errors_text(error: Exception) -> None:
    with pytest.raises(UnreadableDelivery) as refused:
        platform(a=fails_with(error)).read(unit("a"))
    assert str(refused.value) == f"counter a: {type(error).__name__}"
    assert refused.value.__cause__ is error


def test_a_reader_may_say_itself_what_it_cannot_read() -> None:
    with pytest.raises(UnreadableDelivery, match="counter a: an event without a type"):
        platform(a=fails_with(UnreadableDelivery("an event without a type"))).read(unit("a"))


def test_one_unit_that_cannot_be_read_makes_the_whole_delivery_unreadable() -> None:
    """The door keeps it with its bytes; the projector then reads it unit by unit."""
    sound = platform(a=says("one"), b=says("two"))
    assert [event.kind for event in sound.normalise(counter.delivery())] == ["ignored", "ignored"]
    with pytest.raises(UnreadableDelivery, match="counter b: ValueError"):
        platform(a=says("one"), b=fails_with(ValueError(CANARY))).normalise(counter.delivery())


@pytest.mark.parametrize("body", [b"", b"\xff", b"nonsense", b"NaN", b"{}", b"[1]", b"[null]"])
def test_an_envelope_that_cannot_be_cut_is_unreadable(body: bytes) -> None:
    with pytest.raises(UnreadableDelivery):
        counter.COUNTER.units(Delivery(counter.NAME, "shop", body, {}, NOW))


# -------------------------------------------------------------------------------------------------------- describing


class Wire(BaseModel):
    sender: dict[str, int]
    items: list[int]


def test_a_wrong_shape_is_described_by_its_places() -> None:
    with pytest.raises(ValueError, match="validation") as refused:
        Wire.model_validate({"items": [1, CANARY, 3, CANARY]})
    assert describe(refused.value) == "ValidationError at sender, items.1, items.3"


class Odd(Exception):
    """An error of a library that has its own idea of `errors`."""

    errors = CANARY


@pytest.mark.parametrize("error", [ValueError(CANARY), Odd(CANARY), ExceptionGroup(CANARY, [ValueError(CANARY)])])
def test_any_other_error_is_described_by_its_kind(error: Exception) -> None:
    assert describe(error) == type(error).__name__
