"""Crossbars, operation units, time and energy against every baseline."""

from . import accuracy, page
from .study import LAWS

SCHEME = "sme3"
SIZES = [64, 128, 256]
OUS = [(8, 8), (9, 8), (16, 16)]
TARGETS = {"resnet50": 8.7, "mobilenet_v2": 2.1}
MODES = {"full": "whole arrays", "ou": "operation units of 8 x 8"}
SUMMARY_LAW = "accelergy"


def report(study, name, scheme=SCHEME, *words, mode="full"):
    """{"designs": {name: row}, ...} of one read mode; both configurations
    have the same tiles but for their ADCs, which a report makes lossless."""
    config = study.config("default.cfg")
    root = study.points.report(study.networks[name], "--config", config,
                               "--scheme", scheme, *words,
                               files=[config])
    found = next(one for one in root["modes"] if one["read"] == mode)
    return {**found, "budget": root["equal_arrays"],
            "designs": {row["name"]: row for row in found["designs"]}}


def size(design, mode):
    return design["arrays" if mode == "full" else "ous"]


def energy_uj(design, law):
    """None where the law does not hold at these ADC bits."""
    energy = design["energy_fj"]
    if law not in energy["adc"]:
        return None
    parts = sum(value for key, value in energy.items() if key != "adc")
    return (parts + energy["adc"][law]) / 1e9


def number(value, form=".1f"):
    return "-" if value is None else format(value, form)


def per_second(interval_ps):
    return page.whole(1e12 / interval_ps) if interval_ps else "-"


# ---- all designs ----

def designs_table(study, mode):
    rows = []
    for name in study.networks:
        found = report(study, name, mode=mode)
        chosen = size(found["designs"][found["chosen"]], mode)
        for design in found["designs"].values():
            if design["name"] in hidden(found):
                continue
            rows.append([
                name, design["name"], design["kind"], design["planes"],
                design["sign"], design["cell_bits"],
                page.whole(size(design, mode)),
                page.factor(size(design, mode) / chosen),
                design["input_cycles"],
                f"{design['adc_conversions'] / 1e6:.2f}",
                *(number(energy_uj(design, law)) for law in LAWS),
                per_second(design.get("equal_arrays_interval_ps"))])
    unit = "arrays" if mode == "full" else "OUs"
    return page.table(["network", "design", "kind", "planes", "sign", "cell",
                       unit, f"{unit} / {SCHEME}", "cycles", "conv. M",
                       *(f"uJ {law}" for law in LAWS),
                       "images/s, equal arrays"], rows)


def hidden(found):
    """Variants that are the chosen design once more, or only serve factors."""
    chosen = found["chosen"]
    return {f"{chosen}, all planes", f"{chosen}, pair 1 bit",
            "free, pair 1 bit", "dense, pair 1 bit", "16-bit words",
            f"{chosen}, unpruned"}


def factors_table(study, mode):
    rows = []
    for name in study.networks:
        found = report(study, name, mode=mode)
        for factor in found["factors"]:
            rows.append([name, factor["name"], page.whole(factor["before"]),
                         page.whole(factor["after"]),
                         page.factor(ratio(factor["before"], factor["after"])),
                         page.factor(ratio(factor["without"], factor["with"]))])
    return page.table(["network", "factor", "before", "after", "on the way",
                       "others fixed"], rows)


def ratio(a, b):
    return a / b if b else 0


def summary_table(study, mode):
    rows = []
    for name in study.networks:
        for one in report(study, name, mode=mode)["summary"]:
            rows.append([name, one["against"], page.factor(one.get("size")),
                         page.factor(one.get("throughput")),
                         *(page.factor(one["energy"].get(law))
                           for law in LAWS),
                         page.factor(one["energy_static"].get("linear"))])
    return page.table(["network", "against", "fewer", "images/s",
                       *(f"energy, {law}" for law in LAWS),
                       "energy, linear, 30 % static"], rows)


def mode_section(study, mode):
    return [
        f"### {MODES[mode].capitalize()}", "",
        f"    sqz map NETWORK --config configs/default.cfg --scheme {SCHEME} "
        "--report FILE.json", "",
        *designs_table(study, mode),
        "One row a factor, from `pair16` to " + SCHEME + "; *others fixed*: "
        "against the chosen design without it.", "",
        *factors_table(study, mode),
        f"How many times better {SCHEME} (differential pairs, 1-bit cells) is "
        "than each design: fewer arrays or OUs; images per second **on equal "
        "numbers of arrays**, as many as `pair16` takes, freed ones filled "
        "with copies of the slowest layers (`pair16` has none to spare, which "
        "flatters the comparison with it); energy of an image. Below 1: it is "
        "worse. **Squeeze alone is the row `free`**: the same scheme without "
        "squeeze.", "",
        *summary_table(study, mode)]


# ---- accuracy beside arrays ----

VARIANTS = ["pair 1 bit", "twos 1 bit", "twos 2 bit", "twos 4 bit"]


def judgements(study, name):
    """SME and its control, each with its accuracy: (biases, SME, control,
    {scheme: row of sqz eval})."""
    kinds = {"": accuracy.rows_of(study, name),
             "corrected": accuracy.corrected(study, name)}
    return [(biases, sme, plain, rows) for biases, rows in kinds.items()
            for _, sme, plain, _ in accuracy.PAIRS
            if sme in rows and plain in rows]


def variants(study, name, scheme):
    """{form: (arrays, how many times fewer than pair16)}"""
    designs = report(study, name, scheme)["designs"]
    base = designs["pair16"]["arrays"]
    found = {form: designs.get(f"{scheme}, {form}") for form in VARIANTS}
    return {form: (design["arrays"], base / design["arrays"])
            for form, design in found.items() if design}


def in_cell(arrays, factor):
    return f"{page.whole(arrays)} ({page.factor(factor)})"


def targets_table(study):
    rows = []
    for name in study.networks:
        for biases, sme, plain, judged in judgements(study, name):
            sizes = variants(study, name, sme)
            rows.append([
                name, sme, biases, page.interval(judged[sme]),
                judged[sme]["drop_below_0.3"],
                *(in_cell(*sizes[form]) if form in sizes else "-"
                  for form in VARIANTS),
                plain, page.interval(judged[plain]),
                judged[plain]["drop_below_0.3"]])
    return page.table(["network", "SME", "biases", "SME less float",
                       "drop < 0.3",
                       *(f"{form} (x fewer than pair16)" for form in VARIANTS),
                       "control", "control less float", "drop < 0.3"], rows)


def factors_reached(study, name):
    """[(scheme, form, biases, times fewer than pair16, whether the drop is
    shown)]; a control has as many arrays as SME on the same planes."""
    found = []
    for biases, sme, plain, judged in judgements(study, name):
        for form, (_, factor) in variants(study, name, sme).items():
            found += [(scheme, form, biases, factor,
                       judged[scheme]["drop_below_0.3"] == "shown")
                      for scheme in (sme, plain)]
    return found


def best_of(found, word, form="", shown=True):
    """The largest factor of schemes that begin with `word`, and in words."""
    fitting = [one for one in found
               if one[0].startswith(word) and one[1].endswith(form) and
               (one[4] or not shown)]
    if not fitting:
        return 0, ""
    scheme, cells, biases, factor, _ = max(fitting, key=lambda one: one[3])
    return factor, (f"{page.factor(factor)} ({scheme}, {cells}"
                    + (f", biases {biases}" if biases else "") + ")")


def target_sentence(study, name, target):
    """What of the paper's figure is reached, with a shown drop below 0.3."""
    found = factors_reached(study, name)
    value, words = best_of(found, "sme")
    _, loose = best_of(found, "sme", shown=False)
    if value >= target:
        verdict = f"reached, {words}."
    elif value:
        verdict = (f"**not reached**: SME gets {words}, a factor of "
                   f"{target / value:.2f} short.")
    else:
        verdict = ("**not reached**: no SME is shown to drop less. Counting "
                   f"arrays alone it would be {loose}.")
    cells = [words for words in (best_of(found, "sme", f"{bits} bit")[1]
                                 for bits in (1, 2)) if words]
    if cells:
        verdict += " With smaller cells " + page.names(cells) + "."
    plain = best_of(found, "int")[1]
    control = (f"The plain control shows the drop at {plain}." if plain
               else "No plain control shows it either.")
    return [f"- {name}, target {target}x fewer arrays than `pair16` with a "
            "drop below 0.3 points, without fine-tuning: "
            f"{verdict} {control}"]


def targets(study):
    lines = []
    for name, target in TARGETS.items():
        if name in study.networks:
            lines += target_sentence(study, name, target)
    return lines


def against(study, name, mode, other):
    return next(one for one in report(study, name, mode=mode)["summary"]
                if one["against"] == other)


def squeeze_alone(study):
    """What the squeeze itself gives, and what the plain control gives."""
    lines = []
    for name in study.networks:
        free = against(study, name, "full", "free")
        plain = against(study, name, "full", "int6")
        lines.append(
            f"- {name}, squeeze alone (x = 3, whole arrays): "
            f"{page.factor(free['size'])} fewer arrays; on equal numbers of "
            f"arrays {page.factor(free['throughput'])} the images per second "
            f"at {page.factor(free['energy'][SUMMARY_LAW])} less energy an "
            "image. Against INT6 on as many planes: "
            f"{page.factor(plain['throughput'])} the images per second, "
            f"{page.factor(plain['energy'][SUMMARY_LAW])} less energy (below "
            "1 is worse: INT6 needs no late cycles).")
    return lines


def summary(study):
    return targets(study) + squeeze_alone(study) + [""]


LIMITS = [
    "**What limits it.** Three of eight planes are at most 1.6x; two's "
    "complement instead of pairs saves up to half of the arrays; word length, "
    "16 bits against 8 planes, is 2x and no merit of the squeeze. Every "
    "further factor comes from cells of several bits, which need ADCs of 9 "
    "or 11 bits for the same sums. A squeezed pass takes up to 11 cycles "
    "instead of 8. `pair16` is the weakest baseline: ISAAC's form with 2-bit "
    "cells, words side by side and offset encoding stands below it.", ""]


# ---- sizes ----

def settings(**values):
    """As arguments; none where they are the configuration's own."""
    if set(values.values()) in ({128}, {8}):
        return []
    return [word for key, value in values.items()
            for word in ("--set", f"tile.{key}={value}")]


def array_sizes_table(study):
    rows = []
    for name in study.small():
        for rows_of_array in study.few(SIZES):
            words = settings(array_rows=rows_of_array,
                             array_columns=rows_of_array)
            found = report(study, name, SCHEME, *words)["designs"]
            for design in (found["int8"], found["int6"], found[SCHEME]):
                rows.append([
                    name, f"{rows_of_array} x {rows_of_array}", design["name"],
                    page.whole(design["arrays"]),
                    page.whole(design["arrays"] * rows_of_array ** 2 / 1024),
                    design["adc_bits"], design["input_cycles"],
                    f"{design['time_ps'] / 1e6:.1f}",
                    *(number(energy_uj(design, law)) for law in LAWS)])
    return page.table(["network", "array", "design", "arrays", "Ki cells",
                       "ADC bits", "cycles a pass", "time us",
                       *(f"uJ {law}" for law in LAWS)], rows)


def ou_sizes_table(study):
    rows = []
    for name in study.small():
        for height, width in study.few(OUS):
            words = settings(ou_rows=height, ou_columns=width)
            found = report(study, name, SCHEME, *words, mode="ou")["designs"]
            for label in ("sre8", "int6+skip", f"{SCHEME}+skip"):
                design = found.get(label)
                if design:
                    rows.append([
                        name, f"{height} x {width}", label,
                        page.whole(design["arrays"]),
                        page.whole(design["ous"]), design["adc_bits"],
                        design["input_cycles"],
                        per_second(design.get("equal_arrays_interval_ps")),
                        *(number(energy_uj(design, law)) for law in LAWS)])
    return page.table(["network", "OU", "design", "arrays", "OUs", "ADC bits",
                       "cycles a pass", "images/s, equal arrays",
                       *(f"uJ {law}" for law in LAWS)], rows)


def section(study):
    return [
        "## Crossbars, time and energy against every baseline", "",
        "Counts of the mapper; all designs have 8-bit inputs, ADCs without "
        "loss, and bundled depthwise layers. What the designs are, and what "
        "is left out (network, buffers, waiting): [report.md](report.md).",
        "",
        "### Targets", "",
        "Arrays of 128 x 128 beside the accuracy of the same weights, SME and "
        "the plain control at equal planes and hence on as many arrays (but "
        "for planes that are empty anyway); `corrected`: with "
        "`--correct-bias`, which needs no array. Taking the best of these "
        "rows by test images flatters it a little: no interval accounts for "
        "that.", "",
        *targets_table(study), *LIMITS,
        *mode_section(study, "full"), *mode_section(study, "ou"),
        "### Sizes of arrays and operation units", "",
        "Differential pairs, 1-bit cells, whole arrays. Energy and time of an "
        "image; layers one after the other, one copy each; cycles of the "
        "longest pass.", "",
        "    sqz map NETWORK --config configs/default.cfg --scheme " + SCHEME +
        " --set tile.array_rows=R --set tile.array_columns=R --report "
        "FILE.json", "",
        *array_sizes_table(study),
        "By operation units (the OU cycle stays at `tile.ou_cycle_ns`):", "",
        "    sqz map NETWORK --config configs/default.cfg --scheme " + SCHEME +
        " --set tile.ou_rows=H --set tile.ou_columns=W --report FILE.json", "",
        *ou_sizes_table(study)]
