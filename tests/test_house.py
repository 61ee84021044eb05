"""The house itself: its border, its settings, its lock files, and what is written down about them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from tests import sites

ROOT = Path(__file__).resolve().parent.parent
REQUIREMENTS = sorted((ROOT / "requirements").glob("*.txt"))


def tracked() -> list[Path]:
    """The files that git holds or would take; in an unpacked archive without git, all that are ours."""
    try:
        words = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
        names = subprocess.run(words, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        paths = [ROOT / name for name in names if name]
    except (OSError, subprocess.CalledProcessError):
        made = re.compile(r"(^|/)(\.(?!ci/|env\.example)|var/|__pycache__/)")
        paths = [path for path in ROOT.rglob("*") if not made.search(str(path.relative_to(ROOT)))]
    return [path for path in paths if path.is_file()]


def settings_names() -> set[str]:
    """Every name of the environment that newsroom/settings.py reads."""
    return set(re.findall(r'\benv\(\s*"([A-Z_]+)"', (ROOT / "newsroom" / "settings.py").read_text()))


def test_the_import_border_holds():
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([sys.executable, lint, "--no-logo"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("analysis/terms.py", "import django.conf", "Terms, addresses and overlap are pure"),
        ("analysis/rights.py", "import newsroom.urls", "The newsroom knows the analysis"),
        ("analysis/rights.py", "import urllib.request", "The analysis knows no HTTP"),
        ("analysis/rights.py", "from django.http import HttpResponse", "The analysis knows no HTTP"),
        ("analysis/editing.py", "import bleach", "Only analysis.text"),
        ("newsroom/mail.py", "import urllib3", "Only the guarded fetcher"),
        ("newsroom/wire/domains.py", "import socket", "Only the guarded fetcher"),
        ("newsroom/reader/__init__.py", "import newsroom.publishers", "The four doors"),
        ("newsroom/reader/__init__.py", "from analysis.models import Story", "Readers get renditions"),
    ],
)
def test_the_border_is_seen_to_be_crossed(tmp_path, module, line, contract):
    for part in ("analysis", "newsroom"):
        for path in (ROOT / part).rglob("*.py"):
            copy = tmp_path / path.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    with (tmp_path / module).open("a") as file:
        file.write(f"\n{line}\n")
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [sys.executable, lint, "--no-logo", "--no-cache"], cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stdout
    assert re.search(rf"^{re.escape(contract)}.* BROKEN", done.stdout, re.M), done.stdout


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "short"),
        ("DEBUG", "perhaps"),
        ("ORIGIN", "desk.example"),
        ("ORIGIN", "https://desk.example/path"),
        ("ORIGIN", "http://desk.example:port"),
        ("DATABASE_URL", "mysql://host/name"),
        ("DATABASE_URL", "nonsense"),
        ("EMAIL_URL", "pigeon://post"),
        ("MAIL_FROM", "nobody"),
        ("MAIL_FROM", "a@b.example\nBcc: c@d.example"),
        ("LOG_LEVEL", "LOUD"),
        ("SECURITY_CONTACT", "security@desk.example"),
        ("SECURITY_CONTACT", "mailto:nobody"),
        ("SECURITY_CONTACT", "http://desk.example/"),
        ("SECURITY_CONTACT", "https://desk.example/\nContact: mailto:a@b.example"),
        ("DNS_SERVER", "dns.example"),
        ("NEWSROOM_TIME_ZONE", "Paris"),
        ("NEWSROOM_TIME_ZONE", "../etc/passwd"),
        ("DNS_SERVER", "192.0.2.53:port"),
        ("FETCH_STAND_IN", "8080"),
        ("FETCH_STAND_IN", "0,0"),
        ("REQUIRE_SECOND_FACTOR", "sometimes"),
    ],
)
def test_an_unreadable_setting_stops_the_start_and_says_so(name, value):
    env = sites.environment("sqlite://:memory:") | {name: value}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode != 0
    last = done.stderr.strip().splitlines()[-1]
    assert name in last
    assert "must be" in last


def test_a_missing_secret_stops_the_start():
    env = {"PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode != 0
    assert "SECRET_KEY is not set" in done.stderr


@pytest.mark.parametrize("path", REQUIREMENTS, ids=lambda path: path.name)
def test_requirements_are_pinned_and_hashed_and_hold_no_address(path):
    text = path.read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-[-a-z]|\S+ @ )", text.replace("    --hash=sha256:", "    "), re.M), (
        "an option or a path"
    )
    entries = re.split(r"\n(?=\S)", re.sub(r"\n *#.*", "", text).strip())
    assert len(entries) > 15
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert re.search(r"--hash=sha256:[0-9a-f]{64}", entry), entry


def test_what_runs_is_what_was_tested():
    base, dev = (set(re.findall(r"^([a-z0-9.-]+==\S+)", path.read_text(), re.M)) for path in REQUIREMENTS)
    assert base <= dev


def test_no_file_knows_the_machine_it_was_written_on():
    # Put together here, so that this file does not hold what it looks for.
    machine = [re.escape(f"{place}/") for place in (ROOT, Path.home()) if len(place.parts) > 1]
    machine += [f"/{name}/" for name in ("home/[a-z]+", "Users/[A-Za-z]+")]
    registries = [r"\.".join(words) for words in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs"))]
    pattern = re.compile("|".join([*machine, *registries]).encode())
    found = [
        f"{path.relative_to(ROOT)}: {match[0].decode()}"
        for path in tracked()
        if path.suffix not in (".woff2", ".png") and (match := pattern.search(path.read_bytes()))
    ]
    assert not found, "\n".join(found)


def test_compose_fits_its_schema_and_hides_no_password():
    path = ROOT / "docker-compose.yml"
    words = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", path]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    services = YAML(typ="safe").load(path)["services"]
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            if "PASSWORD" in key or "SECRET" in key or "://" in str(value):
                assert ":?" in str(value), f"{name}: {key} must come from the environment, or the start must fail"


def test_the_container_runs_the_very_same_program():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert '"manage.py", "serve"' in dockerfile
    assert "/healthz" in dockerfile
    assert re.search(r"^USER (?!root)", dockerfile, re.M)
    assert "--require-hashes" in dockerfile


def test_the_settings_table_names_every_setting():
    table = set(re.findall(r"^\| *`([A-Z_]+)`", (ROOT / "README.md").read_text(), re.M))
    assert settings_names() - table == set(), "settings.py reads these, the README's table does not name them"
    assert {"SECRET_KEY", "DATABASE_URL", "ORIGIN"} <= table


def test_the_example_environment_knows_every_setting_and_no_secret():
    lines = (ROOT / ".env.example").read_text().splitlines()
    values = dict(line.lstrip("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    assert settings_names() <= set(values)
    assert all(not values[name] for name in values if "SECRET" in name or "PASSWORD" in name)


def test_help_is_what_make_says_first():
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, env={"PATH": os.environ["PATH"]})
    assert done.returncode == 0
    assert all(f"make {word} " in done.stdout for word in ("demo", "test", "check", "bench", "clean"))


def test_the_demo_says_that_its_port_is_taken():
    if not (ROOT / ".venv" / "bin" / "python").exists():
        pytest.fail("run the tests by `make test`: this one needs the environment in .venv")
    with sites.socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = subprocess.run(["make", "demo", f"PORT={port}"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert f"Port {port} is taken" in done.stderr


def test_the_server_ends_cleanly_and_can_start_again(live_site):
    assert live_site.stop() == 0
    assert "Traceback" not in live_site.log()
    live_site.start()
    assert live_site.server.poll() is None


def test_no_test_reaches_the_network():
    with pytest.raises(pytest.fail.Exception, match="reached for the network"):
        sites.socket.create_connection(("desk.example", 443), timeout=1)
    with pytest.raises(pytest.fail.Exception, match="reached for the network"):
        sites.socket.create_connection(("192.0.2.1", 443), timeout=1)


@pytest.mark.django_db
def test_the_engine_is_the_one_asked_for(request):
    from django.db import connection

    assert connection.vendor == request.config.option.engine
