"""Column similarity: operation units, time and energy against SRE, with the
accuracy at the same pruning beside."""

from . import page, tuned
from .study import LAWS

SHARES = [0, 0.3, 0.5, 0.7, 0.9]
LAYOUTS = ["duplicates", "column", "chosen"]
PLANNING_LAW = LAWS[0]  # of configs/ou.cfg
OU_TARGET, TIME_TARGET = 2.2, 1.61
ROUNDING = 0.9999  # two equal energies, added up in another order


class Gains:
    """Figures of `sqz similarity` as factors over SRE."""

    def __init__(self, lines):
        self.lines = {(float(line["prune"]), line["layer"], line["layout"]):
                      line for line in lines}
        self.layers = sorted({line["layer"] for line in lines} - {"total"})

    def line(self, share, layout, layer="total"):
        return self.lines[float(share), layer, layout]

    def of(self, column, share, layout, layer="total"):
        """None if there is no such figure."""
        base = self.line(share, "sre", layer)[column]
        value = self.line(share, layout, layer)[column]
        if not value or not base or float(value) == 0:
            return None
        return float(base) / float(value)

    def energy(self, law, share, layout, layer="total"):
        return self.of(f"energy_{law}_pj", share, layout, layer)

    def worst_layer(self, share, layout, law):
        """The least energy gain of a layer, and its name."""
        found = [(self.energy(law, share, layout, layer), layer)
                 for layer in self.layers]
        return min(one for one in found if one[0] is not None)


def gains(study, network, shares):
    """One run a share: with large networks each takes its time."""
    config = study.config("ou.cfg")
    return Gains([line for share in shares
                  for line in study.points.csv_lines(
                      "similarity", network, "--config", config, "--scheme",
                      "int8", "--shares", f"{share:g}", files=[config])])


def dense_gains(study, name):
    """Of a network that is pruned on import."""
    return gains(study, study.networks[name], study.few(SHARES))


def pruned_accuracy(study, name, share):
    words = ["--prune", f"{share:g}"] if share else []
    return study.evaluate(name, ["int8"], *words,
                          images=study.images("pruned"))["int8"]


def sharing_table(study):
    rows = []
    for name in study.networks:
        found = dense_gains(study, name)
        for share in study.few(SHARES):
            judged = pruned_accuracy(study, name, share)
            for layout in LAYOUTS:
                line = found.line(share, layout)
                index = float(line["index_bits"]) / float(line["weight_bits"])
                part = float(line["index_pj"]) / float(line["energy_pj"])
                rows.append([
                    name, f"{share:g}", layout, page.whole(line["ous"]),
                    *(page.factor(found.of(column, share, layout))
                      for column in ("ous", "time_ns", "time_unlimited_ns")),
                    *(page.factor(found.energy(law, share, layout))
                      for law in LAWS),
                    f"{index:.3f}", f"{100 * part:.1f}",
                    page.interval(judged) if layout == "chosen" else ""])
    return page.table(["network", "pruned", "layout", "OUs", "fewer OUs",
                       "time", "time, free ports",
                       *(f"energy, {law}" for law in LAWS),
                       "index bits / weight bit", "index % of energy",
                       "INT8 less dense float"], rows)


def reached(values, target):
    """Over the shares: whether the figure reaches the target."""
    count = sum(value >= target for value in values)
    if count == len(values):
        return f"target {target}: reached at every share"
    return (f"target {target}: reached at {count} of {len(values)} shares, "
            f"missed by up to a factor of {target / min(values):.2f}")


def span(values):
    return f"{min(values):.2f} to {max(values):.2f}"


def energy_sentence(found, shares):
    """Of the network, and of its worst layer under each law."""
    totals = [found.energy(law, share, "chosen")
              for share in shares for law in LAWS]
    worst = {law: min(found.worst_layer(share, "chosen", law)[0]
                      for share in shares) for law in LAWS}
    never = [law for law in LAWS if worst[law] >= ROUNDING]
    layers = []
    if never:
        layers.append("no layer takes more energy than under SRE by "
                      + page.names(never))
    layers += [f"the worst layer takes {1 / worst[law]:.3f} times as much by "
               f"{law}" for law in LAWS if law not in never]
    totals = [value for value in totals if value]
    return f"energy is {span(totals)} times better over all laws; " + \
        ", ".join(layers)


def summary(study):
    lines = []
    shares = study.few(SHARES)
    for name in study.networks:
        found = dense_gains(study, name)
        ous = [found.of("ous", share, "column") for share in shares]
        time = [found.of("time_ns", share, "chosen") for share in shares]
        free = [found.of("time_unlimited_ns", share, "chosen")
                for share in shares]
        lines.append(
            f"- {name}: sharing takes {span(ous)} times fewer OUs than SRE "
            f"({reached(ous, OU_TARGET)}). The layouts chosen by layer are "
            f"{span(time)} times as fast, {page.mean(time):.2f} on average "
            f"over the shares ({reached(time, TIME_TARGET)}), {span(free)} "
            "with unlimited accumulate ports; "
            f"{energy_sentence(found, shares)}.")
    return lines + [""]


LIMITS = [
    "**What limits it**: few channels, accumulates, the index "
    "([schemes.md](schemes.md)). A conversion that feeds d destinations costs "
    "d accumulates, so stored columns fall faster than time; tables weigh "
    "more where conversions are cheap. The mapper plans by the law of its "
    "configuration (" + PLANNING_LAW + "): a layer that takes less energy by "
    "that law may take more by another.", ""]


def tuned_table(study):
    """Networks that were pruned and then fine-tuned."""
    rows = []
    for name in study.networks:
        for share, (file, base) in tuned.pruned_files(study, name).items():
            found = gains(study, file, [0])
            judged = study.points.evaluate(
                file, ["int8"], "--against", base,
                images=study.images("accuracy"), files=[base])["int8"]
            line = found.line(0, "chosen")
            rows.append([
                name, f"{share:g}", page.whole(line["ous"]),
                *(page.factor(found.of(column, 0, "chosen"))
                  for column in ("ous", "time_ns", "time_unlimited_ns")),
                *(page.factor(found.energy(law, 0, "chosen")) for law in LAWS),
                page.interval(judged), judged["drop_below_0.3"]])
    if not rows:
        return []
    return ["Pruned by magnitude, then fine-tuned (all test images, less the "
            "fine-tuned dense float network):", "",
            *page.table(["network", "pruned", "OUs", "fewer OUs", "time",
                         "time, free ports",
                         *(f"energy, {law}" for law in LAWS),
                         "INT8 less fine-tuned float", "drop < 0.3"], rows)]


def section(study):
    count = study.images("pruned")
    return [
        "## Column similarity", "",
        "INT8 in two's complement, 8 x 8 operation units, 128 x 128 arrays, "
        "4-bit ADCs, single weights pruned by magnitude without retraining. "
        "Factors are over SRE with its own index: OUs; time on as many arrays "
        "with `tile.sa_ports`; time with unlimited accumulate ports; energy, "
        "tables included. `duplicates`: exact duplicates only, no rows "
        "skipped; `column`: sharing in every layer; `chosen`: by layer the "
        "best of all layouts. The paper reports 1.61x average performance and "
        "1.51x to 2.52x energy on networks, sizes and a baseline that are "
        "not public.", "",
        "    sqz similarity NETWORK --config configs/ou.cfg --scheme int8 "
        f"--shares {','.join(map(str, SHARES))} --csv FILE",
        f"    sqz eval NETWORK --schemes int8 --prune P --images {count}", "",
        f"Accuracy: first {count:,} test images, without fine-tuning (with "
        "it: [accuracy.md](accuracy.md)); points less the dense float "
        "network. Where it has collapsed, the row says what sharing would do "
        "to weights that sparse, not that such a network is of use.", "",
        *sharing_table(study), *tuned_table(study), *LIMITS]
