"""The exported bundle and its verification."""

from typing import Any

from zoo.reports.elements.reading import RunFiles, as_number, as_text


def content(files: RunFiles) -> dict[str, Any] | None:
    """For the template: the checks of the bundle and their verdict; None without a verification."""
    verification = files.verification
    if not verification:
        return None
    checks = []
    for check in verification.get("checks", ()):
        passed = {True: "pass", False: "fail", None: ""}[check.get("pass")]
        error, tolerance = as_number(check.get("max_abs")), as_number(check.get("tolerance"))
        checks.append(
            {
                "artifact": as_text(check.get("artifact")),
                "case": as_text(check.get("case")),
                "max_abs": "–" if error is None else f"{error:.2g}",
                "tolerance": as_text(check.get("tolerance")) if tolerance is None else f"{tolerance:.2g}",
                "levels": as_text(check.get("levels")),
                "verdict": passed or "–",
                "state": passed,
            }
        )
    verdict = verification.get("verdict")
    failed = sum(check["state"] == "fail" for check in checks)
    summary = f"{len(checks)} checks, {failed} failed." if checks else ""
    state = {"pass": "pass", "fail": "fail"}.get(verdict, "")
    return {
        "verdict": as_text(verdict) if verdict is not None else "",
        "state": state,
        "summary": summary,
        "checks": checks,
    }
