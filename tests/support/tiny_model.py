"""Tiny Sentence Transformers models with random weights, made on disk without the network, for tests."""

import importlib
import string
import warnings
from pathlib import Path

WORDS = ("the", "summit", "leaders", "agreed", "treaty", "trade", "peace", "envoy", "minister", "signed", "talks")


def make_tiny_model(
    folder: Path,
    *,
    dimension: int = 32,
    seed: int = 0,
    max_tokens: int = 64,
    pooling: str = "mean",
    dense: bool = False,
    prompts: dict[str, str] | None = None,
) -> Path:
    """Make a two-layer BERT in a folder that does not exist yet, and give the folder back.

    Its tokenizer knows `WORDS` and spells all else in ASCII letters and digits. `dense` appends a Dense module.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import torch
        from sentence_transformers import SentenceTransformer
        from tokenizers import Tokenizer, decoders, normalizers, pre_tokenizers, processors
        from tokenizers.models import WordPiece
        from transformers import BertConfig, BertModel, PreTrainedTokenizerFast
        from transformers.utils import logging

        symbols = string.ascii_lowercase + string.digits + string.punctuation
        pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS, *symbols, *("##" + s for s in symbols)]
        tokenizer = Tokenizer(WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer()
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        tokenizer.decoder = decoders.WordPiece()
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
        torch.manual_seed(seed)
        config = BertConfig(
            vocab_size=len(pieces),
            hidden_size=dimension,
            num_hidden_layers=2,
            num_attention_heads=4,
            intermediate_size=2 * dimension,
            max_position_embeddings=max_tokens,
            initializer_range=0.2,  # enough for different texts to get different vectors
        )
        bars = logging.is_progress_bar_enabled()
        logging.disable_progress_bar()
        base = folder.with_name(folder.name + "-base")
        BertModel(config).save_pretrained(base)
        PreTrainedTokenizerFast(
            tokenizer_object=tokenizer,
            pad_token="[PAD]",
            unk_token="[UNK]",
            cls_token="[CLS]",
            sep_token="[SEP]",
            mask_token="[MASK]",
            model_max_length=max_tokens,
        ).save_pretrained(base)
        models = importlib.import_module("sentence_transformers.models")  # where both version 5 and 6 have them
        chain = [models.Transformer(str(base), max_seq_length=max_tokens), models.Pooling(dimension, pooling)]
        if dense:
            chain.append(models.Dense(dimension, dimension // 2))
        SentenceTransformer(modules=chain, prompts=prompts, device="cpu").save(str(folder), create_model_card=False)
        if bars:
            logging.enable_progress_bar()
    return folder
