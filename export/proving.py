"""Proves a new bundle as its receiver would: by its own verify.py, in a process without this project."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from export.verify.contract import ARTIFACTS
from export.verify.paths import REPORT
from export.verify.report import allowed, differs
from zoo.errors import UserError

# Runs verify.py as a receiver would, without this project: -I leaves out the working
# folder and PYTHONPATH, and the names are blocked because the project may be installed.
AS_RECEIVER = """
import runpy, sys
for name in ("zoo", "recipes", "export"):
    sys.modules[name] = None
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""

# Before that: ends when this process does, however that ends, because its end of a pipe is closed then.
_WITH_ITS_PARENT = """
import os, threading
threading.Thread(target=lambda: os.read(0, 1) or os._exit(2), daemon=True).start()
"""


def verify_as_receiver(part: Path) -> dict[str, Any]:
    """Run the bundle's own verify.py in a process without this project and return its report.

    Raises:
        UserError: it could not verify at all; the message ends with its error.
    """
    program = _WITH_ITS_PARENT + AS_RECEIVER
    command = [sys.executable, "-I", "-c", program, "verify.py", ".", "--require-saved-model"]
    # Beside the bundle, so that what it puts aside is removed with everything else.
    temporary = part.with_name("temporary")
    temporary.mkdir(exist_ok=True)
    reader, writer = os.pipe()
    try:
        done = subprocess.run(
            command,
            cwd=part,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TMPDIR": str(temporary)},
            stdin=reader,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    finally:
        os.close(reader)
        os.close(writer)
    if not (part / REPORT).is_file():
        last = (done.stderr.strip() or f"exit status {done.returncode}").splitlines()[-1]
        reason = last.removeprefix("error: ")
        raise UserError(f"the new bundle could not be verified, so none was written: {reason}")
    return json.loads((part / REPORT).read_text(encoding="utf-8"))


def largest_differences(report: dict[str, Any], artifact: str) -> dict[str, float]:
    """The largest differences from the trained generator's results, on all golden images."""
    checks = [
        check
        for check in report["checks"]
        if check["artifact"] == artifact and check["psnr"] is not None and check["case"].startswith("golden")
    ]
    return {
        "max_abs": max(check["max_abs"] for check in checks),
        "levels": max(check["levels"] for check in checks),
        "psnr": min(check["psnr"] for check in checks),
        **{key: max(check[key] for check in checks) for key in ("standard_errors",) if key in checks[0]},
    }


def widen_tolerances(files: Mapping[str, dict[str, Any]], report: dict[str, Any]) -> bool:
    """Give files that exceed their tolerance a larger one that they meet; return whether any did."""
    measured = [check for check in report["checks"] if check["psnr"] is not None]
    names = [name for name in files if any(c["artifact"] == name and not c["pass"] for c in measured)]
    for name in names:
        checks = [check for check in measured if check["artifact"] == name]
        files[name]["worse_than"] = files[name]["tolerance"]
        files[name]["tolerance"] = {
            "levels": max(check["levels"] for check in checks) + 2,
            "psnr": min(check["psnr"] for check in checks) - 1,
        }
    return bool(names)


def check_passed(report: dict[str, Any]) -> None:
    """Raise the first failed check of a report.

    Raises:
        UserError: one failed; the message names the file, the case, the difference and the remedy.
    """
    for check in report["checks"]:
        if check["pass"]:
            continue
        artifact, case, detail = check["artifact"], check["case"], check.get("detail")
        reason = detail or f"differs by {differs(check)}; allowed are {allowed(check['tolerance'])}"
        if artifact not in ARTIFACTS and detail is None:
            raise UserError(
                f"`variants` {artifact}: {case}: {reason}; leave it out, calibrate on more `pictures`, or "
                "keep it with `force`"
            )
        remedy = "please report it" if detail else "`force` keeps it, and the contract states the difference"
        raise UserError(
            f"the new bundle failed its verification, so none was written: {artifact}, {case}: {reason}; "
            f"{remedy}"
        )
