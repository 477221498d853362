"""Which family a model is of, by how its name begins: a family may be partial to itself."""

PREFIXES = {
    "alpaca": "llama",
    "c4ai": "command",
    "chatglm": "glm",
    "chatgpt": "gpt",
    "claude": "claude",
    "codellama": "llama",
    "command": "command",
    "davinci": "gpt",
    "deepseek": "deepseek",
    "falcon": "falcon",
    "gemini": "gemini",
    "gemma": "gemini",
    "glm": "glm",
    "gpt": "gpt",
    "granite": "granite",
    "grok": "grok",
    "internlm": "internlm",
    "kimi": "kimi",
    "koala": "llama",
    "llama": "llama",
    "magistral": "mistral",
    "meta-llama": "llama",
    "ministral": "mistral",
    "mistral": "mistral",
    "mixtral": "mistral",
    "mpt": "mpt",
    "nemotron": "llama",
    "o1": "gpt",
    "o3": "gpt",
    "o4": "gpt",
    "olmo": "olmo",
    "palm": "gemini",
    "phi": "phi",
    "pythia": "pythia",
    "qwen": "qwen",
    "qwq": "qwen",
    "smollm": "smollm",
    "stablelm": "stablelm",
    "text-davinci": "gpt",
    "tulu": "llama",
    "vicuna": "llama",
    "yi-": "yi",
    "zephyr": "mistral",
}
LONGEST_FIRST = sorted(PREFIXES, key=len, reverse=True)


def family_of(model: str) -> str:
    """Empty where the name tells nothing. Looks behind an owner (`meta-llama/`) and before the name of a prompt."""
    name = model.casefold().strip()
    parts = [name.rpartition("/")[2], *name.split("/")]
    found = (PREFIXES[prefix] for part in parts for prefix in LONGEST_FIRST if part.startswith(prefix))
    return next(found, "")
