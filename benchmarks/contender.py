"""One contender in a process of its own: whatever it does there, it costs itself only.

A signal stops Python, but not a loop in compiled code; a process can always be killed. Between
runs the processes wait, so that contenders still take turns.
"""

import multiprocessing
import signal
import time
import warnings
from collections.abc import Callable

from . import peers
from .judge import worst_gap
from .tasks import Task

TIGHTER = 6
"""Tolerances tried at most, each a tenth of the one before, until the judge is satisfied."""
PATIENCE = 40
"""Seconds for one run; whoever needs more is stopped, and the table says so."""
TOO_SLOW = 50
"""A contender that takes this many times as long as regkit, and is not there yet, is given up."""

Solve = Callable[[object, float], object]


class LostError(Exception):
    """The contender is out of time, or its process has died."""


class Contender:
    """What the clock sees of a contender: requests, answers and the time that is left.

    Parameters
    ----------
    task : Task
    problem : Problem
        Made once; the processes share it.
    name : str
    solve : callable
    limit : float
        Seconds for all it is asked to do.
    """

    def __init__(self, task: Task, problem: object, name: str, solve: Solve, limit: float) -> None:
        context = multiprocessing.get_context("fork")  # nothing is imported or made twice
        self._pipe, theirs = context.Pipe()
        self.name, self._limit, self._left = name, limit, limit
        job = (theirs, task, problem, name, solve)
        self._process = context.Process(target=_serve, args=job, daemon=True)
        self._process.start()
        theirs.close()

    def ask(self, request: str, *arguments: object) -> object:
        """Return what the process answers; `LostError` says why there is no answer."""
        started = time.perf_counter()
        try:
            self._pipe.send((request, *arguments))
            if not self._pipe.poll(max(self._left, 0)):
                self.stop()
                raise LostError(f"over {self._limit:.0f} s")
            return self._pipe.recv()
        except (EOFError, OSError) as error:
            raise LostError("its process died") from error
        finally:
            self._left -= time.perf_counter() - started

    def stop(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.join()


def _serve(pipe: object, task: Task, problem: object, name: str, solve: Solve) -> None:
    """Answer requests until there are no more: 'calibrate' at a gap, then 'run' a few times."""
    record = {}

    def run() -> object:
        return solve(problem, record["tolerance"])

    while True:
        try:
            request, *arguments = pipe.recv()
        except EOFError:
            return
        if request == "calibrate":
            record = calibrated(task, problem, name, solve, *arguments)
            pipe.send(record)
        else:
            pipe.send(timed(run, *arguments)[1])


def calibrated(
    task: Task, problem: object, name: str, solve: Solve, gap: float, too_long: float
) -> dict:
    """Return the loosest tolerance that the judge accepts, or why there is none ('missing')."""
    record = {}
    try:
        if not peers.installed(name):
            return {"missing": "not installed"}
        tol = peers.FIRST[name](gap)
        timed(lambda: solve(problem.first(2), tol))  # compiles, where that is due
        for _ in range(TIGHTER):
            answer, seconds = timed(lambda tol=tol: solve(problem, tol))
            reached = worst_gap(problem, answer) if task.kind == "path" else None
            if task.kind == "cv":
                # its answer shows no gap: the tolerance is the one that the path needs
                reached = worst_gap(problem, peers.CONTENDERS[name](problem, tol))
            record = {"tolerance": tol, "reached": reached, "once": seconds}
            if reached is None or reached <= gap:
                return record
            if seconds > too_long:
                return record | {"missing": f"at {reached:.0e} after over {TOO_SLOW} times as long"}
            tol /= 10
        return record | {"missing": f"stays at {reached:.0e}"}
    except peers.NotApplicableError:
        return record | {"missing": "does not solve it"}
    except TimeoutError:
        return record | {"missing": f"over {PATIENCE} s"}
    except Exception as error:  # a peer's failure is a result, not the end of the benchmark
        return record | {"missing": type(error).__name__}


def timed(run: Callable[[], object], times: int = 1) -> tuple[object, float]:
    """Return the answer and the seconds that one of several runs took."""

    def give_up(*_: object) -> None:
        raise TimeoutError

    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(PATIENCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the judge says what an answer is worth
            started = time.perf_counter()
            for _ in range(times):
                answer = run()
            return answer, (time.perf_counter() - started) / times
    finally:
        signal.alarm(0)
