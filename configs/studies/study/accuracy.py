"""Accuracy of exact products: schemes at equal planes, units per tensor and
per channel."""

from . import page, tuned

SCHEMES = ["int8", "sme0", "sme1", "sme2", "sme3", "sme8,4,0", "sme8,4,1",
           "sme8,4,2", "sme8,4,3", "int9", "int7", "int6", "trunc1", "trunc2",
           "trunc3"]

# What stands together, by codebook (N, S): stored magnitude planes, SME,
# INT-(9 - x), truncation.
EQUAL_PLANES = {
    "(8, 3)": [(8, "sme0", "int9", None), (7, "sme1", "int8", "trunc1"),
               (6, "sme2", "int7", "trunc2"), (5, "sme3", "int6", "trunc3")],
    "(8, 4)": [(8, "sme8,4,0", "int9", None),
               (7, "sme8,4,1", "int8", "trunc1"),
               (6, "sme8,4,2", "int7", "trunc2"),
               (5, "sme8,4,3", "int6", "trunc3")],
}
PAIRS = [pair for pairs in EQUAL_PLANES.values() for pair in pairs]

UNIT_SCHEMES = ["int8", "int6", "sme0", "sme3", "pot8", "apot8,2"]
BIAS_SCHEMES = ["sme0", "sme3", "sme8,4,0", "sme8,4,3", "int9", "int6",
                "trunc3"]
UNITS = {"channel": [], "tensor": ["--per", "tensor"]}


def rows_of(study, name):
    return study.evaluate(name, SCHEMES, images=study.images("accuracy"))


def corrected(study, name):
    """Rows with --correct-bias, of BIAS_SCHEMES only."""
    return study.evaluate(name, BIAS_SCHEMES, "--correct-bias",
                          images=study.images("accuracy"))


def schemes_table(study):
    rows = []
    for name in study.networks:
        for scheme, row in rows_of(study, name).items():
            exact = scheme == "float"
            rows.append([name, scheme, row["planes"] or "-",
                         page.whole(row["arrays"]) if row["arrays"] else "-",
                         f"{float(row['top1_percent']):.2f}",
                         "-" if exact else page.interval(row),
                         "-" if exact else row["drop_below_0.3"]])
    return page.table(["network", "scheme", "planes", "arrays", "top-1 %",
                       "difference to float [95 % interval]", "drop < 0.3"],
                      rows)


def equal_planes_table(study):
    """SME less its controls, in points."""
    rows = []
    for name in study.networks:
        top1 = {scheme: float(row["top1_percent"])
                for scheme, row in rows_of(study, name).items()}
        for planes, sme, plain, cut in PAIRS:
            rows.append([name, planes, f"{sme} {top1[sme]:.2f}",
                         f"{plain} {top1[plain]:.2f}",
                         page.points(top1[sme] - top1[plain]),
                         f"{cut} {top1[cut]:.2f}" if cut else "-",
                         page.points(top1[sme] - top1[cut]) if cut else "-"])
    return page.table(["network", "planes", "SME", "INT-(9 - x)",
                       "SME less INT", "truncation", "SME less truncation"],
                      rows)


def summary(study):
    """Sentences on what the tables show."""
    held = []
    for name in study.networks:
        rows = rows_of(study, name)
        shown = [s for s in SCHEMES if rows[s]["drop_below_0.3"] == "shown"]
        held.append(f"- {name}: a drop below 0.3 points is shown for "
                    f"{page.names(shown) if shown else 'no scheme'}.")
    return held + [beside_control(study, codebook)
                   for codebook in EQUAL_PLANES] + [""]


def beside_control(study, codebook):
    """A sentence on a codebook less INT-(9 - x)."""
    gains = []
    for name in study.networks:
        rows = rows_of(study, name)
        gains += [float(rows[sme]["top1_percent"]) -
                  float(rows[plain]["top1_percent"])
                  for _, sme, plain, _ in EQUAL_PLANES[codebook]]
    ahead = sum(gain > 0 for gain in gains)
    return (f"- Without fine-tuning SME {codebook} is ahead of INT-(9 - x) in "
            f"{ahead} of {len(gains)} comparisons at equal planes, by "
            f"{page.points(page.mean(gains))} points on average "
            f"({page.points(min(gains))} to {page.points(max(gains))})."
            + (" **It does not beat the plain control.**"
               if page.mean(gains) <= 0 else ""))


def units_table(study):
    rows = []
    for name in study.small():
        for scheme in UNIT_SCHEMES:
            cells = [name, scheme]
            for words in UNITS.values():
                row = study.evaluate(name, UNIT_SCHEMES, *words,
                                     images=study.images("accuracy"))[scheme]
                cells += [page.interval(row), row["drop_below_0.3"]]
            rows.append(cells)
    return page.table(["network", "scheme", "unit per channel", "drop < 0.3",
                       "unit per tensor", "drop < 0.3"], rows)


def bias_table(study):
    rows = []
    for name in study.networks:
        plain = rows_of(study, name)
        fixed = corrected(study, name)
        for scheme in BIAS_SCHEMES:
            rows.append([name, scheme, page.interval(plain[scheme]),
                         page.interval(fixed[scheme]),
                         fixed[scheme]["drop_below_0.3"]])
    return page.table(["network", "scheme", "plain", "biases corrected",
                       "drop < 0.3"], rows)


def section(study):
    return [
        "## Accuracy of the integer networks", "",
        "`intN`: symmetric N-bit; `smeX`: SME (8, 3) squeezed by X planes; "
        "`sme8,4,X`: SME (8, 4); `truncX`: 8 planes less the lowest X. "
        "Products are exact, weights per output channel by least squared "
        "error, nothing is fine-tuned. Of n images, b were right in float only "
        "and c are right now only: the difference is (c - b) / n, its interval "
        "the normal one of a paired proportion. `shown`: the interval's end is "
        "above -0.3 points. `arrays`: 128 x 128, 1-bit cells, differential "
        "pairs, empty planes free.", "",
        "    sqz eval NETWORK --schemes " + ",".join(SCHEMES), "",
        *schemes_table(study),
        "At equal stored planes (differences of the two top-1 columns):", "",
        *equal_planes_table(study),
        *tuned.section(study),
        "### Units per tensor and per channel", "",
        "    sqz eval NETWORK --per tensor --schemes " +
        ",".join(UNIT_SCHEMES), "",
        "`pot8`: powers of two on 8 planes; `apot8,2`: sums of two of them.",
        "", *units_table(study),
        "### Bias correction", "",
        "The mean shift of each output that the weights' errors cause over the "
        "calibration images is taken out of the biases.", "",
        "    sqz eval NETWORK --correct-bias --schemes " +
        ",".join(BIAS_SCHEMES), "", *bias_table(study)]
