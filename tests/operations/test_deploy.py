"""The files of `deploy/` match the service: settings, ports, groups, counts; and they are valid."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from deploy.container.rehearse import CONTAINERFILE, image_command, image_settings
from streams.cli import group
from streams.cli.worker import STOP_SECONDS
from streams.desk.command import PORT
from streams.settings import PREFIX, Settings, load_settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
KUBERNETES = DEPLOY / "kubernetes"
NO_SETTINGS = {"CONFIG", "CACHE"}  # where the settings' file and the broker's jars are
CORE = [p for folder in ("base", "desk") for p in sorted((KUBERNETES / folder).glob("*.yaml"))]
STAGES = ("normalise", "detect")


def documents(path: Path) -> Iterator[dict[str, Any]]:
    yield from yaml.safe_load_all(path.read_text(encoding="utf-8"))


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DEPLOY / "compose" / "compose.yaml").read_text())
    return loaded


def stateful_set(stage: str) -> dict[str, Any]:
    (found,) = documents(KUBERNETES / "base" / f"{stage}.yaml")
    return found


def container(stage: str) -> dict[str, Any]:
    (found,) = stateful_set(stage)["spec"]["template"]["spec"]["containers"]
    return dict(found)


def config_map() -> dict[str, str]:
    lines = (KUBERNETES / "base" / "settings.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if not line.startswith("#"))


def test_every_setting_named_in_deploy_exists() -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}
    known |= {f"{PREFIX}{name}" for name in NO_SETTINGS}
    files = [p for p in DEPLOY.rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    named = {
        (path.name, name)
        for path in files
        for name in re.findall(rf"\b{PREFIX}[A-Z_]+\b", path.read_text(errors="replace"))
    }
    assert len(named) > 10
    assert {(path, name) for path, name in named if name not in known} == set()


def test_the_settings_of_the_image_and_of_the_cluster_are_valid(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x")
    for name, value in {**image_settings(CONTAINERFILE.read_text()), **config_map()}.items():
        monkeypatch.setenv(name, str(secret) if value.startswith("/etc/") else value)
    monkeypatch.setenv("ECHOWIRE_INSTANCE_ID", "echowire-detect-0")
    settings = load_settings()
    assert settings.log_format == "json"
    assert settings.window_articles == 1 << 20


def test_the_compose_file_fits_the_compose_specification() -> None:
    path = DEPLOY / "compose" / "compose.yaml"
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_compose_mounts_is_there() -> None:
    for service in compose()["services"].values():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("."):
                assert (DEPLOY / "compose" / source).resolve().exists(), volume


def test_compose_runs_workers_without_rights_on_a_read_only_file_system() -> None:
    for name in ("topics", "worker", "producer", "desk"):
        service = compose()["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["tmpfs"] == ["/tmp"]


def test_prometheus_of_compose_scrapes_the_port_of_the_image() -> None:
    port = image_settings(CONTAINERFILE.read_text())["ECHOWIRE_HTTP_PORT"]
    (group,) = yaml.safe_load((DEPLOY / "compose" / "targets" / "workers.yml").read_text())
    assert group["targets"] == [f"worker:{port}"]
    assert "environment" in group["labels"]


@pytest.mark.parametrize("path", CORE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_manifest_fits_kubernetes_own_schema(path: Path) -> None:
    for manifest in documents(path):
        if manifest["apiVersion"].startswith("kustomize"):
            continue
        kubernetes_validate.validate(manifest, "1.33", strict=True)


@pytest.mark.parametrize("folder", ["base", "keda", "desk"])
@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl")
def test_kustomize_builds_and_every_selector_finds_its_pods(folder: str) -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / folder], check=True, capture_output=True, text=True
    ).stdout
    manifests = [m for m in yaml.safe_load_all(built) if m]
    pods = [
        m["spec"]["template"]["metadata"]["labels"]
        for m in manifests
        if m["kind"] in ("StatefulSet", "Deployment")
    ]
    assert len(pods) == (3 if folder == "desk" else 2)
    for manifest in manifests:
        spec = manifest.get("spec", {})
        selector = spec.get("podSelector") or spec.get("selector")
        if selector:
            labels = selector.get("matchLabels", selector)
            assert any(labels.items() <= pod.items() for pod in pods), manifest["kind"]


@pytest.mark.parametrize("stage", STAGES)
def test_workers_run_one_stage_in_a_group_of_its_own_under_the_name_of_their_pod(
    stage: str,
) -> None:
    found = container(stage)
    assert found["args"] == ["worker", "--stage", stage, "--group", f"echowire-{stage}"]
    assert found["env"] == [
        {
            "name": "ECHOWIRE_INSTANCE_ID",
            "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}},
        }
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_pods_have_no_rights_and_probes_and_limits(stage: str) -> None:
    pod, found = stateful_set(stage)["spec"]["template"]["spec"], container(stage)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["automountServiceAccountToken"] is False
    assert found["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert found["livenessProbe"]["httpGet"]["path"] == "/livez"
    assert found["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert {"cpu", "memory"} <= found["resources"]["requests"].keys()
    assert "memory" in found["resources"]["limits"]


def test_workers_are_given_the_time_that_they_take_to_end() -> None:
    worker = compose()["services"]["worker"]
    assert float(worker["stop_grace_period"].removesuffix("s")) > STOP_SECONDS
    for stage in STAGES:
        pod = stateful_set(stage)["spec"]["template"]["spec"]
        assert pod["terminationGracePeriodSeconds"] > STOP_SECONDS


def test_pods_get_no_variables_of_services_which_would_be_taken_for_settings() -> None:
    pods = [
        manifest["spec"]["template"]["spec"]
        for path in CORE
        for manifest in documents(path)
        if manifest["kind"] in ("StatefulSet", "Deployment", "Job")
    ]
    assert len(pods) == 4
    assert all(pod.get("enableServiceLinks") is False for pod in pods)


def desk_container() -> dict[str, Any]:
    found = documents(KUBERNETES / "desk" / "desk.yaml")
    (deployment,) = (manifest for manifest in found if manifest["kind"] == "Deployment")
    assert deployment["spec"]["replicas"] == 1
    assert deployment["spec"]["strategy"] == {"type": "Recreate"}
    (one,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(one)


def test_the_desk_wants_passwords_and_has_no_rights() -> None:
    found = desk_container()
    assert found["securityContext"] == container("detect")["securityContext"]
    for arguments in (found["args"], compose()["services"]["desk"]["command"]):
        assert arguments[0] == "desk"
        assert "--host=0.0.0.0" in arguments
        assert any(a.startswith("--users=/") for a in arguments)
    assert found["ports"] == [{"name": "http", "containerPort": PORT}]
    assert compose()["services"]["desk"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]


def test_the_desks_options_exist() -> None:
    shown = CliRunner().invoke(group.app, ["desk", "--help"], env={"COLUMNS": "200"}).stdout
    for arguments in (desk_container()["args"], compose()["services"]["desk"]["command"]):
        for argument in arguments[1:]:
            assert argument.partition("=")[0] in shown


def test_the_desks_data_goes_where_the_image_lets_it_write() -> None:
    (volume,) = compose()["services"]["desk"]["volumes"]
    place = volume.partition(":")[2]
    assert f"--chown=10001:10001 {place} {place}" in CONTAINERFILE.read_text()
    assert {"name": "data", "mountPath": place} in desk_container()["volumeMounts"]


def test_what_the_topics_job_needs_is_applied_with_the_base() -> None:
    (job,) = documents(KUBERNETES / "base" / "topics.yaml")
    pod = job["spec"]["template"]["spec"]
    (kustomization,) = documents(KUBERNETES / "base" / "kustomization.yaml")
    under_this_name = {
        made["name"]
        for made in kustomization["configMapGenerator"]
        if made.get("options", {}).get("disableNameSuffixHash")
    }
    named = {source["configMapRef"]["name"] for source in pod["containers"][0]["envFrom"]}
    assert named == under_this_name
    (account,) = documents(KUBERNETES / "base" / "serviceaccount.yaml")
    assert pod["serviceAccountName"] == account["metadata"]["name"]


@pytest.mark.skipif(not shutil.which("kubectl"), reason="needs kubectl")
def test_an_apply_leaves_to_keda_what_it_has_scaled() -> None:
    built = subprocess.run(
        ["kubectl", "kustomize", KUBERNETES / "keda"], check=True, capture_output=True, text=True
    ).stdout
    sets = [m for m in yaml.safe_load_all(built) if m and m["kind"] == "StatefulSet"]
    assert len(sets) == len(STAGES)
    assert all("replicas" not in m["spec"] for m in sets)


def test_composes_kafka_keeps_its_data_on_the_volume() -> None:
    kafka = compose()["services"]["kafka"]
    (volume,) = kafka["volumes"]
    assert volume.partition(":")[2] == kafka["environment"]["KAFKA_LOG_DIRS"]


def test_keda_scales_to_at_most_one_worker_per_partition() -> None:
    (job,) = documents(KUBERNETES / "base" / "topics.yaml")
    arguments = job["spec"]["template"]["spec"]["containers"][0]["args"]
    partitions = int(arguments[arguments.index("--partitions") + 1])
    scaled = [d for d in documents(KUBERNETES / "keda" / "scaling.yaml") if "triggers" in d["spec"]]
    assert len(scaled) == 2
    for manifest in scaled:
        spec = manifest["spec"]
        (trigger,) = spec["triggers"]
        assert spec["maxReplicaCount"] == partitions
        assert trigger["metadata"]["consumerGroup"] == spec["scaleTargetRef"]["name"]
        assert trigger["metadata"]["bootstrapServers"] == config_map()["ECHOWIRE_BOOTSTRAP_SERVERS"]


def test_the_image_runs_a_worker_as_a_user_without_rights() -> None:
    text = CONTAINERFILE.read_text()
    assert image_command(text) == ["echowire", "worker"]
    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", text, re.MULTILINE)
    assert "--require-hashes" in text
    assert "/livez" in text


def test_the_image_contains_only_what_it_needs() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE.read_text(), re.MULTILINE)
    wanted = {f"!{path}" for line in copied for path in line.split()}
    allowed = set((ROOT / ".dockerignore").read_text().split())
    assert allowed - {"*", "**/__pycache__"} == wanted
    assert all((ROOT / path.removeprefix("!")).exists() for path in wanted)
