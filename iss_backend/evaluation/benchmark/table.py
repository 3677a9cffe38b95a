"""The report as lines of a Markdown table: ratios first."""

from __future__ import annotations

from typing import Any


def report_lines(report: dict[str, Any]) -> list[str]:
    """Return the lines of a report of `run_benchmark`."""
    machine = report["machine"]
    lines = [
        f"{machine.get('gpu', machine['processor'])}, {machine['cores']} cores, {machine['threads']} threads, "
        f"load {machine.get('load_average', '-')}, torch {machine['torch']}, {report['made']}",
        "",
        "| times longer than our stage 2 (extrapolated) | |",
        "| --- | ---: |",
        *(f"| {name} | {value:.0f} |" for name, value in report["ratios"].items()),
        "",
        "| phase | wall s | processor s |",
        "| --- | ---: | ---: |",
        *_rows("cold: ", report["cold"]),
        *_rows("", report["warm"]),
        *_rows("", report["mesh"]),
        *_rows("stylise: ", report["stylise"]),
        *_rows("", {f"a step of {n} (extrapolated)": each["step"] for n, each in report["baselines"].items()}),
        *_rows("", {f"{n}, all steps (extrapolated)": each["whole"] for n, each in report["baselines"].items()}),
        "",
        *_step_lines(report["steps"]),
        "",
        *(f"Growth of a step, {name}: x {value:.2f}" for name, value in report["growth"].items()),
        "Throughput: {shapes_per_minute:.1f} shapes a minute, {cpu_s_per_shape:.1f} processor s each; a batch of "
        "{texts} in {processes} processes {shapes_per_minute_batch:.1f}, {cpu_s_per_shape_batch:.1f} "
        "(x {gain_batch:.2f})".format(**report["throughput"]),
        f"Peak memory: {', '.join(f'{value:.0f} ({name})' for name, value in report['peak_memory'].items())}",
    ]
    return lines


def _rows(prefix: str, timings: dict[str, dict[str, float]]) -> list[str]:
    return [f"| {prefix}{name} | {_seconds(t['wall_s'])} | {_seconds(t['cpu_s'])} |" for name, t in timings.items()]


def _step_lines(steps: list[dict[str, Any]]) -> list[str]:
    """Return the table of steps: one column each, processor milliseconds."""
    titles = [f"{step['views']} x {step['size']}^2" for step in steps]
    rows = [["whole step", *(f"{1e3 * step['whole']['cpu_s']:.0f}" for step in steps)]]
    for part in steps[0]["parts"]:
        rows.append([part, *(f"{1e3 * step['parts'][part]['cpu_s']:.1f}" for step in steps)])
    head = ["stage-2 step, processor ms", *titles]
    return [_line(head), _line(["---", *["---:"] * len(titles)]), *map(_line, rows)]


def _line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _seconds(value: float) -> str:
    return f"{value:.4f}" if value < 0.1 else f"{value:.2f}" if value < 100 else f"{value:,.0f}"
