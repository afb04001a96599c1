"""The tests' own server survives what ends it."""

from __future__ import annotations

import os
import signal
import time

import pytest
from sqlalchemy import create_engine, text

from tests.desk.postgresql import running_server


def test_a_server_that_was_killed_is_started_again_with_a_warning() -> None:
    with running_server() as server:
        assert "pytest-of-" not in str(server._folder)  # another run would close it to the server
        assert server._process is not None
        os.kill(server._process.pid, signal.SIGKILL)
        while server._process.poll() is None:
            time.sleep(0.05)
        with pytest.warns(UserWarning, match="PostgreSQL had ended"):
            address = server.address("postgres")
        engine = create_engine(address.replace("postgresql:", "postgresql+psycopg:"))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()
