"""Networks that were fine-tuned for a scheme, if somebody made them."""

import os

from . import page

# Of each network, what finetune.py may have written as NETWORK-SCHEME.onnx.
SCHEMES = ["sme0", "int9", "sme1", "int8", "sme2", "int7", "sme3", "int6",
           "trunc3"]
SHARES = [0.3, 0.5, 0.7, 0.9]  # pruned: NETWORK-float-pSHARE.onnx


def files(study, name):
    """(float, {scheme: file}) of a network; None without a float one."""
    stem = os.path.splitext(os.path.basename(study.networks[name]))[0]

    def path(kind):
        return os.path.join(study.tuned or "", f"{stem}-{kind}.onnx")

    if not study.tuned or not os.path.exists(path("float")):
        return None, {}
    return path("float"), {scheme: path(scheme) for scheme in SCHEMES
                           if os.path.exists(path(scheme))}


def pruned_files(study, name):
    """{share: (file, float file)} of what was pruned and fine-tuned."""
    base, _ = files(study, name)
    stem = base and base.removesuffix("-float.onnx")
    found = {share: f"{stem}-float-p{share:g}.onnx" for share in SHARES}
    return {share: (file, base) for share, file in found.items()
            if base and os.path.exists(file)}


def rows_of(study, name):
    """{scheme: row}: each against the float network of the same budget."""
    base, found = files(study, name)
    return {scheme: study.points.evaluate(
                file, [scheme], "--against", base,
                images=study.images("accuracy"), files=[base])[scheme]
            for scheme, file in found.items()}


def table(study):
    rows = []
    for name in study.networks:
        for scheme, row in rows_of(study, name).items():
            rows.append([name, scheme, row["planes"], page.whole(row["arrays"]),
                         f"{float(row['top1_percent']):.2f}",
                         page.interval(row), row["drop_below_0.3"]])
    return rows and page.table(
        ["network", "scheme", "planes", "arrays", "top-1 %",
         "difference to fine-tuned float [95 % interval]", "drop < 0.3"], rows)


def section(study):
    lines = table(study)
    if not lines:
        return []
    return [
        "### Fine-tuned", "",
        "Each network fine-tuned with the codebook of its scheme, plain "
        "controls and the float baseline with the same budget and seed "
        "(`configs/networks/finetune.py`, [accuracy.md](accuracy.md)). "
        "Differences are to the *fine-tuned* float network. The files are not "
        "part of the project: this table stands where `results.py` was given "
        "their folder (`--tuned`).", "",
        "    sqz eval NETWORK-SCHEME.onnx --schemes SCHEME --against "
        "NETWORK-float.onnx", "", *lines]
