"""Settings: flags beat the environment, that beats the file, that beats the defaults."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from streams.settings import DEFAULT_FILE, PREFIX, SECRETS, Settings, SettingsError, load_settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.upper().startswith(PREFIX):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = DEFAULT_FILE) -> Path:
    path = Path(name)
    path.write_text(text, encoding="utf-8")
    return path.absolute()


def complaint(**flags: Any) -> str:
    with pytest.raises(SettingsError) as error:
        load_settings(**flags)
    return str(error.value)


def test_the_defaults_hold_if_nothing_is_set() -> None:
    assert load_settings().group == "echowire"


@pytest.mark.parametrize(
    ("flag", "environment", "file", "group"),
    [
        ("flag", "environment", "file", "flag"),
        (None, "environment", "file", "environment"),
        (None, None, "file", "file"),
        ("flag", None, "file", "flag"),
        ("flag", "environment", None, "flag"),
        (None, None, None, "echowire"),
    ],
)
def test_flags_beat_the_environment_that_beats_the_file_that_beats_the_default(
    monkeypatch: pytest.MonkeyPatch,
    flag: str | None,
    environment: str | None,
    file: str | None,
    group: str,
) -> None:
    if environment is not None:
        monkeypatch.setenv("ECHOWIRE_GROUP", environment)
    if file is not None:
        write(f'group = "{file}"')
    assert load_settings(group=flag).group == group


def test_each_setting_comes_from_its_own_place(monkeypatch: pytest.MonkeyPatch) -> None:
    write('group = "file"\nchunk_records = 7')
    monkeypatch.setenv("ECHOWIRE_CHUNK_RECORDS", "8")
    settings = load_settings(http_port=9)
    assert (settings.group, settings.chunk_records, settings.http_port) == ("file", 8, 9)


def test_a_flag_of_zero_is_given() -> None:
    assert load_settings(http_port=0, gather_seconds=0.0).http_port == 0


def test_the_environment_may_be_written_in_small_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("echowire_group", "small")
    assert load_settings().group == "small"


def test_the_environment_names_another_file(monkeypatch: pytest.MonkeyPatch) -> None:
    write('group = "default file"')
    monkeypatch.setenv("ECHOWIRE_CONFIG", str(write('group = "named"', "other.toml")))
    assert load_settings().group == "named"


def test_a_named_file_that_is_missing_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """And not the defaults: somebody meant it to be read."""
    monkeypatch.setenv("ECHOWIRE_CONFIG", "/no/such/echowire.toml")
    assert complaint() == "ECHOWIRE_CONFIG names /no/such/echowire.toml, which is not a file"


def test_a_named_folder_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ECHOWIRE_CONFIG", str(tmp_path))
    assert complaint() == f"ECHOWIRE_CONFIG names {tmp_path}, which is not a file"


@pytest.mark.parametrize("text", ["group = ", "group: echowire", '[group\n"x"', "a = 1\na = 2"])
def test_a_broken_file_is_named_with_the_place_of_the_mistake(
    monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = write(text)
    monkeypatch.setenv("ECHOWIRE_CONFIG", str(path))
    message = complaint()
    assert message.startswith(f"{path}: ")
    assert "line" in message or "end of document" in message


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs a file that has errors")
def test_a_file_that_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOWIRE_CONFIG", "/proc/self/mem")
    assert complaint().startswith("/proc/self/mem: [Errno 5]")


def test_an_address_is_refused_in_words() -> None:
    assert complaint(bootstrap_servers="a:99999") == (
        "bootstrap_servers (or ECHOWIRE_BOOTSTRAP_SERVERS): expected host:port, or several with"
        " commas between them, ports from 1 to 65535, got 'a:99999'"
    )


def test_a_file_that_is_not_text_is_named() -> None:
    Path(DEFAULT_FILE).write_bytes(b'group = "\xff"')
    assert complaint().startswith(f"{DEFAULT_FILE}: ")


def test_an_unknown_setting_in_the_file_is_named() -> None:
    write("window_secnds = 3600")
    assert complaint() == "window_secnds: no such setting; `echowire settings` lists them"


def test_an_unknown_setting_in_the_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOWIRE_WINDOW_SECNDS", "3600")
    assert complaint() == "ECHOWIRE_WINDOW_SECNDS: no such setting; `echowire settings` lists them"


def test_an_unknown_flag_is_named() -> None:
    assert complaint(window=3).startswith("window: no such setting")


def test_the_variable_of_the_jar_cache_is_neither_a_setting_nor_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECHOWIRE_CACHE", "/tmp/jars")
    load_settings()


def test_a_setting_still_works_under_its_old_name_wherever_it_is_set_and_warns(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write("page_processes = 3")
    assert load_settings().normalising_processes == 3
    monkeypatch.setenv("ECHOWIRE_PAGE_PROCESSES", "4")
    assert load_settings().normalising_processes == 4
    assert load_settings(page_processes="5").normalising_processes == 5
    assert len(caplog.messages) == 1 + 2 + 3
    for place in (DEFAULT_FILE, "environment", ""):
        assert any(place in message for message in caplog.messages)
    assert all(
        "page_processes is now called normalising_processes" in message
        for message in caplog.messages
    )


def test_the_new_name_counts_before_the_old_one_in_the_same_place_and_the_order_of_places_holds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write("page_processes = 3\nnormalising_processes = 6")
    assert load_settings().normalising_processes == 6
    assert "ignored" in caplog.text
    monkeypatch.setenv("ECHOWIRE_PAGE_PROCESSES", "4")
    assert load_settings().normalising_processes == 4
    monkeypatch.setenv("ECHOWIRE_NORMALISING_PROCESSES", "7")
    assert load_settings().normalising_processes == 7


def test_a_bad_value_under_an_old_name_is_named_with_the_new_one() -> None:
    assert complaint(page_processes=-1).startswith("normalising_processes (or ECHOWIRE_NORM")


def test_a_new_name_warns_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    assert load_settings(normalising_processes=3).normalising_processes == 3
    assert caplog.messages == []


BAD_VALUES = [
    ("bootstrap_servers", "localhost", "'localhost'"),
    ("bootstrap_servers", "a:9092, b:9092", "'a:9092, b:9092'"),
    ("bootstrap_servers", "a:9092,", "'a:9092,'"),
    ("bootstrap_servers", "a:0", "'a:0'"),
    ("bootstrap_servers", "a:9092,b:65536", "'a:9092,b:65536'"),
    ("group", "", "''"),
    ("instance_id", "pod 1", "'pod 1'"),
    ("topic_prefix", "news/", "'news/'"),
    ("compression", "snappy", "'snappy'"),
    ("security_protocol", "tls", "'tls'"),
    ("sasl_mechanism", "MD5", "'MD5'"),
    ("session_timeout_seconds", 1, "1"),
    ("session_timeout_seconds", 301, "301"),
    ("chunk_records", 0, "0"),
    ("chunk_records", 10_001, "10001"),
    ("gather_seconds", -0.1, "-0.1"),
    ("gather_seconds", 2, "2"),
    ("record_bytes", 999, "999"),
    ("normalising_processes", -1, "-1"),
    ("page_seconds", 0, "0"),
    ("isolation_level", "serializable", "'serializable'"),
    ("window_seconds", 59, "59"),
    ("window_articles", 1000, "1000"),
    ("copy_overlap", 0, "0"),
    ("copy_overlap", 1.1, "1.1"),
    ("canary_seconds", -1, "-1"),
    ("canary_seconds", 86_401, "86401"),
    ("http_host", "", "''"),  # which would be all interfaces
    ("http_port", -1, "-1"),
    ("http_port", 65_536, "65536"),
    ("log_level", "loud", "'loud'"),
    ("log_format", "xml", "'xml'"),
    ("tracing", "perhaps", "'perhaps'"),
]


@pytest.mark.parametrize(("name", "value", "shown"), BAD_VALUES)
def test_a_value_out_of_range_is_named_with_what_came(name: str, value: Any, shown: str) -> None:
    message = complaint(**{name: value})
    assert message.startswith(f"{name} (or ECHOWIRE_{name.upper()}): ")
    assert message.endswith(f", got {shown}")


@pytest.mark.parametrize(("name", "value", "shown"), BAD_VALUES)
def test_a_value_out_of_range_in_the_environment_is_named_too(
    monkeypatch: pytest.MonkeyPatch, name: str, value: Any, shown: str
) -> None:
    monkeypatch.setenv(f"ECHOWIRE_{name.upper()}", str(value))
    message = complaint()
    assert message.startswith(f"{name} (or ECHOWIRE_{name.upper()}): ")
    assert shown.strip("'") in message


@pytest.mark.parametrize(
    ("text", "start", "got"),
    [
        ("http_port = 70000", "http_port (or ECHOWIRE_HTTP_PORT): ", "got 70000"),
        ('chunk_records = "many"', "chunk_records (or ECHOWIRE_CHUNK_RECORDS): ", "got 'many'"),
        ("group = 5", "group (or ECHOWIRE_GROUP): ", "got 5"),
        ("[group]\nname = 'x'", "group (or ECHOWIRE_GROUP): ", "got {'name': 'x'}"),
    ],
)
def test_a_value_of_the_wrong_kind_in_the_file_is_named(text: str, start: str, got: str) -> None:
    write(text)
    message = complaint()
    assert message.startswith(start)
    assert message.endswith(got)


def test_every_range_has_a_row_in_the_table_above() -> None:
    # The operating system and the brokers know which of these exist.
    files = {"sasl_password_file", "ssl_ca_file", "ssl_certificate_file", "ssl_key_file"}
    free = {"outlets_file", "sasl_username", *files, *SECRETS}
    assert {name for name, _, _ in BAD_VALUES} == set(Settings.model_fields) - free


def test_settings_do_not_change_under_a_running_worker() -> None:
    settings = load_settings()
    with pytest.raises(ValidationError):
        settings.group = "other"  # type: ignore[misc]  # that is the test


def test_every_setting_says_what_it_is_for() -> None:
    assert [n for n, field in Settings.model_fields.items() if not field.description] == []


def test_detection_follows_the_settings() -> None:
    parameters = load_settings(
        copy_overlap=0.5, window_seconds=3600, window_articles=2048
    ).parameters()
    assert (parameters.copy_overlap, parameters.window_seconds, parameters.capacity) == (
        0.5,
        3600,
        2048,
    )
