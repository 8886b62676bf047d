"""What `make test` needs beyond Python: installed where that is possible, else named.

As root on Debian the packages are installed; anybody else is told their names, and the
run fails: nothing is skipped in silence.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

# What is needed, and the Debian package that has it.
NEEDED = {
    "chromium": lambda: shutil.which(os.environ.get("CHROMIUM", "chromium")),
    "fonts-noto-cjk": lambda: any(Path("/usr/share/fonts").rglob("NotoSansCJK*")),
    "postgresql": lambda: any(Path("/usr/lib/postgresql").glob("*/bin/initdb")),
    "nginx-light": lambda: shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin"),
    "openssl": lambda: shutil.which("openssl"),
    "maven": lambda: shutil.which("mvn"),
    "openjdk-17-jre-headless": lambda: any(Path("/usr/lib/jvm").glob("*17*/bin/java")),
    "gettext": lambda: shutil.which("msgfmt"),
}


def missing() -> list[str]:
    """The Debian packages whose contents are not on this machine."""
    return [package for package, is_there in NEEDED.items() if not is_there()]


def main() -> int:
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
        for command in (["apt-get", "update", "-qq"], install):
            subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
        packages = missing()
    if packages:
        print(f"The tests need: {' '.join(packages)}", file=sys.stderr)
        print(f"On Debian: apt-get install {' '.join(packages)}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
