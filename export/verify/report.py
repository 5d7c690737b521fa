"""The report as text."""

from typing import Any

from zoo.io.text import printable


def allowed(tolerance: dict[str, float] | None) -> str:
    """A tolerance in words: "0.0001, 1 level"."""
    words = {
        "max_abs": lambda value: f"{value:g}",
        "levels": lambda value: f"{value:g} level{'s' * (value != 1)}",
        "psnr": lambda value: f"at least {value:g} dB",
        "standard_errors": lambda value: f"{value:g} standard errors",
    }
    return ", ".join(words[name](value) for name, value in (tolerance or {}).items())


def differs(check: dict[str, Any]) -> str:
    """A difference in words: "1.0e-05, 0 levels, 110.0 dB"."""
    levels = f"{check['levels']} level{'s' * (check['levels'] != 1)}"
    words = f"{check['max_abs']:.1e}, {levels}, {check['psnr']:.1f} dB"
    errors = check.get("standard_errors")
    return words if errors is None else f"{words}, {errors:.1f} standard errors"


def table(report: dict[str, Any]) -> str:
    """Lay a verification report out as text."""
    rows = [("artifact", "case", "max abs", "levels", "PSNR", "standard errors", "allowed", "")]
    for check in report["checks"]:
        rows.append(
            (
                check["artifact"],
                check["case"],
                "" if check["max_abs"] is None else f"{check['max_abs']:.1e}",
                "" if check["levels"] is None else str(check["levels"]),
                "" if check["psnr"] is None else f"{check['psnr']:.1f}",
                f"{check['standard_errors']:.1f}" if "standard_errors" in check else "",
                allowed(check["tolerance"]),
                "pass" if check["pass"] else "FAIL",
            )
        )
    used = [column for column in range(len(rows[0])) if any(row[column] for row in rows[1:])]
    rows = [tuple(row[column] for column in used) for row in rows]
    rows = [tuple(printable(cell) for cell in row) for row in rows]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"{check['artifact']}: {check['detail']}" for check in report["checks"] if "detail" in check]
    notes += [f"{each['artifact']} was not run: {each['reason']}" for each in report["skipped"]]
    lines += map(printable, notes)
    lines.append(f"verdict: {report['verdict']}")
    return "\n".join(lines)
