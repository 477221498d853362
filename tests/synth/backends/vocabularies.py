"""Four kinds of tokenizer, trained on the spot, and seven chat templates."""

import json
from functools import cache

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import PreTrainedTokenizerFast

TEXT = [
    "What is 2 + 2? The answer is 4.",
    "Hello world, this is a plain sentence.\n\nAnd a second paragraph.",
    "The quick brown fox jumps over the lazy dog. The dog sleeps.\n",
    "user assistant system Hi. You are terse. Be kind to the user.",
    "def f(x):\n    return x + 1\n\n",
    "One.\n\nTwo.\n\nThree.\n\n" * 9,
    "<think>\nhm\n</think>\n\n <eos> </s> <s> [INST] [/INST] <<SYS>>",
] * 4
# It holds `.\n\n` together.
LLAMA_3 = r"[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
SPECIAL = ["<unk>", "<s>", "</s>", "<eos>", "<|im_start|>", "<|im_end|>", "<|head|>", "<|/head|>", "<|eot|>"]

TEMPLATES = {
    "chatml": "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
    "llama2": "{% if messages[0].role == 'system' %}{% set system = messages[0].content %}{% set rest = messages[1:] %}"
    "{% else %}{% set system = '' %}{% set rest = messages %}{% endif %}"
    "{% for m in rest %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}"
    "{{ raise_exception('Roles must alternate user/assistant') }}{% endif %}"
    "{% if loop.first and system %}{% set said = '<<SYS>>\n' + system + '\n<</SYS>>\n\n' + m.content %}"
    "{% else %}{% set said = m.content %}{% endif %}"
    "{% if m.role == 'user' %}{{ bos_token + '[INST] ' + said.strip() + ' [/INST]' }}"
    "{% else %}{{ ' ' + said.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
    "llama3": "{{ bos_token }}{% for m in messages %}<|head|>{{ m.role }}<|/head|>\n\n{{ m.content | trim }}<|eot|>"
    "{% endfor %}{% if add_generation_prompt %}<|head|>assistant<|/head|>\n\n{% endif %}",
    "think": "{% for m in messages %}<|im_start|>{{ m.role }}\n"
    "{% if m.role == 'assistant' %}{{ m.content.split('</think>')[-1].strip() }}{% else %}{{ m.content }}{% endif %}"
    "<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n<think>\n{% endif %}",
    "bos": "{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}",
    "trims": "{% for m in messages %}### {{ m.role }}:\n{{ m.content | trim }}\n\n{% endfor %}"
    "{% if add_generation_prompt %}### assistant:\n{% endif %}",
    "no system": "{{ bos_token }}{% if messages[0].role == 'system' %}{{ raise_exception('No system role') }}"
    "{% endif %}{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}",
}


def byte_bpe() -> Tokenizer:
    made = Tokenizer(models.BPE())
    words = pre_tokenizers.Split(Regex(LLAMA_3), behavior="isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([words, pre_tokenizers.ByteLevel(False, use_regex=False)])
    made.decoder = decoders.ByteLevel()
    made.train_from_iterator(
        TEXT,
        trainers.BpeTrainer(
            vocab_size=500,
            special_tokens=SPECIAL,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    return made


def word_piece() -> Tokenizer:
    made = Tokenizer(models.WordPiece(unk_token="<unk>"))
    made.normalizer = normalizers.BertNormalizer(lowercase=True)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(
        TEXT, trainers.WordPieceTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False)
    )
    return made


def unigram() -> Tokenizer:
    made = Tokenizer(models.Unigram())
    lines = pre_tokenizers.Split("\n", behavior="isolated")
    made.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme="first"), lines])
    made.decoder = decoders.Metaspace(prepend_scheme="first")
    made.train_from_iterator(
        TEXT,
        trainers.UnigramTrainer(vocab_size=400, special_tokens=SPECIAL, unk_token="<unk>", show_progress=False),
    )
    return made


def llama2() -> Tokenizer:
    """As SentencePiece's BPE: a space before every text, bytes for what is unknown, nothing merged over spaces."""
    learnt = Tokenizer(models.BPE())
    learnt.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    plain = [text.replace("\n", " ") for text in TEXT]
    learnt.train_from_iterator(plain, trainers.BpeTrainer(vocab_size=400, special_tokens=SPECIAL, show_progress=False))
    merges = [tuple(pair) for pair in json.loads(learnt.to_str())["model"]["merges"]]
    words = [*SPECIAL, *(f"<0x{byte:02X}>" for byte in range(256)), *sorted(set(learnt.get_vocab()) - set(SPECIAL))]
    vocabulary = {word: place for place, word in enumerate(dict.fromkeys(words))}
    made = Tokenizer(models.BPE(vocabulary, merges, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    made.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    made.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    made.add_special_tokens([AddedToken(word, normalized=False, special=True) for word in SPECIAL])
    return made


KINDS = {"byte-BPE": byte_bpe, "WordPiece": word_piece, "unigram": unigram, "Llama-2": llama2}


@cache
def _trained(kind: str) -> str:
    return KINDS[kind]().to_str()


@cache
def tokenizer(kind: str, template: str = "", *, bos: bool = True) -> PreTrainedTokenizerFast:
    """`bos`: its post-processor puts one before every text too, as Llama's do."""
    made = Tokenizer.from_str(_trained(kind))
    if bos:
        first = made.token_to_id("<s>")
        made.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", first)])
    ready = PreTrainedTokenizerFast(tokenizer_object=made, bos_token="<s>", eos_token="</s>", unk_token="<unk>")
    ready.chat_template = TEMPLATES.get(template)
    return ready
