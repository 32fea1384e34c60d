"""Accuracy on crossbars as they are: small ADCs, variation, read noise."""

from . import page

ADC_BITS = [4, 5, 6, 7, 8, 9]
ADC_SCHEMES = ["int8", "sme3", "int6", "trunc3"]
NOISE_SCHEMES = ["int8", "sme3", "trunc3"]
NOISES = [("variation", "--variation", [0.1, 0.2]),
          ("read noise", "--read-noise", [0.2])]
SEEDS = [1, 2, 3, 4, 5]
ADC_NETWORKS = ["resnet8", "resnet20"]
NOISE_NETWORKS = ["resnet8"]


def chosen(study, names):
    """Bit by bit and with all seeds, large networks take hours; small ones
    come from the project itself."""
    if study.quick:
        return list(study.networks)
    return [name for name in names
            if name in study.networks or name in study.own]


def adc_table(study):
    rows = []
    for name in chosen(study, ADC_NETWORKS):
        for bits in study.few(ADC_BITS):
            found = study.evaluate(name, ADC_SCHEMES, "--adc-bits", str(bits),
                                   images=study.images("adc"))
            rows.append([name, bits,
                         *(page.interval(found[s]) for s in ADC_SCHEMES)])
    return page.table(["network", "ADC bits", *ADC_SCHEMES], rows)


def share_right(study, name, scheme, *words):
    """In points; the table's two digits are too few for differences."""
    count = study.images("noise")
    row = study.evaluate(name, NOISE_SCHEMES, *words, images=count)[scheme]
    return 100 * round(float(row["top1_percent"]) * count / 100) / count


def drops(study, name, scheme, words):
    """Of each seed, against ideal devices."""
    ideal = share_right(study, name, scheme)
    return [share_right(study, name, scheme, *words, "--seed", str(seed))
            - ideal for seed in study.few(SEEDS)]


def seeds_cell(study, name, scheme, words):
    found = drops(study, name, scheme, words)
    return (f"{page.points(page.mean(found))} "
            f"({page.points(min(found))} to {page.points(max(found))})")


def summary(study):
    """The largest effects, scheme by scheme."""
    lines = []
    for name in chosen(study, NOISE_NETWORKS):
        for what, option, sigmas in NOISES:
            sigma = study.few(sigmas)[-1]
            found = ", ".join(
                f"{scheme} " + page.points(page.mean(
                    drops(study, name, scheme, [option, str(sigma)])))
                for scheme in NOISE_SCHEMES)
            lines.append(f"- {name}, {what} {sigma:g}: points lost against "
                         f"ideal devices, mean of {len(study.few(SEEDS))} "
                         f"seeds: {found}.")
    return lines + [""]


def noise_table(study):
    rows = []
    for name in chosen(study, NOISE_NETWORKS):
        for what, option, sigmas in NOISES:
            for sigma in study.few(sigmas):
                words = [option, str(sigma)]
                rows.append([name, f"{what} {sigma:g}",
                             *(seeds_cell(study, name, s, words)
                               for s in NOISE_SCHEMES)])
    return page.table(["network", "effect", *NOISE_SCHEMES], rows)


def section(study):
    return [
        "## Crossbars as they are", "",
        "Bit-serial, 128 x 128 arrays of 1-bit cells in differential pairs: "
        "every sum of a bit line in an input cycle passes the ADC by itself, "
        "as on the platform (a test compares the logits). Full-array reads. On "
        "a small network and few images, because every bit of every sum is "
        "computed: intervals are wide.", "",
        f"### ADC bits (first {study.images('adc'):,} test images)", "",
        "    sqz eval NETWORK --schemes " + ",".join(ADC_SCHEMES) +
        f" --images {study.images('adc')} --adc-bits B", "",
        "Difference to float in points with 95 % interval. Sums above 2^B - 1 "
        "are cut off; 8 bits hold every sum of 128 rows.", "",
        *adc_table(study),
        f"### Variation and read noise (first {study.images('noise'):,} test "
        f"images, {len(study.few(SEEDS))} seeds)", "",
        "    sqz eval NETWORK --schemes " + ",".join(NOISE_SCHEMES) +
        f" --images {study.images('noise')} --variation SIGMA --seed N", "",
        "Points against the same scheme on ideal devices: mean over the seeds "
        "(lowest to highest). Variation: a cell that is on conducts 1 + N(0, "
        "SIGMA^2), once a cell. Read noise: each conducting cell adds N(0, "
        "SIGMA^2) to every conversion. The 8-bit ADC rounds to whole cells, "
        "which swallows errors below half a cell. A row that SME shifts by s "
        "counts its analog error 2^s as much.", "",
        *noise_table(study)]
