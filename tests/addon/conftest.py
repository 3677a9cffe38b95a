"""The registered add-on with a fake worker, in an empty file."""

import pytest


@pytest.fixture
def client(monkeypatch, tmp_path):
    """Return the fake worker's client; it answers every job with a finished box."""
    from addon_fixtures import FakeClient, bpy

    import iss_blender_addon
    from iss_blender_addon.setup import connection

    fake = FakeClient()
    monkeypatch.setenv("ISS_ENV", str(tmp_path / "env"))
    monkeypatch.setattr(connection, "make_client", lambda: fake)
    monkeypatch.setattr(connection, "backend_problem", lambda: "")
    monkeypatch.setattr(connection, "installation_problem", lambda: "")
    monkeypatch.setattr("iss_blender_addon.history.history_file", lambda: tmp_path / "history.json")
    bpy.ops.wm.read_factory_settings(use_empty=True)
    iss_blender_addon.register()
    yield fake
    iss_blender_addon.unregister()


@pytest.fixture
def silent(client):
    """Return the fake client, which answers nothing by itself."""
    client.answer = lambda number, job: []
    return client
