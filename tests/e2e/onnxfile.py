"""Small ONNX files for the end-to-end tests, written and taken apart by hand.

Numbers of fields are those of onnx.proto.
"""

import struct

FLOAT, INT64 = 1, 7  # types of tensors
INT, INTS = 2, 7     # types of attributes


def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def block(field, *parts):
    data = b"".join(part.encode() if isinstance(part, str) else part
                    for part in parts)
    return varint(field << 3 | 2) + varint(len(data)) + data


def tensor(name, dims, values):
    """float32; values may be bytes."""
    if not isinstance(values, bytes):
        values = struct.pack(f"<{len(values)}f", *values)
    return b"".join([*(number(1, dim) for dim in dims), number(2, FLOAT),
                     block(8, name), block(9, values)])


def integers_tensor(name, values):
    """A list of int64."""
    return b"".join([number(1, len(values)), number(2, INT64),
                     *(number(7, one) for one in values), block(8, name)])


def attribute(name, value):
    """An integer, or a list of integers."""
    if isinstance(value, int):
        return block(1, name) + number(3, value) + number(20, INT)
    return block(1, name) + b"".join(number(8, v) for v in value) + \
        number(20, INTS)


def node(operator, inputs, output, **attributes):
    """Named after its output."""
    return b"".join([*(block(1, name) for name in inputs), block(2, output),
                     block(3, output), block(4, operator),
                     *(block(5, attribute(*one))
                       for one in attributes.items())])


def value(name, dims):
    shape = b"".join(block(1, number(1, dim)) for dim in dims)
    return block(1, name) + block(2, block(1, number(1, FLOAT),
                                           block(2, shape)))


def model(nodes, tensors, dims, output, opset=13):
    """A model with input "x" of these dimensions."""
    graph = [*(block(1, one) for one in nodes), block(2, "test"),
             *(block(5, one) for one in tensors), block(11, value("x", dims)),
             block(12, block(1, output))]
    return number(1, 8) + block(7, *graph) + block(8, number(2, opset))


def read_varint(data, at):
    shift = result = 0
    while True:
        byte = data[at]
        at += 1
        result |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return result, at


def fields(data):
    """Yields (field, integer or bytes) of a message."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        if key & 7 == 0:
            one, at = read_varint(data, at)
        else:
            size = {1: 8, 5: 4}.get(key & 7)
            if size is None:
                size, at = read_varint(data, at)
            one, at = data[at:at + size], at + size
        yield key >> 3, one


def integers(parts, field):
    """A repeated integer, packed or not."""
    out = []
    for key, one in parts:
        if key == field and isinstance(one, int):
            out.append(one)
        at = 0
        while key == field and not isinstance(one, int) and at < len(one):
            number_read, at = read_varint(one, at)
            out.append(number_read)
    return out


def weights(data):
    """Yields (dims, bytes) of the float tensors of a file, in its order."""
    for field, graph in fields(data):
        for inner, content in fields(graph) if field == 7 else ():
            parts = list(fields(content)) if inner == 5 else []
            raw = [one for key, one in parts if key == 9]
            if raw and (2, FLOAT) in parts:
                yield integers(parts, 1), bytes(raw[0])
