"""
Builds an image without an engine: the Dockerfile's own steps, below a folder instead of at the root.

What differs from a real build: the base image is the Python that runs the tests; the folders that the image
makes at its root stand below another, and `/proc/1` is the server's process; the user stays the one who runs
the tests. The stage being built, and later the finished image, is always at `<folder>/now`, so that the paths
in installed scripts stay true.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from string import Template

BOUND_SECONDS = 300.0
STAND_IN = '#!/bin/sh\nexec {command} "$@"\n'


@dataclass(frozen=True)
class Step:
    """One instruction: its name, its `--flags`, the rest."""

    name: str
    flags: dict[str, str]
    rest: str

    @property
    def words(self) -> list[str]:
        """The rest in words: a JSON array, or as a shell reads it."""
        return json.loads(self.rest) if self.rest.startswith("[") else shlex.split(self.rest)


def steps_of(dockerfile: str) -> list[Step]:
    """The instructions in order; comments gone, continued lines joined."""
    lines = "\n".join(line for line in dockerfile.splitlines() if not line.lstrip().startswith("#"))
    steps = []
    for line in re.sub(r"\\\n\s*", " ", lines).splitlines():
        if line.strip():
            name, _, rest = line.strip().partition(" ")
            flags: dict[str, str] = {}
            while match := re.match(r"\s*--([a-z-]+)=(\S+)\s+", rest):
                flags[match[1]] = match[2]
                rest = rest[match.end() :]
            steps.append(Step(name, flags, rest.strip()))
    return steps


def sent_to_the_engine(context: Path, path: str) -> bool:
    """Whether .dockerignore lets a file into the build; the last rule that fits decides."""
    parents = [str(parent) for parent in (Path(path), *Path(path).parents)]
    sent = True
    for line in (context / ".dockerignore").read_text().splitlines():
        rule = line.strip().rstrip("/")
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!")
        seen = [Path(parent).name for parent in parents] if pattern.startswith("**/") else parents
        if any(fnmatch(parent, pattern.removeprefix("**/")) for parent in seen):
            sent = rule.startswith("!")
    return sent


@dataclass
class Image:
    """What the steps have made so far."""

    folder: Path
    context: Path
    paths: tuple[str, ...]
    """The folders at the image's root that are written with `folder` before them."""
    extra: Mapping[str, str] = field(default_factory=dict)
    """What the surroundings of a build give besides, such as where packages come from."""
    env: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    workdir: str = "/"
    user: str = "0"
    volumes: list[str] = field(default_factory=list)
    entrypoint: list[str] = field(default_factory=list)
    cmd: list[str] = field(default_factory=list)
    health: list[str] = field(default_factory=list)
    stages: dict[str, Path] = field(default_factory=dict)

    def build(self, dockerfile: str) -> Image:
        """Takes every step."""
        for step in steps_of(dockerfile):
            getattr(self, f"_{step.name.lower()}")(step)
        return self

    def at(self, text: str, *, process: int | None = None) -> str:
        """The text with the image's paths where they are in truth."""
        now = self.folder / "now"
        roots = "|".join(self.paths)
        text = re.sub(rf"(?<![\w.-])/(?=(?:{roots})(?:/|\b))", f"{now}/", text)
        return text.replace("/proc/1/", f"/proc/{process}/") if process else text

    def place(self, path: str) -> Path:
        """Where an absolute path of the image is, or one below its working directory."""
        return self.folder / "now" / str(Path(self.workdir) / path).lstrip("/")

    def command(self, words: list[str], *, process: int | None = None) -> list[str]:
        """A command of the image as it can be run here."""
        return [self.at(word, process=process) for word in words]

    @property
    def surroundings(self) -> dict[str, str]:
        """The environment of a process in the image."""
        return {"HOME": str(self.folder), "LANG": "C.UTF-8", **self.env, **self.extra}

    def _from(self, step: Step) -> None:
        base, _, name = step.rest.partition(" AS ")
        assert base == "python:3.12-slim", base
        stage = self.folder / (name or "final")
        stage.mkdir(parents=True)
        self.stages[name or "final"] = stage
        now = self.folder / "now"
        now.unlink(missing_ok=True)
        now.symlink_to(stage)
        self.env = {"PATH": f"{self._tools()}:/usr/bin:/bin"}
        self.workdir = "/"

    def _tools(self) -> Path:
        """What the base image has and this machine may not: `python`, and `chown` for who is not root."""
        folder = self.folder / "tools"
        folder.mkdir(exist_ok=True)
        stands = {"python": sys.executable} | ({} if os.geteuid() == 0 else {"chown": "true"})
        for name, command in stands.items():
            (folder / name).write_text(STAND_IN.format(command=command))
            (folder / name).chmod(0o755)
        return folder

    def _env(self, step: Step) -> None:
        for word in step.words:
            name, _, value = word.partition("=")
            self.env[name] = self.at(Template(value).substitute(self.env))

    def _label(self, step: Step) -> None:
        self.labels |= dict(word.split("=", 1) for word in step.words)

    def _workdir(self, step: Step) -> None:
        self.workdir = step.rest
        self.place(".").mkdir(parents=True, exist_ok=True)

    def _copy(self, step: Step) -> None:
        *sources, target = step.words
        for source in sources:
            if stage := step.flags.get("from"):
                shutil.copytree(self.stages[stage] / source.lstrip("/"), self.place(target), symlinks=True)
            else:
                self._copy_from_context(source, target)

    def _copy_from_context(self, source: str, target: str) -> None:
        start = self.context / source
        files = [start] if start.is_file() else [path for path in start.rglob("*") if path.is_file()]
        named = {path: str(path.relative_to(self.context)) for path in files}
        sent = [path for path in files if sent_to_the_engine(self.context, named[path])]
        assert sent, f"COPY {source}: not in the build context"
        for path in sent:
            inside = path.name if start.is_file() else path.relative_to(start)
            goal = self.place(target) / inside if target.endswith("/") else self.place(target)
            goal.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, goal)

    def _run(self, step: Step) -> None:
        finished = subprocess.run(
            ["/bin/sh", "-c", self.at(step.rest)],
            cwd=self.place("."), env=self.surroundings, capture_output=True, text=True,
            timeout=BOUND_SECONDS, check=False,
        )  # fmt: skip
        assert finished.returncode == 0, f"RUN {step.rest}\n{finished.stdout}{finished.stderr}"

    def _user(self, step: Step) -> None:
        self.user = step.rest

    def _volume(self, step: Step) -> None:
        self.volumes += step.words

    def _expose(self, step: Step) -> None:
        assert step.rest.isdecimal()

    def _healthcheck(self, step: Step) -> None:
        self.health = Step("CMD", {}, step.rest.removeprefix("CMD").strip()).words

    def _entrypoint(self, step: Step) -> None:
        self.entrypoint = step.words

    def _cmd(self, step: Step) -> None:
        self.cmd = step.words
