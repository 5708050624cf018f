# SPDX-License-Identifier: LGPL-2.1-or-later
"""run-foreign-gdb.py - what gdb has to know of a run-foreign process.

run-foreign keeps a list of the images that it has mapped and calls an empty
function when that changes (syscall-xlate/nt/modules.c).  Here each becomes an
add-symbol-file, so that breakpoints in it can be set, before the start as well.

Frames: 64-bit foreign code is unwound by its .pdata, which every function but a
leaf has, 32-bit code by its chain of ebp.  The gate, where a thread changes from
one stack to the other, has unwind information of its own (direct-asm.h).

Signals that the foreign program is meant to see, or that run-foreign uses among
its own threads, pass without a word.  What ends the program stops it here.
"""
import gdb
import os
import struct

from gdb.unwinder import Unwinder

SIGNALS = "SIGSEGV SIGBUS SIGILL SIGFPE SIGSYS SIG40"
LAYOUT = 1  # nt_gdb_layout[0]
NAMES = "next base size bits fd".split()
X64 = "rax rcx rdx rbx rsp rbp rsi rdi r8 r9 r10 r11 r12 r13 r14 r15".split()
KEPT = "rbx rbp rsi rdi r12 r13 r14 r15".split()
PE64 = 0x20b


def symbol(name):
    """The address of a symbol of run-foreign, or None."""
    try:
        return int(gdb.parse_and_eval("(unsigned long)&" + name))
    except gdb.error:
        return None


def read(at, size):
    return bytes(gdb.selected_inferior().read_memory(at, size))


def word(at, size=8):
    return int.from_bytes(read(at, size), "little")


class Module:
    """An image in memory, and its file."""

    def __init__(self, base, size, bits, fd):
        self.base, self.size, self.bits, self.fd = base, size, bits, fd
        self.path = None
        self.pdata = None

    def key(self):
        return self.base, self.size, self.fd

    def find_file(self):
        """Its descriptor, as long as it is mapped, leads there."""
        pid = gdb.selected_inferior().pid
        try:
            self.path = os.readlink("/proc/%d/fd/%d" % (pid, self.fd))
            with open(self.path, "rb") as f:
                f.seek(0x3c)
                f.seek(int.from_bytes(f.read(4), "little"))
                head = f.read(56)
        except OSError:
            head = b""
        if head[:4] != b"PE\0\0" or len(head) < 56:
            self.path = None
            return None
        wide = struct.unpack_from("<H", head, 24)[0] == PE64
        return struct.unpack_from("<Q" if wide else "<I", head,
                                  48 if wide else 52)[0]

    def functions(self):
        """(begin, end, unwind information) of each function, sorted."""
        if self.pdata is not None:
            return self.pdata
        self.pdata = []
        try:
            nt = self.base + word(self.base + 0x3c, 4)
            if word(nt + 24, 2) == PE64:
                at, size = struct.unpack("<II", read(nt + 24 + 136, 8))
                size = min(size, self.size)
                self.pdata = list(struct.iter_unpack(
                    "<III", read(self.base + at, size // 12 * 12)))
        except gdb.MemoryError:
            pass
        return self.pdata

    def function(self, rva):
        table, low = self.functions(), 0
        high = len(table)
        while low < high:
            mid = (low + high) // 2
            if rva < table[mid][0]:
                high = mid
            elif rva >= table[mid][1]:
                low = mid + 1
            else:
                return table[mid]
        return None


class Process:
    """What is known of the inferior: its modules."""

    def __init__(self):
        self.forget()

    def forget(self):
        self.modules = {}
        self.layout = None

    def ready(self):
        """False: no run-foreign, or another version of it."""
        if self.layout is not None:
            return True
        at = symbol("nt_gdb_layout")
        try:
            if at is None or word(at, 4) != LAYOUT:
                return False
            values = struct.unpack("<%dI" % len(NAMES),
                                   read(at + 4, 4 * len(NAMES)))
        except gdb.MemoryError:
            return False
        self.layout = dict(zip(NAMES, values))
        return True

    def listed(self):
        """The modules that the process has noted down."""
        at = word(symbol("nt_modules"))
        while at:
            m = Module(word(at + self.layout["base"]),
                       word(at + self.layout["size"]),
                       word(at + self.layout["bits"], 4),
                       word(at + self.layout["fd"], 4))
            yield m
            at = word(at + self.layout["next"])

    def sync(self):
        """Symbols of what has come, none of what has gone."""
        if not self.ready():
            return
        try:
            now = {m.key(): m for m in self.listed()}
        except gdb.MemoryError:
            return
        for key in [k for k in self.modules if k not in now]:
            m = self.modules.pop(key)
            if m.path:
                quietly("remove-symbol-file -a %#x" % (m.base + 0x1000))
        for key, m in now.items():
            if key in self.modules:
                continue
            self.modules[key] = m
            preferred = m.find_file()
            if preferred is not None:
                quietly('add-symbol-file "%s" -o %#x' %
                        (m.path, (m.base - preferred) & (2 ** 64 - 1)))

    def module_at(self, pc):
        for m in self.modules.values():
            if m.base <= pc < m.base + m.size:
                return m
        return None


process = Process()


def quietly(command):
    try:
        gdb.execute(command, to_string=True)
    except gdb.error:
        pass  # a file without symbols, say


# ---- frames ----------------------------------------------------------------


class FrameId:
    def __init__(self, sp, pc):
        self.sp, self.pc = gdb.Value(sp), gdb.Value(pc)


class Registers:
    """A frame's, to be turned into its caller's."""

    def __init__(self, pending):
        self.pending = pending
        self.value = dict.fromkeys(X64, 0)
        for n in KEPT + ["rip", "rsp"]:
            try:
                self[n] = int(pending.read_register(n))
            except gdb.error:
                pass  # lost on the way here
        self.entry = self.value["rip"]

    def __getitem__(self, name):
        return self.value[name]

    def __setitem__(self, name, value):
        self.value[name] = value & (2 ** 64 - 1)

    def pop(self, size=8):
        v = word(self["rsp"], size)
        self["rsp"] += size
        return v

    def caller(self):
        """The unwind information, once all is as the caller had it."""
        info = self.pending.create_unwind_info(
            FrameId(self["rsp"], self.entry))
        kind = gdb.selected_inferior().architecture().integer_type(64)
        for n in KEPT + ["rip", "rsp"]:
            v = self[n]
            info.add_saved_register(
                n, gdb.Value(v - 2 ** 64 if v >> 63 else v).cast(kind))
        return info


def signed(code):
    return int.from_bytes(code, "little", signed=True)


def ends_function(code, at, function):
    """Code that leaves the function (begin, end), as an epilogue's last."""
    begin, end = function
    if code[0] in (0xc3, 0xc2) or code[:2] in (b"\xf3\xc3", b"\xf2\xc3"):
        return True
    if code[:2] == b"\xff\x25" or \
            code[0] in (0x48, 0x49) and code[1] == 0xff and \
            code[2] & 0x38 == 0x20:  # jmp *x(%rip); rex.w jmp
        return True
    if code[0] == 0xeb:
        target = at + 2 + signed(code[1:2])
    elif code[0] == 0xe9:
        target = at + 5 + signed(code[1:5])
    else:
        return False
    return not begin < target < end


def undo_epilogue(regs, frame_reg, function):
    """In the middle of an epilogue: what is left of it.  True: it was one."""
    at, sp = regs["rip"], regs["rsp"]
    # There need not be anything behind the function.
    code = read(at, min(48, function[1] - at)) + bytes(48)
    i, value = 0, dict(regs.value)
    if code[:3] == b"\x48\x83\xc4":  # add $n,%rsp
        sp, i = sp + signed(code[3:4]), 4
    elif code[:3] == b"\x48\x81\xc4":
        sp, i = sp + signed(code[3:7]), 7
    elif frame_reg and code[0] & 0xfe == 0x48 and code[1] == 0x8d and \
            code[2] & 0x38 == 0x20 and \
            code[2] & 7 | (code[0] & 1) << 3 == frame_reg:
        # lea n(frame),%rsp
        size = {1: 1, 2: 4}.get(code[2] >> 6)
        if not size:
            return False
        sp, i = regs[X64[frame_reg]] + signed(code[3:3 + size]), 3 + size
    while True:
        wide = code[i] == 0x41
        op = code[i + wide]
        if not 0x58 <= op <= 0x5f:
            break
        value[X64[op - 0x58 + 8 * wide]] = word(sp)
        sp, i = sp + 8, i + 1 + wide
    if not ends_function(code[i:], at + i, function):
        return False
    regs.value.update(value)
    regs["rsp"] = sp
    regs["rip"] = regs.pop()
    return True


def undo_codes(regs, info, codes, frame_reg, frame_off, done):
    """The prologue's steps, as far as they have been made."""
    frame = regs["rsp"]
    far = [i for i, c in enumerate(codes) if c >> 8 & 15 == 3]
    if frame_reg and (done is None or
                      any(done >= codes[i] & 0xff for i in far)):
        frame = regs[X64[frame_reg]] - frame_off * 16
    i = 0
    while i < len(codes):
        c = codes[i]
        op, arg, made = c >> 8 & 15, c >> 12, \
            done is None or done >= c & 0xff
        near = codes[i + 1] if i + 1 < len(codes) else 0
        long_ = near | codes[i + 2] << 16 if i + 2 < len(codes) else 0
        i += {0: 1, 1: 3 if arg else 2, 2: 1, 3: 1, 4: 2, 5: 3, 6: 2, 7: 3,
              8: 2, 9: 3, 10: 1}.get(op, 1)
        if not made:
            continue
        if op == 0:
            regs[X64[arg]] = regs.pop()
        elif op == 1:
            regs["rsp"] += long_ if arg else near * 8
        elif op == 2:
            regs["rsp"] += arg * 8 + 8
        elif op == 3:
            regs["rsp"] = frame
        elif op == 4:
            regs[X64[arg]] = word(frame + near * 8)
        elif op == 5:
            regs[X64[arg]] = word(frame + long_)
        elif op == 10:
            at = regs["rsp"] + (8 if arg else 0)
            regs["rip"], regs["rsp"] = word(at), word(at + 24)
            return True
    return False


def unwind64(regs, m):
    rva = regs["rip"] - m.base
    f = m.function(rva)
    if not f:  # a leaf
        regs["rip"] = regs.pop()
        return
    begin, end, info = f
    done = rva - begin
    first = True
    for _ in range(32):  # links of a chain, which might be damaged
        head = read(m.base + info, 4)
        codes = struct.unpack("<%dH" % head[2],
                              read(m.base + info + 4, 2 * head[2]))
        if first and (done >= head[1] or head[0] >> 3 & 4) and \
                undo_epilogue(regs, head[3] & 15,
                              (m.base + begin, m.base + end)):
            return
        if undo_codes(regs, info, codes, head[3] & 15, head[3] >> 4,
                      done if first else None):
            return
        if not head[0] >> 3 & 4:
            break
        chained = info + 4 + 2 * (head[2] + 1 & ~1)
        info = word(m.base + chained + 8, 4)
        first = False
    regs["rip"] = regs.pop()


def unwind32(regs):
    """The function's first instructions, its last one, or in between."""
    pc = regs["rip"]
    for n in X64:
        regs[n] &= 2 ** 32 - 1
    code, before = read(pc, 3), read(pc - 1, 1)
    if code[0] == 0xc3 or code[0] == 0xc2 or code[:1] == b"\x55":
        regs["rip"] = regs.pop(4)
    elif before == b"\x55" and code[:2] in (b"\x89\xe5", b"\x8b\xec"):
        regs["rbp"] = regs.pop(4)
        regs["rip"] = regs.pop(4)
    else:
        regs["rsp"] = regs["rbp"]
        regs["rbp"] = regs.pop(4)
        regs["rip"] = regs.pop(4)


class Foreign(Unwinder):
    """Frames of Windows code."""

    def __init__(self):
        super().__init__("run-foreign modules")

    def __call__(self, pending):
        m = process.module_at(int(pending.read_register("rip")) &
                              (2 ** 64 - 1))
        if not m:
            return None
        regs = Registers(pending)
        before = regs["rsp"]
        try:
            if m.bits == 32:
                unwind32(regs)
            else:
                unwind64(regs, m)
        except gdb.MemoryError:
            return None
        if regs["rsp"] <= before:
            return None
        return regs.caller()


# ---- stops -----------------------------------------------------------------


class Changed(gdb.Breakpoint):
    """A module has come or gone: look, and go on."""

    def __init__(self):
        super().__init__("nt_modules_changed", internal=True)
        self.silent = True

    def stop(self):
        process.sync()
        return False


class Fatal(gdb.Breakpoint):
    """Nobody has handled an exception: the program is about to end."""

    def __init__(self):
        super().__init__("exception_fatal", internal=True)
        self.silent = True

    def stop(self):
        print("The program is about to end: nobody has handled its exception.")
        return True


installed = []


def install():
    """Once run-foreign's own symbols are there."""
    if installed or symbol("nt_modules_changed") is None:
        return
    installed.append(True)
    gdb.unwinder.register_unwinder(None, Foreign())
    for kind in (Changed, Fatal):
        installed.append(kind())


def prepare():
    ask = gdb.parameter("confirm")
    quietly("set confirm off")
    # SIGTRAP stays gdb's: it would hand on its own breakpoints' as well.
    quietly("handle %s nostop noprint pass" % SIGNALS)
    quietly("set confirm %s" % ("on" if ask else "off"))
    # Else gdb steps over a breakpoint in a copy of the instruction, which it puts
    # where 32-bit code cannot go.
    quietly("set displaced-stepping off")
    # Most are in modules that come later.
    quietly("set breakpoint pending on")


def on_objfile(event):
    """run-foreign itself, or something attached to."""
    install()
    if installed and gdb.selected_inferior().pid and not process.modules:
        process.sync()


def on_exit(event):
    for m in list(process.modules.values()):
        if m.path:
            quietly("remove-symbol-file -a %#x" % (m.base + 0x1000))
    process.forget()


prepare()
gdb.events.new_objfile.connect(on_objfile)
gdb.events.exited.connect(on_exit)
install()
