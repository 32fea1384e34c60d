"""A small part of ONNX for torch, without python3-onnx.

Reads a float network into a module of torch operators and writes changed
weights back into a copy of the file. Only what image classifiers need: one
input, one output, batch norm folded, weights as float32 `raw_data` (as torch
exports them). ValueError says what is not so.
"""

import os
import struct

import torch
from torch import nn
from torch.nn import functional as F


def read_varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def read_fields(data, at, end):
    """Yields (field number, value): an integer, or a range of bytes."""
    while at < end:
        key, at = read_varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = read_varint(data, at)
        elif kind == 2:
            size, at = read_varint(data, at)
            value, at = range(at, at + size), at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = range(at, at + size), at + size
        yield key >> 3, value


class Message:
    """The fields of one protobuf message, by number, in order."""

    def __init__(self, data, place):
        self.data = data
        self.fields = {}
        for number, value in read_fields(data, place.start, place.stop):
            self.fields.setdefault(number, []).append(value)

    def places(self, number):
        return self.fields.get(number, [])

    def messages(self, number):
        return [Message(self.data, place) for place in self.places(number)]

    def text(self, number):
        places = self.places(number)
        if not places:
            return ""
        return self.data[places[0].start:places[0].stop].decode()

    def texts(self, number):
        return [self.data[p.start:p.stop].decode() for p in self.places(number)]

    def integers(self, number):
        """A repeated integer, packed or not."""
        values = []
        for value in self.places(number):
            if isinstance(value, int):
                values.append(value)
                continue
            at = value.start
            while at < value.stop:
                number_read, at = read_varint(self.data, at)
                values.append(number_read)
        return [v - (1 << 64) if v >> 63 else v for v in values]


class Tensor:
    """A TensorProto: its values, and where they stand in the file."""

    def __init__(self, message):
        self.shape = message.integers(1)
        self.kind = message.integers(2)[0]
        self.place = (message.places(9) or [None])[0]
        if self.kind == 1 and self.place is not None:
            raw = bytearray(
                message.data[self.place.start:self.place.stop])
            values = torch.frombuffer(raw, dtype=torch.float32) if raw \
                else torch.zeros(0)
            self.values = values.clone().reshape(self.shape)
        else:
            self.values = None


def read_attributes(node):
    """Numbers, lists of integers, texts and tensors by name."""
    attributes = {}
    for attribute in node.messages(5):
        name = attribute.text(1)
        if attribute.places(8):
            attributes[name] = attribute.integers(8)
        elif attribute.places(5):
            attributes[name] = Tensor(attribute.messages(5)[0])
        elif attribute.places(4):
            attributes[name] = attribute.text(4)
        elif attribute.places(3):
            attributes[name] = attribute.integers(3)[0]
        elif attribute.places(2):
            place = attribute.places(2)[0]
            attributes[name] = struct.unpack(
                "<f", attribute.data[place.start:place.stop])[0]
    return attributes


class Layer(nn.Module):
    """A convolution or fully connected layer. `change`, if set, maps the
    weights before they are used."""

    def __init__(self, op, attributes, weight, bias):
        super().__init__()
        self.weight = nn.Parameter(weight)
        self.bias = nn.Parameter(bias) if bias is not None else None
        self.attributes = attributes
        self.op = op
        self.change = None
        self.groups = attributes.get("group", 1)

    def current_weight(self):
        """The parameter, less what torch.nn.utils.prune masks."""
        if hasattr(self, "weight_mask"):
            return self.weight_orig * self.weight_mask
        return self.weight

    def forward(self, x):
        weight = self.weight
        if self.change is not None:
            weight = self.change(weight)
        if self.op == "Gemm":
            return F.linear(x, weight, self.bias)
        get = self.attributes.get
        top, left, bottom, right = get("pads", [0, 0, 0, 0])
        if (top, left) == (bottom, right):
            padding = (top, left)
        else:
            x, padding = F.pad(x, (left, right, top, bottom)), 0
        return F.conv2d(x, weight, self.bias, get("strides", [1, 1]), padding,
                        get("dilations", [1, 1]), self.groups)


def refuse_other_than(attributes, **expected):
    """Attributes that are there must have the one value that works here."""
    for name, value in expected.items():
        if attributes.get(name, value) != value:
            raise ValueError(f"{name} {attributes[name]} is not supported here")


def max_pool(x, attributes):
    refuse_other_than(attributes, auto_pad="NOTSET", ceil_mode=0,
                      dilations=[1, 1])
    top, left, bottom, right = attributes.get("pads", [0, 0, 0, 0])
    x = F.pad(x, (left, right, top, bottom), value=float("-inf"))
    return F.max_pool2d(x, attributes["kernel_shape"],
                        attributes.get("strides", [1, 1]))


def flatten(x, attributes):
    refuse_other_than(attributes, axis=1)
    return x.flatten(1)


def clip(values, attributes, constants):
    low = constants[0] if constants else attributes.get("min")
    high = constants[1] if len(constants) > 1 else attributes.get("max")
    return values.clamp(None if low is None else float(low),
                        None if high is None else float(high))


OPERATORS = {
    "Relu": lambda x, attributes: F.relu(x[0]),
    "Add": lambda x, attributes: x[0] + x[1],
    "Flatten": lambda x, attributes: flatten(x[0], attributes),
    "GlobalAveragePool": lambda x, attributes: x[0].mean((2, 3), True),
    "MaxPool": lambda x, attributes: max_pool(x[0], attributes),
    "Concat": lambda x, attributes: torch.cat(x, attributes["axis"]),
    "Clip": lambda x, attributes: clip(x[0], attributes, x[1:]),
    "Dropout": lambda x, attributes: x[0],
    "Identity": lambda x, attributes: x[0],
}


def constant_layer(op, attributes, tensors):
    """A Conv or Gemm node with its constant inputs as a Layer."""
    if op == "Gemm" and not attributes.get("transB"):
        raise ValueError("a Gemm without transB is not supported here")
    refuse_other_than(attributes, auto_pad="NOTSET", transA=0, alpha=1, beta=1)
    if not 1 <= len(tensors) <= 2 or any(t.values is None for t in tensors):
        raise ValueError("weights must be float32 constants in raw_data")
    values = [tensor.values for tensor in tensors]
    return Layer(op, attributes, *values, *[None] * (2 - len(values)))


# What a damaged file runs into, here or in torch.
UNREADABLE = (LookupError, TypeError, AttributeError, OverflowError,
              MemoryError, RuntimeError, UnicodeDecodeError, struct.error)


class Network(nn.Module):
    """The graph of an ONNX file. `layers` are its Conv and Gemm nodes."""

    def __init__(self, path):
        super().__init__()
        with open(path, "rb") as file:
            self.data = file.read()
        try:
            self.read_graph()
            self.classes = self.try_out()
        except UNREADABLE as error:
            raise ValueError(f"{path}: not an ONNX image classifier that this "
                             "script can read") from error
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    def read_graph(self):
        graph = Message(self.data, range(len(self.data))).messages(7)[0]
        self.tensors = {message.text(8): Tensor(message)
                        for message in graph.messages(5)}
        self.steps = []
        self.places = []  # where each layer's weight and bias stand
        self.layers = nn.ModuleList()
        for node in graph.messages(1):
            self.add_node(node)
        self.input, = (value.text(1) for value in graph.messages(11)
                       if value.text(1) not in self.tensors)
        self.output, = (value.text(1) for value in graph.messages(12))
        self.input_shape = self.read_input_shape(graph)
        starts = [place.start for places in self.places for place in places]
        if len(set(starts)) < len(starts):
            raise ValueError("layers share weights")

    @torch.no_grad()
    def try_out(self):
        """Runs one image, so that what does not fit shows here."""
        logits = self(torch.zeros(1, *self.input_shape))
        if logits.dim() != 2 or len(logits) != 1:
            raise ValueError("the output must be one row of logits an image")
        return logits.shape[1]

    def read_input_shape(self, graph):
        value, = (value for value in graph.messages(11)
                  if value.text(1) == self.input)
        shape = value.messages(2)[0].messages(1)[0].messages(2)[0]
        dims = [dim.integers(1)[0] for dim in shape.messages(1)[1:]]
        if len(dims) != 3:
            raise ValueError("the input must be images")
        return dims

    def add_node(self, node):
        op, inputs, outputs = node.text(4), node.texts(1), node.texts(2)
        attributes = read_attributes(node)
        if op == "Constant":
            self.tensors[outputs[0]] = attributes["value"]
        elif op == "Identity" and inputs[0] in self.tensors:
            self.tensors[outputs[0]] = self.tensors[inputs[0]]
        elif op in ("Conv", "Gemm"):
            tensors = [self.tensors[name] for name in inputs[1:]]
            layer = constant_layer(op, attributes, tensors)
            self.layers.append(layer)
            self.places.append([tensor.place for tensor in tensors])
            self.steps.append((lambda x, _, layer=layer: layer(x[0]), {},
                               inputs[:1], outputs[0]))
        elif op in OPERATORS:
            self.steps.append((OPERATORS[op], attributes, inputs, outputs[0]))
        else:
            raise ValueError(f"operator {op} is not supported here")

    def forward(self, x):
        values = {self.input: x}
        for function, attributes, inputs, output in self.steps:
            arguments = [values[name] if name in values
                         else self.tensors[name].values for name in inputs]
            values[output] = function(arguments, attributes)
        return values[self.output]

    def write(self, path):
        """Writes the file with the layers' weights and biases as they are."""
        data = bytearray(self.data)
        for layer, places in zip(self.layers, self.places):
            for place, values in zip(places, (layer.weight, layer.bias)):
                raw = values.detach().float().contiguous().numpy().tobytes()
                assert len(raw) == len(place)
                data[place.start:place.stop] = raw
        with open(path + ".part", "wb") as file:
            file.write(data)
        os.rename(path + ".part", path)
