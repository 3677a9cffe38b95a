"""A worker that misbehaves: ``python fake_worker.py MODE``. It shares no code with the real one."""

import json
import os
import struct
import sys
import threading
import time

MODE = sys.argv[1]
lock = threading.Lock()


def send(type_, arrays=(), **facts):
    listed = [{"name": name, "dtype": dtype, "shape": shape} for name, dtype, shape, _ in arrays]
    header = json.dumps({"type": type_, "arrays": listed, **facts}).encode()
    with lock:
        write(struct.pack("<I", len(header)) + header + b"".join(data for *_, data in arrays))


def write(contents):
    sys.stdout.buffer.write(contents)
    sys.stdout.buffer.flush()


def receive():
    prefix = sys.stdin.buffer.read(4)
    if len(prefix) < 4:
        return None
    header = json.loads(sys.stdin.buffer.read(struct.unpack("<I", prefix)[0]))
    sizes = {"u1": 1, "i4": 4, "f4": 4}
    for array in header["arrays"]:
        count = sizes[array["dtype"]]
        for side in array["shape"]:
            count *= side
        sys.stdin.buffer.read(count)
    return header


def triangle():
    return [
        ("vertices", "f4", [3, 3], struct.pack("<9f", 0, 0, 0, 1, 0, 0, 0, 1, 0)),
        ("faces", "i4", [1, 3], struct.pack("<3i", 0, 1, 2)),
        ("colours", "u1", [3, 3], bytes([255, 0, 0] * 3)),
    ]


def beat():
    while True:
        time.sleep(0.1)
        send("heartbeat")


def begin(job):
    """Do to a job what the mode says."""
    if MODE == "crash":
        sys.stderr.write("Segmentation fault, says the fake\n")
        sys.stderr.flush()
        os._exit(7)
    if MODE == "half":
        write(struct.pack("<I", 100) + b'{"type":')
        os._exit(0)
    if MODE == "nonsense":
        write(b"Warning: this library likes to talk\n" * 10)
    if MODE == "huge header":
        write(struct.pack("<I", 0xFFFFFFFF))
    if MODE == "huge array":
        send("mesh", [("vertices", "f4", [1 << 40, 3], b"")], id=job)
    if MODE == "wrong json":
        write(struct.pack("<I", 2) + b"[]")
    if MODE == "stubborn":
        send("mesh", triangle(), id=job, preview=True)
    if MODE in ("good", "deaf"):
        send("progress", id=job, phase="stage 2", step=1, total=2, loss=0.5, eta_s=1.0)
        send("done", triangle(), id=job, text="fake")
        send("progress", id=job, phase="too late", step=2, total=2, loss=None, eta_s=None)


def main():
    if MODE == "mute":
        time.sleep(600)
    send("hello", protocol=2 if MODE == "future" else 1, device="fake", bundle="fake", versions={}, loaded=True)
    if MODE != "silent":
        threading.Thread(target=beat, daemon=True).start()
    while (message := receive()) is not None:
        if message["type"] == "shutdown" and MODE not in ("stubborn", "deaf"):
            return
        if message["type"] == "cancel" and MODE == "obedient":
            send("cancelled", id=message["id"])
        elif message["type"] not in ("hello", "cancel", "shutdown"):
            begin(message["id"])
    if MODE in ("stubborn", "deaf"):
        time.sleep(600)  # does not care that its input has closed


main()
