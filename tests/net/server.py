# SPDX-License-Identifier: LGPL-2.1-or-later
"""server.py - a name server for tests/net/run: a few fixed names, on port 53.

Answers over UDP that are longer than 400 bytes are cut short, so that the
question comes again over TCP.  The name "hostile.test" gets, before the right
answer, ones with another number, another question and a pointer to itself.
"""
import socket
import struct
import sys
import threading

A, CNAME, PTR, AAAA = 1, 5, 12, 28
ZONE = {
    ("both.test", A): ["192.0.2.1"],
    ("both.test", AAAA): ["2001:db8::1"],
    ("four.test", A): ["192.0.2.4"],
    ("six.test", AAAA): ["2001:db8::6"],
    ("alias.test", A): "both.test",
    ("alias.test", AAAA): "both.test",
    ("loop.test", A): "loop.test",
    ("loop.test", AAAA): "loop.test",
    ("www.corp.test", A): ["192.0.2.9"],
    ("hostile.test", A): ["192.0.2.66"],
    ("big.test", A): ["10.0.0.%d" % i for i in range(1, 41)],
    ("1.2.0.192.in-addr.arpa", PTR): "both.test",
}
NAMES = {name for name, _ in ZONE}


def encode(name):
    return b"".join(bytes([len(x)]) + x.encode() for x in name.split(".")) + b"\0"


def record(owner, rtype, data):
    return encode(owner) + struct.pack(">HHIH", rtype, 1, 60, len(data)) + data


def records(name, rtype, depth=0):
    value = ZONE.get((name, rtype))
    if isinstance(value, list):
        family = socket.AF_INET if rtype == A else socket.AF_INET6
        return [record(name, rtype, socket.inet_pton(family, v)) for v in value]
    if isinstance(value, str) and rtype == PTR:
        return [record(name, PTR, encode(value))]
    if isinstance(value, str) and depth < 3:
        return [record(name, CNAME, encode(value))] + records(value, rtype, depth + 1)
    return []


def parse(query):
    at, labels = 12, []
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += query[at] + 1
    rtype, = struct.unpack(">H", query[at + 1:at + 3])
    return ".".join(labels).lower(), rtype, query[12:at + 5]


def answer(query, tcp):
    number, = struct.unpack(">H", query[:2])
    name, rtype, question = parse(query)
    found = records(name, rtype)
    code = 0 if name in NAMES else 3
    cut = 0
    if not tcp and sum(map(len, found)) > 400:
        found, cut = [], 0x200
    return struct.pack(">HHHHHH", number, 0x8180 | cut | code, 1, len(found), 0, 0) \
        + question + b"".join(found)


def lies(query):
    number, = struct.unpack(">H", query[:2])
    _, rtype, question = parse(query)
    wrong = record("hostile.test", A, b"\x0a\x00\x00\x01")
    yield struct.pack(">HHHHHH", number ^ 1, 0x8180, 1, 1, 0, 0) + question + wrong
    other = encode("other.test") + question[-4:]
    yield struct.pack(">HHHHHH", number ^ 2, 0x8180, 1, 1, 0, 0) + other + wrong
    yield b"\0" * 5


def serve_tcp(listener):
    while True:
        client, _ = listener.accept()
        with client:
            n, = struct.unpack(">H", client.recv(2))
            reply = answer(client.recv(n), True)
            client.sendall(struct.pack(">H", len(reply)) + reply)


def main():
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 53))
    tcp = socket.socket()
    tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    tcp.bind(("127.0.0.1", 53))
    tcp.listen(5)
    threading.Thread(target=serve_tcp, args=(tcp,), daemon=True).start()
    print("ready", flush=True)
    while True:
        query, peer = udp.recvfrom(4096)
        if parse(query)[0] == "hostile.test":
            for lie in lies(query):
                udp.sendto(lie, peer)
        udp.sendto(answer(query, False), peer)


if __name__ == "__main__":
    sys.exit(main())
