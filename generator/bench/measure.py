"""Measures the generator beside a tree-building reference and prints the table of figures.

Every first generation goes into a directory of its own, and nothing is deleted before the end: a file system that has
just lost ten thousand files is slow to make new ones.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
FORMS = ["xml", "json", "camel", "pcli", "flat"]


def wait(process):
    """Waits for a process to end; its peak memory in mebibytes."""
    peak = 0
    # The peak that the system gives out when the process has ended counts this interpreter's memory before exec.
    with open(f"/proc/{process.pid}/status") as status:
        while process.poll() is None:
            status.seek(0)
            found = re.search(r"VmHWM:\s*(\d+)", status.read())
            peak = max(peak, int(found[1]) if found else 0)
            time.sleep(0.002)
    return peak / 1024


def run(command):
    """Seconds of wall time and mebibytes of peak memory of a command that succeeds."""
    os.sync()
    start = time.monotonic()
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    peak = wait(process)
    seconds = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with status {process.returncode}")
    return seconds, peak


class Bench:
    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.directories = 0

    def path(self, name):
        return os.path.join(self.directory, name)

    def fresh(self):
        self.directories += 1
        return self.path(f"pillar-{self.directories}")

    def authority(self, form, routers, *options):
        path = self.path("-".join([form, str(routers), *options]).replace("--", ""))
        if not os.path.exists(path):
            command = [self.arguments.make_authority, "--form", form, "--routers", str(routers), *options]
            with open(path, "wb") as file:
                subprocess.run(command, stdout=file, check=True)
        return path

    def generate(self, configuration, pillar_dir):
        """Seconds, mebibytes, and how many files the run says it has written."""
        log = self.path("log")
        command = [self.arguments.generator, "--config", configuration, "--pillar-dir", pillar_dir, "--log", log]
        seconds, memory = run(command)
        with open(log) as file:
            written = re.findall(r"done: (\d+) written", file.read())[-1]
        return seconds, memory, int(written)

    def first_and_next(self, form, *options):
        routers = self.arguments.routers
        before = self.authority(form, routers, *options)
        after = self.authority(form, routers, *options, "--changed")
        firsts = [(self.generate(before, pillar_dir), pillar_dir) for pillar_dir in map(lambda _: self.fresh(), range(3))]
        nexts = [self.generate(after, pillar_dir) for _, pillar_dir in firsts]
        return min(first for first, _ in firsts), min(nexts)

    def table(self):
        routers = self.arguments.routers
        xml = self.authority("xml", routers)
        reference, reference_memory = run([sys.executable, os.path.join(HERE, "reference.py"), xml, self.fresh()])
        size = os.path.getsize(xml) / 1e6
        print(f"{routers} routers, {2 * routers} nodes, {size:.0f} MB of XML; best of three runs\n")
        print("| form, profiles | first, s | files | next commit, s | files | peak, MiB | times faster |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        files = len(os.listdir(self.path("pillar-1")))
        print(f"| reference, xml | {reference:.2f} | {files} | {reference:.2f} | {files} | {reference_memory:.0f} | |")
        for form in FORMS:
            for place in ["first", "last"]:
                first, following = self.first_and_next(form, "--profiles", place)
                peak = max(first[1], following[1])
                faster = f"{reference / first[0]:.0f} and {reference / following[0]:.0f}"
                print(
                    f"| {form}, {place} | {first[0]:.2f} | {first[2]} | {following[0]:.2f} | {following[2]} "
                    f"| {peak:.1f} | {faster} |"
                )
        print("\n| routers | peak of a first generation from XML, MiB |")
        print("| --- | --- |")
        for count in [1000, 10000, 50000]:
            _, memory, _ = self.generate(self.authority("xml", count), self.fresh())
            print(f"| {count} | {memory:.1f} |")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--generator", required=True, help="the generate_pillar to measure")
    parser.add_argument("--make-authority", required=True, help="the program of the example make_authority")
    parser.add_argument("--routers", type=int, default=10000)
    parser.add_argument("--dir", help="where to put the configurations and pillars; 700 MB")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.dir) as directory:
        Bench(arguments, directory).table()


if __name__ == "__main__":
    main()
