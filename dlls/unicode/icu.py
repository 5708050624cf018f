# SPDX-License-Identifier: LGPL-2.1-or-later
"""ICU's C functions, whose names end in its version, for the scripts beside this."""
import ctypes
import ctypes.util

P = ctypes.c_void_p
I = ctypes.c_int


def _library():
    lib = ctypes.CDLL(ctypes.util.find_library("icui18n"))
    for ver in range(90, 50, -1):
        if hasattr(lib, "ucol_open_%d" % ver):
            return lib, "_%d" % ver
    raise SystemExit("no ICU")


LIB, SUFFIX = _library()


def fn(name, restype, argtypes):
    f = getattr(LIB, name + SUFFIX)
    f.restype, f.argtypes = restype, argtypes
    return f
