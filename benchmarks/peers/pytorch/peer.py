"""PyTorch as a peer: eager, one thread, Adam fused where this version has it.

Arguments: the file that receives a line of samples a task, then tasks as Task.argument() writes
them. What is sampled when is what Sampler.java says; the data are as in Batches.java, but for the
generator.
"""

import sys
import time

import numpy as np
import torch

SAMPLES = 400
SAMPLE_NS_MIN = 2_000_000
WARM_NS_MIN = 2_000_000_000
WARM_NS_MAX = 20_000_000_000
WARM_STEPS_MIN = 12_000
STEADY_NS = 1_000_000_000
PROGRESS = 0.98

ACTIVATIONS = {
    "relu": torch.nn.ReLU,
    "softmax": lambda: torch.nn.Softmax(dim=1),
    "sigmoid": torch.nn.Sigmoid,
    "linear": torch.nn.Identity,
}
# Of the sums of the last layer: PyTorch fuses the activation with the loss.
LOSSES = {
    "categorical_crossentropy": torch.nn.CrossEntropyLoss,
    "binary_crossentropy": torch.nn.BCEWithLogitsLoss,
    "mean_squared_error": torch.nn.MSELoss,
}


class Subject:
    def __init__(self, task):
        work, inputs, layers, loss, optimizer, batch = task.split(" ")
        if work not in ("step", "predict") or optimizer != "adam":
            raise ValueError(f"only steps of adam and predictions are here, task={task}")
        self.learns = work == "step"
        inputs, batch = int(inputs), int(batch)
        layers = [layer.split(":") for layer in layers.split(",")]
        modules, width = [], inputs
        for units, activation in layers:
            modules += [torch.nn.Linear(width, int(units)), ACTIVATIONS[activation]()]
            width = int(units)
        self.network = torch.nn.Sequential(*modules[: -1 if self.learns else None])
        self.loss = LOSSES[loss]()
        self.optimizer = adam(self.network.parameters()) if self.learns else None
        random = np.random.default_rng(1)
        fitting = max(1, min(64, (16 << 20) // (4 * batch * inputs)))
        count = max(8, 1 << (fitting.bit_length() - 1))
        self.rows = [
            torch.from_numpy(random.uniform(-1, 1, (batch, inputs)).astype(np.float32))
            for _ in range(count)
        ]
        self.targets = [targets(random, loss, batch, width) for _ in range(count - 1)]

    def step(self, index):
        x = self.rows[index & (len(self.rows) - 1)]
        if not self.learns:
            with torch.inference_mode():
                self.network(x)
            return
        self.optimizer.zero_grad(set_to_none=True)
        self.loss(self.network(x), self.targets[index % len(self.targets)]).backward()
        self.optimizer.step()


def adam(parameters):
    settings = {"lr": 0.001, "betas": (0.9, 0.999), "eps": 1e-7}
    parameters = list(parameters)
    try:
        return torch.optim.Adam(parameters, fused=True, **settings)
    except (RuntimeError, TypeError):
        return torch.optim.Adam(parameters, **settings)


def targets(random, loss, batch, outputs):
    if loss == "categorical_crossentropy":
        return torch.from_numpy(random.integers(0, outputs, batch))
    if loss == "binary_crossentropy":
        return torch.from_numpy(random.integers(0, 2, (batch, outputs)).astype(np.float32))
    return torch.from_numpy(random.uniform(-1, 1, (batch, outputs)).astype(np.float32))


class Sampler:
    def __init__(self, subject):
        self.subject, self.steps, self.repeats = subject, 0, 1

    def take(self):
        begin = progress = now = time.process_time_ns()
        best = mark = float("inf")
        while now - begin < WARM_NS_MAX and (
            now - begin < WARM_NS_MIN
            or self.steps < WARM_STEPS_MIN
            or now - progress < STEADY_NS
        ):
            ns = self.sample_ns()
            now = time.process_time_ns()
            if ns < PROGRESS * mark:
                progress, mark = now, ns
            best = min(best, ns)
            self.repeats = max(1, -(-SAMPLE_NS_MIN // int(best)))
        return [self.sample_ns() / 1e3 for _ in range(SAMPLES)]

    def sample_ns(self):
        start = time.process_time_ns()
        for _ in range(self.repeats):
            self.subject.step(self.steps)
            self.steps += 1
        return (time.process_time_ns() - start) / self.repeats


def main(file, tasks):
    torch.set_num_threads(1)
    torch.set_num_interop_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(1)
    with open(file, "w", encoding="utf-8") as out:
        for task in tasks:
            samples = Sampler(Subject(task)).take()
            numbers = " ".join(str(us) for us in samples)
            out.write(f"us={numbers}\tversion=PyTorch {torch.__version__}\n")


main(sys.argv[1], sys.argv[2:])
