#!/usr/bin/python3
"""A small client of the WebSocket protocol, written from its specification.

It sends a recording, waits for the transcript and prints it, or asks about tasks:

    parley_client.py interview.wav                     transcript as JSON
    parley_client.py interview.wav --format srt        subtitles
    parley_client.py long.wav --chunk-size 1048576     in chunks
    parley_client.py --status ID [ID ...]              one task, or several
    parley_client.py --cancel ID
    parley_client.py --ping

Standard output carries the result alone; every frame goes to standard error with --frames.
Exit code 0: done; 1: the server said no (its code and text are on standard error); 2: wrong arguments.

Needs the Debian package python3-websockets.
"""

import argparse
import asyncio
import base64
import hashlib
import json
import math
import random
import sys
from pathlib import Path

import websockets

FIRST_FRAME_SECONDS = 10
ANSWER_SECONDS = 60
SILENCE_SECONDS = 300
LARGEST_SINGLE = 5 * 1024 * 1024
LARGEST_ANSWER = 10 * 1024 * 1024
DEFAULT_CHUNK = 1024 * 1024


class Refused(Exception):
    """The server said no."""

    def __init__(self, data):
        super().__init__(f"{data.get('error')}: {data.get('message')}")


class Client:
    """One connection, and one task at a time."""

    def __init__(self, socket, show_frames):
        self._socket = socket
        self._show_frames = show_frames

    async def send(self, message_type, data=None, **top):
        await self._socket.send(json.dumps({"type": message_type, "data": data or {}, **top}, ensure_ascii=False))

    async def receive(self, seconds=ANSWER_SECONDS):
        """The next frame: its type and its data. An error frame is raised."""
        frame = json.loads(await asyncio.wait_for(self._socket.recv(), seconds))
        if self._show_frames:
            print(json.dumps(frame, ensure_ascii=False)[:400], file=sys.stderr, flush=True)
        if frame["type"] == "error":
            raise Refused(frame["data"])
        return frame["type"], frame["data"]

    async def expect(self, *message_types, seconds=ANSWER_SECONDS):
        """The next frame, which must be of one of these types."""
        message_type, data = await self.receive(seconds)
        if message_type not in message_types:
            raise RuntimeError(f"expected {' or '.join(message_types)}, got {message_type}: {data}")
        return message_type, data

    async def enter(self, token):
        """The greeting, with a token where the server asks for one."""
        message_type, _ = await self.expect("connected", "auth_required", seconds=FIRST_FRAME_SECONDS)
        if message_type == "connected":
            return
        if token is None:
            raise RuntimeError("the server asks for a token: use --token")
        await self.send("auth", token=token)
        await self.expect("auth_success")
        await self.expect("connected")

    async def transcribe(self, path, options, chunk_size):
        """Uploads a file and waits for its result; in chunks when a size is given, or the file is large."""
        content = path.read_bytes()
        if chunk_size is None and len(content) > LARGEST_SINGLE:
            chunk_size = DEFAULT_CHUNK
        request = {
            "file_name": path.name,
            "file_size": len(content),
            "file_hash": hashlib.md5(content).hexdigest(),
            **options,
        }
        if chunk_size is not None:
            request["upload_mode"] = "chunked"
            request["chunk_size"] = chunk_size
            request["total_chunks"] = math.ceil(len(content) / chunk_size)
        await self.send("upload_request", request)
        message_type, data = await self.expect("upload_ready", "task_complete")
        if message_type == "task_complete":
            return data["result"]
        task_id = data["task_id"]
        print(f"task {task_id}", file=sys.stderr, flush=True)
        if chunk_size is None:
            await self.send("upload_data", {"task_id": task_id, "file_data": encode(content)})
        else:
            await self._send_chunks(task_id, content, chunk_size)
        return await self._result(task_id, is_chunked=chunk_size is not None)

    async def status(self, task_id):
        await self.send("task_status", {"task_id": task_id})
        return (await self.expect("task_status"))[1]

    async def status_of_many(self, task_ids):
        await self.send("task_status_batch", {"task_ids": task_ids})
        return (await self.expect("task_status_batch"))[1]["items"]

    async def cancel(self, task_id):
        await self.send("cancel_task", {"task_id": task_id})
        return (await self.expect("task_cancelled"))[1]

    async def ping(self):
        await self.send("ping")
        return (await self.expect("pong"))[1]

    async def _send_chunks(self, task_id, content, chunk_size):
        for start in range(0, len(content), chunk_size):
            chunk = content[start : start + chunk_size]
            await self.send(
                "upload_chunk",
                {
                    "task_id": task_id,
                    "chunk_index": start // chunk_size,
                    "chunk_size": len(chunk),
                    "chunk_data": encode(chunk),
                    "chunk_hash": hashlib.md5(chunk).hexdigest(),
                    "is_last": start + chunk_size >= len(content),
                },
            )
            await self.expect("chunk_received")

    async def _result(self, task_id, is_chunked):
        is_acknowledged = is_chunked  # every chunk was
        while True:
            message_type, data = await self.receive(SILENCE_SECONDS)
            if data.get("task_id") != task_id:
                raise RuntimeError(f"a frame about another task: {data}")
            if message_type == "task_complete":
                if not is_acknowledged:
                    raise RuntimeError("task_complete came before the upload was acknowledged")
                return data["result"]
            if message_type in ("upload_complete", "task_queued"):
                is_acknowledged = True
            elif message_type == "task_progress":
                # An error frame may follow, but servers can be told not to send it.
                if data["status"] == "failed":
                    raise Refused({"error": data["error_type"], "message": data["message"]})
                print(f"{data['progress']} %", file=sys.stderr, flush=True)
            elif message_type == "queue_full" and is_chunked:
                await asyncio.sleep(data["retry_after"] * (1 + random.random() / 4))
                await self.send("finalize_upload", {"task_id": task_id})
            elif message_type == "queue_full":
                raise Refused(data)
            elif message_type != "task_status":
                raise RuntimeError(f"unexpected {message_type}: {data}")


def encode(content):
    return base64.b64encode(content).decode("ascii")


def parse_arguments():
    parser = argparse.ArgumentParser(description="Sends recordings to a transcription server, and asks about tasks.")
    parser.add_argument("file", nargs="?", type=Path, help="recording to be transcribed")
    parser.add_argument("--url", default="ws://127.0.0.1:8767", help="the server (default: %(default)s)")
    parser.add_argument("--token", help="token, where the server asks for one")
    parser.add_argument("--format", choices=["json", "srt"], default="json", help="what to print (default: %(default)s)")
    parser.add_argument("--chunk-size", type=int, metavar="BYTES", help="upload in chunks of this size (default: one frame up to 5 MiB)")
    parser.add_argument("--force-refresh", action="store_true", help="do not take the result from the cache")
    parser.add_argument("--no-diarize", action="store_true", help="no speakers in the result")
    parser.add_argument("--language", help="language code, echoed in the result")
    parser.add_argument("--num-speakers", type=int, help="how many people speak")
    parser.add_argument("--hotwords", help="words that are likely to be said, separated by blanks, or JSON of words and weights")
    parser.add_argument("--priority", type=int, help="from -10 to 10; higher runs earlier")
    parser.add_argument("--status", nargs="+", metavar="ID", help="print what is known about tasks")
    parser.add_argument("--cancel", metavar="ID", help="cancel a task")
    parser.add_argument("--ping", action="store_true", help="see whether the server answers")
    parser.add_argument("--frames", action="store_true", help="print every frame to standard error")
    arguments = parser.parse_args()
    if sum(map(bool, (arguments.file, arguments.status, arguments.cancel, arguments.ping))) != 1:
        parser.error("name one recording, or use one of --status, --cancel and --ping")
    if arguments.chunk_size is not None and arguments.chunk_size < 1:
        parser.error("--chunk-size must be positive")
    return arguments


def upload_options(arguments):
    options = {
        "output_format": arguments.format,
        "force_refresh": arguments.force_refresh,
        "diarize": not arguments.no_diarize,
        "language": arguments.language,
        "num_speakers": arguments.num_speakers,
        "hotwords": arguments.hotwords,
        "priority": arguments.priority,
    }
    return {name: value for name, value in options.items() if value is not None}


async def run(arguments):
    async with websockets.connect(
        arguments.url, max_size=LARGEST_ANSWER, ping_interval=60, ping_timeout=120, compression=None
    ) as socket:
        client = Client(socket, arguments.frames)
        await client.enter(arguments.token)
        if arguments.ping:
            return await client.ping()
        if arguments.cancel:
            return await client.cancel(arguments.cancel)
        if arguments.status:
            ids = arguments.status
            return await (client.status(ids[0]) if len(ids) == 1 else client.status_of_many(ids))
        return await client.transcribe(arguments.file, upload_options(arguments), arguments.chunk_size)


def main():
    arguments = parse_arguments()
    try:
        result = asyncio.run(run(arguments))
    except (Refused, RuntimeError, OSError, asyncio.TimeoutError, websockets.exceptions.WebSocketException) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    if arguments.file is not None and arguments.format == "srt":
        print(result["content"], end="")
    else:
        print(json.dumps(result, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
