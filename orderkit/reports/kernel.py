"""The kernel a report runs in: always this interpreter and this orderkit, whatever kernels the user has installed."""

import os
import sys
from pathlib import Path

import zmq
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

HOME = Path(__file__).resolve().parents[2]  # the folder that holds the package: a checkout or site-packages


class OwnKernel(AsyncKernelManager):
    """Starts `sys.executable`; needs no registered kernel."""

    def __init__(self, **settings):
        super().__init__(**settings)
        # newer versions of jupyter_client encrypt the loopback connection where both ends can
        if self.has_trait("transport_encryption") and zmq.has("curve"):
            self.transport_encryption = "auto"

    @property
    def kernel_spec(self):
        return KernelSpec(
            argv=_command(),
            display_name="Python 3",
            language="python",
            env=environment(),
            metadata={"supported_encryption": ["curve"]},
        )


def _command():
    # ignore_cwd: a file random.py among the user's exports must not be taken for a module.
    return [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}", "--InteractiveShellApp.ignore_cwd=True"]


def environment():
    """What a kernel finds in its environment besides what is there already: this orderkit, and small outputs of charts."""
    paths = [str(HOME), *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    return {
        "PYTHONPATH": os.pathsep.join(dict.fromkeys(paths)),
        "PLOTLY_RENDERER": "plotly_mimetype",  # the default would put 4.8 MB of script into every notebook
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",  # keeps a debugger's warning off the terminal
    }
