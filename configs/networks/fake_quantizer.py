"""The mapper's weight quantizer for torch, code for code.

mapper/quantizer.c and mapper/squeeze.c in the same doubles and the same order
of additions, so that a network is trained with the very weights that `sqz map`
will store (tests/configs/networks/compare_mapper.py compares them). Gradients
pass it unchanged: the straight-through estimator.
"""

import re

import torch

ARRAY_COLUMNS = 128
UNIT_STEPS, UNIT_LOW = 50, 0.5  # SEARCH_STEPS, SEARCH_LOW
MAX_PLANES, MAX_SQUEEZE = 15, 3


def plain_magnitudes(planes):
    return torch.arange(1 << planes)


def sme_magnitudes(planes, window):
    """Those whose ones lie within `window` neighbouring bits."""
    return torch.tensor([v for v in range(1 << planes)
                         if v == 0 or v // (v & -v) >> window == 0])


class Scheme:
    """intN, smeX, smeN,S[,X] or truncX, as `sqz eval` reads them."""

    def __init__(self, text):
        self.squeeze = self.truncate = 0
        word, numbers = self.split(text)
        self.planes, window = 8, None
        if word == "int" and len(numbers) == 1:
            self.planes = numbers[0] - 1
        elif word == "trunc" and len(numbers) == 1:
            self.truncate = numbers[0]
        elif word == "sme" and 1 <= len(numbers) <= 3:
            if len(numbers) == 1:
                numbers = [8, 3] + numbers
            self.planes, window, self.squeeze = (numbers + [0])[:3]
        else:
            raise ValueError(f"scheme {text}: must be float, intN, smeX, "
                             "smeN,S, smeN,S,X or truncX")
        if not (1 <= self.planes <= MAX_PLANES and self.truncate < self.planes
                and self.squeeze <= min(MAX_SQUEEZE, self.planes - 1)
                and (window is None or 1 <= window <= self.planes)):
            raise ValueError(f"scheme {text}: a number is out of range")
        self.set_codes(plain_magnitudes(self.planes) if window is None
                       else sme_magnitudes(self.planes, window))

    @staticmethod
    def split(text):
        match = re.fullmatch(r"([a-z]+)(\d{1,2}(?:,\d{1,2})*)", text)
        if not match:
            return text, []
        return match[1], [int(number) for number in match[2].split(",")]

    def set_codes(self, codes):
        self.top = int(codes[-1])
        # nearest[i]: code of all of i / 2 .. (i + 1) / 2, ties to the larger
        halves = torch.arange(2 * self.top + 1)
        limits = (codes[1:] + codes[:-1]).contiguous()
        self.nearest = codes[torch.bucketize(halves, limits, right=True)]
        self.nearest = self.nearest.double()

    def round(self, values):
        place = values.abs().mul_(2).clamp_(max=2 * self.top).long()
        return self.nearest[place].copysign_(values)

    def units(self, rows):
        """The unit of each row (output channel) with the least error."""
        rows = rows.double()
        widest = rows.abs().amax(1, keepdim=True) / self.top
        # A row of zeros: any unit does.
        widest = torch.where(widest > 0, widest, torch.ones_like(widest))
        best, least = widest, self.error(rows, widest)
        for step in range(1, UNIT_STEPS + 1):
            unit = widest * (1 - (1 - UNIT_LOW) * step / UNIT_STEPS)
            error = self.error(rows, unit)
            best = torch.where(error < least, unit, best)
            least = torch.minimum(error, least)
        return best

    def error(self, rows, unit):
        values = rows / unit
        miss = values.sub_(self.round(values)).square_()
        # One after the other, as C adds: a last bit may decide.
        return miss.cumsum(1)[:, -1:] * unit * unit

    def codes(self, rows, units, groups=1):
        """Stored codes of the weights [output channels][rows of a group]."""
        codes = self.round(rows.double() / units)
        if self.truncate:
            step = 1 << self.truncate
            codes = (codes / step).trunc_().mul_(step)
        if self.squeeze:
            codes = self.squeeze_codes(codes, groups)
        return codes

    def squeeze_codes(self, codes, groups):
        """A shift for each row of the matrix within one crossbar, that is over
        at most ARRAY_COLUMNS output channels of one group."""
        kept = self.planes - self.squeeze
        parts = []
        by_group = codes.reshape(groups, codes.shape[0] // groups, -1)
        for part in by_group.split(ARRAY_COLUMNS, dim=1):
            most = part.abs().amax(1, keepdim=True)
            # frexp's exponent of a whole number is its bit length
            shift = (torch.frexp(most)[1] - kept).clamp_(min=0)
            step = torch.ldexp(torch.ones_like(most), shift)
            small = part.abs().add_((step / 2).floor_()).div_(step).floor_()
            small.clamp_(max=(1 << kept) - 1).mul_(step)
            parts.append(small.copysign_(part))
        return torch.cat(parts, 1).reshape(codes.shape)


class StraightThrough(torch.autograd.Function):
    """Other values forward, the same gradient back."""

    @staticmethod
    def forward(_, weight, stored):
        return stored

    @staticmethod
    def backward(_, gradient):
        return gradient, None


class FakeQuantizer:
    """What a layer does to its weights before it uses them."""

    def __init__(self, scheme, groups):
        self.scheme = scheme
        self.groups = groups
        self.units = None

    def search(self, weight):
        self.units = self.scheme.units(weight.detach().flatten(1))

    def __call__(self, weight):
        rows = weight.detach().flatten(1)
        codes = self.scheme.codes(rows, self.units, self.groups)
        stored = codes.mul_(self.units).float().reshape(weight.shape)
        return StraightThrough.apply(weight, stored)
