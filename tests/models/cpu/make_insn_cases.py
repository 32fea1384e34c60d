#!/usr/bin/env python3
"""Writes insn_cases.inc: what instructions must do, independent of our C code.

Results come from Python's unbounded integers by the text of the RISC-V
specification; instruction words come from the GNU assembler. Run it again
(make_insn_cases.py > insn_cases.inc) when rows are added.
"""

import os
import subprocess
import tempfile

GCC = "riscv64-unknown-elf-gcc"
OBJCOPY = "riscv64-unknown-elf-objcopy"
M64 = (1 << 64) - 1
M32 = (1 << 32) - 1


def signed(v, bits):
    v &= (1 << bits) - 1
    return v - (1 << bits) if v >> (bits - 1) else v


def s64(v):
    return signed(v, 64)


def s32(v):
    return signed(v, 32)


def word(v):
    """Result of a *W instruction: 32 bits, sign-extended."""
    return s32(v) & M64


def truncate(a, b):
    """Division that rounds toward zero."""
    q = abs(a) // abs(b)
    return q if (a < 0) == (b < 0) else -q


def div(a, b, bits):
    a, b = signed(a, bits), signed(b, bits)
    return -1 if b == 0 else truncate(a, b)


def rem(a, b, bits):
    a, b = signed(a, bits), signed(b, bits)
    return a if b == 0 else a - b * truncate(a, b)


REGISTER = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "sll": lambda a, b: a << (b & 63),
    "slt": lambda a, b: s64(a) < s64(b),
    "sltu": lambda a, b: a < b,
    "xor": lambda a, b: a ^ b,
    "srl": lambda a, b: a >> (b & 63),
    "sra": lambda a, b: s64(a) >> (b & 63),
    "or": lambda a, b: a | b,
    "and": lambda a, b: a & b,
    "addw": lambda a, b: word(a + b),
    "subw": lambda a, b: word(a - b),
    "sllw": lambda a, b: word((a & M32) << (b & 31)),
    "srlw": lambda a, b: word((a & M32) >> (b & 31)),
    "sraw": lambda a, b: word(s32(a) >> (b & 31)),
    "mul": lambda a, b: a * b,
    "mulh": lambda a, b: s64(a) * s64(b) >> 64,
    "mulhsu": lambda a, b: s64(a) * b >> 64,
    "mulhu": lambda a, b: a * b >> 64,
    "mulw": lambda a, b: word(a * b),
    "div": lambda a, b: div(a, b, 64),
    "divu": lambda a, b: M64 if b == 0 else a // b,
    "rem": lambda a, b: rem(a, b, 64),
    "remu": lambda a, b: a if b == 0 else a % b,
    "divw": lambda a, b: word(div(a, b, 32)),
    "divuw": lambda a, b: word(M32 if b & M32 == 0 else (a & M32) // (b & M32)),
    "remw": lambda a, b: word(rem(a, b, 32)),
    "remuw": lambda a, b: word(a if b & M32 == 0 else (a & M32) % (b & M32)),
}

IMMEDIATE = {
    "addi": lambda a, i: a + i,
    "slti": lambda a, i: s64(a) < i,
    "sltiu": lambda a, i: a < (i & M64),
    "xori": lambda a, i: a ^ (i & M64),
    "ori": lambda a, i: a | (i & M64),
    "andi": lambda a, i: a & (i & M64),
    "addiw": lambda a, i: word(a + i),
}

SHIFT64 = {
    "slli": lambda a, i: a << i,
    "srli": lambda a, i: a >> i,
    "srai": lambda a, i: s64(a) >> i,
}

SHIFT32 = {
    "slliw": lambda a, i: word((a & M32) << i),
    "srliw": lambda a, i: word((a & M32) >> i),
    "sraiw": lambda a, i: word(s32(a) >> i),
}

BRANCH = {
    "beq": lambda a, b: a == b,
    "bne": lambda a, b: a != b,
    "blt": lambda a, b: s64(a) < s64(b),
    "bge": lambda a, b: s64(a) >= s64(b),
    "bltu": lambda a, b: a < b,
    "bgeu": lambda a, b: a >= b,
}

LOAD = {
    "lb": (1, True), "lh": (2, True), "lw": (4, True), "ld": (8, True),
    "lbu": (1, False), "lhu": (2, False), "lwu": (4, False),
}

AMO = {
    "amoswap": lambda m, r, bits: r,
    "amoadd": lambda m, r, bits: m + r,
    "amoxor": lambda m, r, bits: m ^ r,
    "amoand": lambda m, r, bits: m & r,
    "amoor": lambda m, r, bits: m | r,
    "amomin": lambda m, r, bits: min(signed(m, bits), signed(r, bits)),
    "amomax": lambda m, r, bits: max(signed(m, bits), signed(r, bits)),
    "amominu": lambda m, r, bits: min(m & (1 << bits) - 1, r & (1 << bits) - 1),
    "amomaxu": lambda m, r, bits: max(m & (1 << bits) - 1, r & (1 << bits) - 1),
}

# Compressed instruction and the one it stands for.
COMPRESSED = [
    ("c.addi4spn x8, x2, 4", "addi x8, x2, 4"),
    ("c.addi4spn x15, x2, 1020", "addi x15, x2, 1020"),
    ("c.lw x9, 0(x10)", "lw x9, 0(x10)"),
    ("c.lw x9, 124(x10)", "lw x9, 124(x10)"),
    ("c.lw x15, 64(x8)", "lw x15, 64(x8)"),
    ("c.ld x8, 248(x15)", "ld x8, 248(x15)"),
    ("c.ld x8, 64(x15)", "ld x8, 64(x15)"),
    ("c.sw x9, 4(x10)", "sw x9, 4(x10)"),
    ("c.sw x9, 120(x10)", "sw x9, 120(x10)"),
    ("c.sd x8, 8(x15)", "sd x8, 8(x15)"),
    ("c.sd x8, 192(x15)", "sd x8, 192(x15)"),
    ("c.nop", "addi x0, x0, 0"),
    ("c.addi x5, -32", "addi x5, x5, -32"),
    ("c.addi x31, 31", "addi x31, x31, 31"),
    ("c.addiw x5, -1", "addiw x5, x5, -1"),
    ("c.addiw x5, 0", "addiw x5, x5, 0"),
    ("c.li x7, -32", "addi x7, x0, -32"),
    ("c.li x7, 31", "addi x7, x0, 31"),
    ("c.addi16sp x2, -512", "addi x2, x2, -512"),
    ("c.addi16sp x2, 496", "addi x2, x2, 496"),
    ("c.addi16sp x2, 16", "addi x2, x2, 16"),
    ("c.lui x5, 1", "lui x5, 1"),
    ("c.lui x5, 31", "lui x5, 31"),
    ("c.lui x5, 0xfffe0", "lui x5, 0xfffe0"),
    ("c.srli x8, 1", "srli x8, x8, 1"),
    ("c.srli x8, 63", "srli x8, x8, 63"),
    ("c.srai x15, 32", "srai x15, x15, 32"),
    ("c.andi x9, -1", "andi x9, x9, -1"),
    ("c.andi x9, 16", "andi x9, x9, 16"),
    ("c.sub x8, x15", "sub x8, x8, x15"),
    ("c.xor x8, x15", "xor x8, x8, x15"),
    ("c.or x8, x15", "or x8, x8, x15"),
    ("c.and x8, x15", "and x8, x8, x15"),
    ("c.subw x8, x15", "subw x8, x8, x15"),
    ("c.addw x8, x15", "addw x8, x8, x15"),
    ("c.j .+2046", "jal x0, .+2046"),
    ("c.j .-2048", "jal x0, .-2048"),
    ("c.j .+682", "jal x0, .+682"),
    ("c.beqz x8, .+254", "beq x8, x0, .+254"),
    ("c.beqz x8, .-256", "beq x8, x0, .-256"),
    ("c.bnez x15, .+86", "bne x15, x0, .+86"),
    ("c.slli x1, 63", "slli x1, x1, 63"),
    ("c.lwsp x1, 252(x2)", "lw x1, 252(x2)"),
    ("c.lwsp x31, 4(x2)", "lw x31, 4(x2)"),
    ("c.ldsp x1, 504(x2)", "ld x1, 504(x2)"),
    ("c.ldsp x1, 8(x2)", "ld x1, 8(x2)"),
    ("c.swsp x31, 252(x2)", "sw x31, 252(x2)"),
    ("c.swsp x0, 8(x2)", "sw x0, 8(x2)"),
    ("c.sdsp x31, 504(x2)", "sd x31, 504(x2)"),
    ("c.sdsp x5, 64(x2)", "sd x5, 64(x2)"),
    ("c.jr x1", "jalr x0, 0(x1)"),
    ("c.jalr x31", "jalr x1, 0(x31)"),
    ("c.mv x5, x31", "add x5, x0, x31"),
    ("c.add x5, x31", "add x5, x5, x31"),
    ("c.ebreak", "ebreak"),
]

PAIRS = [
    (0, 0), (1, M64), (M64, 1), (M64, M64), (1 << 63, M64), (1 << 63, 0),
    ((1 << 63) - 1, 2), (0x80000000, M64), (0xFFFFFFFF80000000, M64),
    (0x7FFFFFFF, 1), (0x0123456789ABCDEF, 0xFEDCBA9876543210),
    (0x8899AABBCCDDEEFF, 33), (7, M64 - 2), (M64 - 6, 3), (1 << 63, 63),
    (0xFFFFFFFF00000000, 0xFFFFFFFF00000000),
]
SINGLES = [0, 1, M64, 1 << 63, 0x7FFFFFFF, 0x80000000, 0x8899AABBCCDDEEFF]
IMMEDIATES = [0, -1, 2047, -2048]
MEMORY = 0xF1E2D3C4B5A69788


def assemble(lines):
    """The words of a list of instructions, each padded to 4 bytes."""
    text = ".option norelax\n"
    for line in lines:
        rvc = "rvc" if line.startswith("c.") else "norvc"
        text += f".option {rvc}\n{line}\n"
        if rvc == "rvc":
            text += ".half 0\n"
    with tempfile.TemporaryDirectory() as folder:
        source, obj, out = (os.path.join(folder, n) for n in ("a.s", "a.o", "a.bin"))
        with open(source, "w", encoding="ascii") as f:
            f.write(text)
        subprocess.run([GCC, "-march=rv64imac_zicsr", "-mabi=lp64", "-c", source,
                        "-o", obj], check=True)
        subprocess.run([OBJCOPY, "-O", "binary", obj, out], check=True)
        with open(out, "rb") as f:
            data = f.read()
    words = [int.from_bytes(data[k:k + 4], "little") for k in range(0, len(data), 4)]
    assert len(words) == len(lines)
    return words


def print_table(head, rows, encode):
    """rows: (assembly, fields...); encode says where the word goes."""
    print(f"{head} = {{")
    for row, bits in zip(rows, assemble([r[0] for r in rows])):
        print("\t{ " + encode(row, bits) + " },")
    print("};\n")


def computations():
    for name, f in REGISTER.items():
        for a, b in PAIRS:
            yield f"{name} x7, x5, x6", a, b, f(a, b)
    for name, f in IMMEDIATE.items():
        for a in SINGLES:
            for i in IMMEDIATES:
                yield f"{name} x7, x5, {i}", a, 0, f(a, i)
    for table, amounts in ((SHIFT64, (0, 1, 31, 32, 63)), (SHIFT32, (0, 1, 31))):
        for name, f in table.items():
            for a in SINGLES:
                for i in amounts:
                    yield f"{name} x7, x5, {i}", a, 0, f(a, i)
    for i in (0, 1, 0x7FFFF, 0x80000, 0xFFFFF):
        yield f"lui x7, {i}", 0, 0, s32(i << 12)
    yield "add x0, x5, x6", 3, 4, 0
    yield "add x7, x0, x6", 3, 4, 4


def loads():
    for name, (size, sign) in LOAD.items():
        for offset in (0, 1, 3, 7 if size == 1 else 0):
            raw = MEMORY >> (8 * offset) & (1 << 8 * size) - 1
            value = signed(raw, 8 * size) & M64 if sign else raw
            yield f"{name} x7, {offset - 8}(x5)", offset, value


def atomics():
    for name, f in AMO.items():
        for suffix, bits in (("w", 32), ("d", 64)):
            for m, r in PAIRS[1:12]:
                mask = (1 << bits) - 1
                new = m & ~mask & M64 | f(m & mask, r & mask, bits) & mask
                old = signed(m, bits) & M64
                yield f"{name}.{suffix} x7, x6, (x5)", m, r, old, new


def main():
    print("/* Written by make_insn_cases.py. */\n")
    print_table("static const struct computation computations[]",
                list(computations()),
                lambda r, bits: f'"{r[0]}", 0x{bits:08x}, 0x{r[1]:x}u, '
                                f"0x{r[2]:x}u, 0x{int(r[3]) & M64:x}u")
    print_table("static const struct branch branches[]",
                [(f"{n} x5, x6, .+16", a, b, f(a, b)) for n, f in BRANCH.items()
                 for a, b in PAIRS],
                lambda r, bits: f'"{r[0]}", 0x{bits:08x}, 0x{r[1]:x}u, '
                                f"0x{r[2]:x}u, {int(r[3])}")
    # A load of size bytes at an offset may reach beyond the 8 known bytes;
    # those are zero.
    print_table("static const struct load loads[]", list(loads()),
                lambda r, bits: f'"{r[0]}", 0x{bits:08x}, 0x{r[2]:x}u')
    print_table("static const struct atomic atomics[]", list(atomics()),
                lambda r, bits: f'"{r[0]}", 0x{bits:08x}, 0x{r[1]:x}u, '
                                f"0x{r[2]:x}u, 0x{r[3]:x}u, 0x{r[4]:x}u")
    words = assemble([c for _, c in COMPRESSED])
    rows = [(short, full, w) for (short, full), w in zip(COMPRESSED, words)]
    print_table("static const struct compressed compressed[]", rows,
                lambda r, bits: f'"{r[0]}", 0x{bits:04x}, 0x{r[2]:08x}')


if __name__ == "__main__":
    main()
