"""Markdown: tables and the numbers in them."""

def table(head, rows):
    """Lines of a table, and an empty one."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in lines] + [""]


def points(value):
    return f"{float(value):+.2f}"


def interval(row):
    """Difference to float in points with its 95 % interval."""
    return (f"{points(row['difference_points'])} "
            f"[{points(row['low_points'])}, {points(row['high_points'])}]")


def whole(value):
    return f"{int(value):,}"


def factor(value):
    return f"{value:.2f}x" if value else "-"


def mean(values):
    return sum(values) / len(values)


def names(words):
    """a, b and c"""
    words = list(words)
    if len(words) < 2:
        return "".join(words)
    return ", ".join(words[:-1]) + " and " + words[-1]
