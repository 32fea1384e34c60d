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


def top1(study, name, scheme, *words):
    row = study.evaluate(name, NOISE_SCHEMES, *words,
                         images=study.images("noise"))[scheme]
    return float(row["top1_percent"])


def seeds_cell(study, name, scheme, words):
    """Mean over the seeds, and their range, against ideal devices."""
    ideal = top1(study, name, scheme)
    drops = [top1(study, name, scheme, *words, "--seed", str(seed)) - ideal
             for seed in study.few(SEEDS)]
    return (f"{page.points(page.mean(drops))} "
            f"({page.points(min(drops))} to {page.points(max(drops))})")


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
        "as on the platform (a test compares the logits). Full-array reads.",
        "",
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
