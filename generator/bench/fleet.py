"""Measures what `generate_pillar status --live` does with the answers of thousands of nodes, and prints a table.

Instead of Salt it asks a program that prints answers in the form of a node, one for each that has a pillar, and notes when the last
one was written.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import tempfile
import time

from measure import wait

KEY = "bgp-community-services"

# What a node of the lab printed before its module's line.
BEFORE = "package {version}-1.el9\nconfiguration 1790000000\n"

# Prints the answers where the state is asked for, and nothing where the prefixes of single nodes are.
SALT = """#!/bin/sh
case "$*" in
*--brief*)
  cat '{answers}'
  date +%s.%N >'{stamp}'
  ;;
esac
"""

# Says in the title of a page when its scripts have run, in milliseconds since the navigation began.
LOADED = "<script>addEventListener('load', () => {{ document.title = 'loaded ' + performance.now() }})</script>"


def digest(configuration):
    """The digest of a node's configuration: the first 64 bits of the SHA-256 of what Salt writes."""
    text = json.dumps(configuration, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def brief(pillar, version, number):
    """The line of the module of a node; one in two hundred nodes has other prefixes than the others."""
    is_outlier = number % 200 == 0
    applications = [
        {
            "name": application["application-name"],
            "ipv4": 120 - is_outlier,
            "ipv6": 40,
            "digest": ("0" if is_outlier else "1") * 16,
            "age": 86400,
        }
        for application in pillar["config"]["applications"]
    ]
    return {
        "version": 1,
        "module": version,
        "router": pillar["router"],
        "node": pillar["node"],
        "time": "2026-11-26T06:00:00Z",
        "health": "healthy",
        "findings": [],
        "configuration": {"digest": digest(pillar["config"]), "written": "2026-11-26T05:00:00Z"},
        "run": {"outcome": "good", "finished": "2026-11-26T06:00:00Z", "interval": 60},
        "changed": "2026-11-25T06:00:00Z",
        "prefixes": 160 * len(applications),
        "digest": "3" * 16,
        "applications": applications,
        "left-out": 0,
    }


class Fleet:
    """A number of nodes with a profile, and their answers, below a directory."""

    def __init__(self, arguments, nodes, directory):
        self.generator = arguments.generator
        self.directory = directory
        # Nine routers in ten have a profile, and every one two nodes.
        routers = nodes * 10 // 18
        with open(self.path("authority"), "wb") as file:
            command = [arguments.make_authority, "--form", "json", "--routers", str(routers)]
            subprocess.run(command, stdout=file, check=True)
        self.settings = ["--config", self.path("authority"), "--pillar-dir", self.path("pillar")]
        self.settings += ["--log", self.path("log")]
        subprocess.run([self.generator, *self.settings], stderr=subprocess.DEVNULL, check=False)
        self.nodes = self.answer()
        with open(self.path("salt"), "w") as file:
            file.write(SALT.format(answers=self.path("answers"), stamp=self.path("stamp")))
        os.chmod(self.path("salt"), 0o755)

    def path(self, name):
        return os.path.join(self.directory, name)

    def answer(self):
        """Writes the answers, and returns how many."""
        version = re.search(r"[\d.]+", subprocess.check_output([self.generator, "--version"], text=True))[0]
        names = sorted(name for name in os.listdir(self.path("pillar")) if name.endswith(".sls"))
        with open(self.path("answers"), "w") as answers:
            for number, name in enumerate(names):
                with open(os.path.join(self.path("pillar"), name)) as file:
                    text = "".join(line for line in file if not line.startswith("#"))
                line = json.dumps(brief(json.loads(text)[KEY], version, number), separators=(",", ":"))
                said = BEFORE.format(version=version) + line
                answer = {"pid": 4711, "retcode": 0, "stderr": "", "stdout": said}
                answers.write(json.dumps({name[: -len(".sls")]: answer}) + "\n")
        return len(names)

    def show(self, *form):
        """Seconds from the last answer to the end, mebibytes of peak memory, and what was printed."""
        command = [self.generator, *self.settings, "status", "--live", "--timeout", "120"]
        command += ["--salt", self.path("salt"), "--cache", self.path("cache"), *form]
        with open(self.path("printed"), "wb") as printed:
            process = subprocess.Popen(command, stdout=printed, stderr=subprocess.DEVNULL)
            peak = wait(process)
        ended = time.time()
        with open(self.path("stamp")) as file:
            last = float(file.read())
        return ended - last, peak

    def interactive(self, page):
        """Seconds until a browser has run the page's scripts; none without a browser."""
        with open(page) as file:
            text = file.read()
        measured = self.path("measured.html")
        with open(measured, "w") as file:
            file.write(text.replace("</body>", LOADED.format() + "</body>"))
        command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", "file://" + measured]
        document = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        loaded = re.search(r"<title>loaded ([\d.]+)", document)
        return float(loaded[1]) / 1000 if loaded else None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generator", required=True, help="the generate_pillar to measure")
    parser.add_argument("--make-authority", required=True, help="the program of the example make_authority")
    parser.add_argument("--nodes", type=int, nargs="+", default=[5000, 20000])
    arguments = parser.parse_args()
    print("| nodes | form | from the last answer, s | peak, MiB | size, MB | interactive, s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for nodes in arguments.nodes:
        with tempfile.TemporaryDirectory() as directory:
            fleet = Fleet(arguments, nodes, directory)
            page = fleet.path("page.html")
            for name, form in [("table", []), ("JSON", ["--json"]), ("page", ["--html", page])]:
                # The best of three: a busy machine is slower, never faster.
                runs = [fleet.show(*form) for _ in range(3)]
                seconds = min(seconds for seconds, _ in runs)
                memory = max(memory for _, memory in runs)
                size = os.path.getsize(page if name == "page" else fleet.path("printed")) / 1e6
                loaded = fleet.interactive(page) if name == "page" else None
                shown = f"{loaded:.2f}" if loaded is not None else ""
                print(f"| {fleet.nodes} | {name} | {seconds:.2f} | {memory:.1f} | {size:.2f} | {shown} |", flush=True)


if __name__ == "__main__":
    main()
