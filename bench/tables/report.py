"""bench/tables/run's scores as Markdown: a table a task, the means, the wins and the worst gaps."""
import statistics

TIE = 1e-6  # peers.json has six digits
PEERS = ["mlp", "hgb", "linear", "forest"]


def mean(values):
    values = list(values)
    return statistics.fmean(values) if values else None


def shown(value, digits=4):
    return "-" if value is None else f"{value:.{digits}f}"


def row_of(table, runs, entry, seeds, before):
    """The means over those seeds that every system ran."""
    ran = [s for s in seeds if "score" in runs.get(s, {})] or seeds
    failed = sum("error" in run for run in runs.values())
    row = {"name": table.name, "task": table.task, "size": f"{len(table.cells)} x {len(table.header) - 1}", "failed": failed}
    row["micrograd"] = mean(runs[s]["score"] for s in ran if "score" in runs.get(s, {}))
    row["seconds"] = max((run["seconds"] for run in runs.values() if "seconds" in run), default=None)
    for peer in PEERS:
        scores = (entry or {"scores": {}})["scores"].get(peer, {})
        row[peer] = mean(scores[s][0] for s in ran) if ran and all(s in scores for s in ran) else None
    earlier = [before[table.name][s]["score"] for s in ran if "score" in before.get(table.name, {}).get(s, {})]
    row["before"] = mean(earlier) if len(earlier) == len(ran) else None
    row["rival"] = max(row["mlp"], row["hgb"]) if row["mlp"] is not None and row["hgb"] is not None else None
    row["gap"] = row["micrograd"] - row["rival"] if row["rival"] is not None and row["micrograd"] is not None else None
    row["error"] = None
    if row["gap"] is not None and len(ran) > 1:  # the standard error of the mean difference over seeds
        rival = entry["scores"]["mlp" if row["mlp"] >= row["hgb"] else "hgb"]
        row["error"] = statistics.stdev(runs[s]["score"] - rival[s][0] for s in ran) / len(ran) ** 0.5
    return row


def task_table(rows, with_before):
    names = ["micrograd"] + (["before"] if with_before else []) + PEERS
    lines = ["| table | rows x columns | " + " | ".join(names) + " | seconds |", "|---|---:|" + "---:|" * (len(names) + 1)]
    for row in rows:
        best = max((row[n] for n in ("micrograd", "mlp", "hgb") if row[n] is not None), default=None)
        cells = [f"**{row[n]:.4f}**" if row[n] is not None and n in ("micrograd", "mlp", "hgb") and row[n] >= best - TIE else shown(row[n]) for n in names]
        lines.append(f"| {row['name']} | {row['size']} | " + " | ".join(cells) + f" | {shown(row['seconds'], 1)} |")
    return lines


def summary(rows):
    """Means over the tables that every system has a score for."""
    complete = [row for row in rows if row["gap"] is not None]
    if not complete:
        return []
    means = {n: mean(row[n] for row in complete if row[n] is not None) for n in ["micrograd"] + PEERS}
    lines = ["", f"Means of {len(complete)} tables: " + ", ".join(f"{n} {shown(v)}" for n, v in means.items()) + "."]
    if all(row["before"] is not None for row in complete):
        lines.append(f"Before: {mean(row['before'] for row in complete):.4f}.")
    lines.append(f"The better of mlp and hgb on each table: {mean(row['rival'] for row in complete):.4f}; the better of the two means: {max(means['mlp'], means['hgb']):.4f}.")
    best = sum(row["gap"] >= -TIE for row in complete)
    near = sum(row["gap"] >= -2 * (row["error"] or 0) - TIE for row in complete)
    lines.append(f"micrograd is the best of micrograd, mlp and hgb on {best} of {len(complete)}, within two standard errors of the best on {near}.")
    lines.append(f"Clipped below at 0 (one bad fit cannot decide a mean): " + ", ".join(f"{n} {mean(max(row[n], 0) for row in complete if row[n] is not None):.4f}" for n in means) + ".")
    worst = sorted(complete, key=lambda row: row["gap"])[:12]
    lines.append("Worst gaps to the better of mlp and hgb: " + ", ".join(f"{row['name']} {row['gap']:+.4f} (±{row['error'] or 0:.4f})" for row in worst if row["gap"] < -TIE) + ".")
    return lines


def markdown(tables, results, entries, seeds, before):
    rows = [row_of(table, results[table.name], entries[table.name], seeds, before) for table in tables]
    lines = []
    for task, score in (("classification", "accuracy"), ("regression", "R2")):
        own = [row for row in rows if row["task"] == task]
        if own:
            lines += [f"### {task.capitalize()}: {score}, mean of {len(seeds)} seeds", ""] + task_table(own, bool(before)) + summary(own) + [""]
    failed = [f"{row['name']} ({row['failed']})" for row in rows if row["failed"]]
    if failed:
        lines += ["**micrograd failed on: " + ", ".join(failed) + "**", ""]
    slow = max((row for row in rows if row["seconds"]), key=lambda row: row["seconds"], default=None)
    if slow:
        lines.append(f"Slowest training: {slow['name']}, {slow['seconds']:.1f} s.")
    return "\n".join(lines)
