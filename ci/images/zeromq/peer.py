#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Peers of libzmq that a test drives over TCP on 127.0.0.1: PORT takes lines, words with tabs between, frames in hex with commas.

    open NAME TYPE bind|connect ADDRESS KEY=VALUE...   a channel: PUB, PUSH or DEALER. Keys: identity, secret, public, server (keys
                                                       of CURVE; with server it is the client), hwm, heartbeat (ms), probe,
                                                       reconnect (ms)
    publish NAME MESSAGE...        answers when all is sent (PUB: to a subscriber; PUSH: to a peer) or kept (DEALER). What nobody
                                   takes for 3 s is dropped
    send NAME FRAMES               a DEALER sends these frames and keeps nothing
    flood NAME COUNT BYTES         sends so many messages of so many bytes as fast as it can; answers at once
    pending NAME | subscribers NAME | hellos NAME | answers NAME   a number, or the last answers that a DEALER got
    close NAME

A DEALER keeps what it publishes until it is acknowledged, in /var/lib/peer, so that it outlives a kill of the process; channels do so,
too. It is an example of a sender by the protocol in docs/sources/zeromq.md.
"""
import json
import os
import socket
import time
from collections import OrderedDict, deque

import zmq

FOLDER = "/var/lib/peer"
WINDOW = 1000
PATIENCE = 3  # seconds
os.makedirs(FOLDER, exist_ok=True)
context = zmq.Context()
poller = zmq.Poller()
channels = {}
lines = {}


def frames(text):
    return [bytes.fromhex(each) for each in text.split(",")]


class Channel:
    """A socket, and what waits to be sent by it: pairs of frames and the connection that waits for the answer, or None."""

    def __init__(self, name, kind, way, address, options):
        self.name, self.kind, self.options = name, kind, options
        self.waiting = deque()
        self.left, self.size = 0, 0
        self.subscribers, self.hellos, self.answers = 0, 0, []
        self.socket = context.socket({"PUB": zmq.XPUB, "PUSH": zmq.PUSH, "DEALER": zmq.DEALER}[kind])
        s = self.socket
        s.linger = 0
        s.sndhwm = int(options.get("hwm", 1000))
        s.reconnect_ivl = int(options.get("reconnect", 20))
        if kind == "PUB":
            s.xpub_verboser = 1
        if kind == "DEALER":
            s.probe_router = int(options.get("probe", 0))
            if "identity" in options:
                s.identity = options["identity"].encode()
        if "heartbeat" in options:
            s.heartbeat_ivl = int(options["heartbeat"]) // 4
            s.heartbeat_timeout = int(options["heartbeat"])
        if "secret" in options:
            s.curve_secretkey = options["secret"].encode()
            if "server" in options:
                s.curve_publickey = options["public"].encode()
                s.curve_serverkey = options["server"].encode()
            else:
                s.curve_server = 1
        if kind != "PUSH":
            poller.register(s, zmq.POLLIN)
        s.bind(address) if way == "bind" else s.connect(address)

    def publish(self, message, asker=None):
        self.patience = time.monotonic() + PATIENCE
        self.waiting.append((message, asker))

    def step(self):
        """Sends what can be sent now; whether more waits."""
        while self.waiting:
            message, asker = self.waiting[0]
            if message is not None and not (self.heard() and self.give(message)) and time.monotonic() < self.patience:
                return True
            self.waiting.popleft()
            if message is None:
                answer(asker)
        while self.left > 0 and self.heard():
            if not self.give([b"flood", b"%0*d" % (self.size, self.left)]):
                return True
            self.left -= 1
        return bool(self.waiting or self.left)

    def heard(self):
        return self.kind != "PUB" or self.subscribers > 0

    def give(self, message):
        try:
            self.socket.send_multipart(message, zmq.NOBLOCK)
            return True
        except zmq.Again:
            return False

    def read(self):
        try:
            while True:
                self.got(self.socket.recv_multipart(zmq.NOBLOCK))
        except zmq.Again:
            pass

    def got(self, message):
        self.subscribers += 1 if message[0][:1] == b"\1" else -1

    def pending(self):
        return len(self.waiting) + self.left

    def forget(self):
        if self.kind != "PUSH":
            poller.unregister(self.socket)
        self.socket.close(0)


class Dealer(Channel):
    """Keeps each message until its acknowledgement, in memory and in a file."""

    def __init__(self, name, kind, way, address, options):
        super().__init__(name, kind, way, address, options)
        self.kept = OrderedDict()  # id: message, oldest first
        self.due = deque()  # ids to send
        self.next = 1
        self.greeted = False
        self.flooding = False
        path = "%s/%s.kept" % (FOLDER, name)
        if os.path.exists(path):
            with open(path) as file:
                for line in file:
                    word, _, message = line.rstrip("\n").partition(" ")
                    if message:
                        self.kept[word.encode()] = frames(message)
                        self.next = int(word) + 1
                    else:
                        self.kept.pop(word.encode(), None)
        self.file = open(path, "a")

    def publish(self, message, asker=None):
        if message is None:
            self.file.flush()
            answer(asker)
        else:
            self.keep(message)
            self.file.write("%d %s\n" % (self.next - 1, ",".join(each.hex() for each in message)))

    def keep(self, message):
        word = b"%d" % self.next
        self.next += 1
        self.kept[word] = message
        self.due.append(word)

    def step(self):
        while self.left > 0 and len(self.kept) < WINDOW:
            self.keep([b"%0*d" % (self.size, self.left)])
            self.left -= 1
        while self.greeted and self.due:
            word = self.due[0]
            if word in self.kept and not self.give([word] + self.kept[word]):
                return True
            self.due.popleft()
        return False

    def got(self, message):
        self.answers = (self.answers + [[each.decode(errors="replace") for each in message]])[-20:]
        if message[0] == b"HELLO":
            self.hellos += 1
            self.greeted = True
            self.due = deque(self.kept)
        elif message[0] == b"ACK":
            for word in message[1:]:
                if self.kept.pop(word, None) is not None and not self.flooding:
                    self.file.write(word.decode() + "\n")
            self.file.flush()
        elif message[0] == b"NAK":
            self.due.extend(message[1:])

    def pending(self):
        return len(self.kept) + self.left

    def forget(self):
        super().forget()
        self.file.close()


def open_channel(words):
    name, kind, way, address = words[:4]
    options = dict(word.split("=", 1) for word in words[4:])
    channels[name] = (Dealer if kind == "DEALER" else Channel)(name, kind, way, address, options)


def remember():
    with open(FOLDER + "/channels.new", "w") as file:
        json.dump(remembered, file)
    os.replace(FOLDER + "/channels.new", FOLDER + "/channels")


def command(asker, words):
    verb, name = words[:2]
    if verb == "open":
        open_channel(words[1:])
        remembered[name] = words[1:]
        remember()
        return answer(asker)
    channel = channels[name]
    if verb == "publish":
        for each in words[2:]:
            channel.publish(frames(each))
        return channel.publish(None, asker)
    if verb == "send":
        channel.socket.send_multipart(frames(words[2]))
        return answer(asker)
    if verb == "flood":
        channel.left, channel.size, channel.flooding = int(words[2]), int(words[3]), True
        return answer(asker)
    if verb == "close":
        del channels[name], remembered[name]
        channel.forget()
        remember()
        return answer(asker)
    if verb == "pending":
        return answer(asker, channel.pending())
    return answer(asker, getattr(channel, verb))


def answer(asker, value=""):
    try:
        asker.sendall(b"ok\t%s\n" % str(value).encode())
    except OSError:
        pass  # the test has gone


def hear(connection):
    """Reads lines of a test; words of a line that is not whole yet wait for the rest."""
    try:
        data = connection.recv(1 << 20)
    except OSError:
        data = b""
    if not data:
        poller.unregister(connection)
        lines.pop(connection)
        connection.close()
        return
    *whole, lines[connection] = (lines[connection] + data).split(b"\n")
    for line in whole:
        try:
            command(connection, line.decode().split("\t"))
        except Exception as e:  # the test hears of all of them
            connection.sendall(b"error\t%s\n" % repr(e).encode())


try:
    with open(FOLDER + "/channels") as saved:
        remembered = json.load(saved)
except FileNotFoundError:
    remembered = {}
for saved_words in remembered.values():
    open_channel(saved_words)
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("127.0.0.1", int(os.environ["PORT"])))
listener.listen(100)
poller.register(listener, zmq.POLLIN)
by_number = {}
print("libzmq", zmq.zmq_version())
while True:
    busy = [each.step() for each in list(channels.values())]
    for ready, _ in poller.poll(1 if any(busy) else 1000):
        if ready == listener.fileno():
            made, _ = listener.accept()
            lines[made] = b""
            by_number[made.fileno()] = made
            poller.register(made, zmq.POLLIN)
        elif ready in by_number:
            hear(by_number[ready])
        else:
            next(each for each in channels.values() if each.socket is ready).read()
