"""Words with which a text says who wrote it: the usual list, for projects that have none of their own."""

MAKERS = (
    "OpenAI",
    "Anthropic",
    "Google",
    "DeepMind",
    "Meta AI",
    "Mistral AI",
    "Alibaba Cloud",
    "DeepSeek",
    "xAI",
    "Cohere",
)
# Names of nothing else; the others are also those of painters, stars, winds, poets.
PLAIN = ("ChatGPT", "GPT-4", "GPT-5", "Qwen", "DeepSeek", "Grok", "Gemma", "Llama 2", "Llama 3")
MODELS = (*PLAIN, "Claude", "Gemini", "Bard", "Llama", "Mistral")
I_AM = (
    "I am {}",
    "I'm {}",
    "My name is {}",
    "Ich bin {}",
    "Mein Name ist {}",
    "Je suis {}",
    "Je m'appelle {}",
    "Soy {}",
    "Me llamo {}",
    "Sono {}",
    "Eu sou {}",
    "Я {}",
    "我是{}",
    "私は{}",
)
AS = ("As {}", "Als {}", "En tant que {}", "Como {}", "作为{}")
MADE_BY = (
    "developed by {}",
    "created by {}",
    "trained by {}",
    "made by {}",
    "built by {}",
    "entwickelt von {}",
    "von {} entwickelt",
    "développé par {}",
    "desarrollado por {}",
    "sviluppato da {}",
    "desenvolvido por {}",
    "由{}开发",
    "由{}训练",
)
USUAL_WORDS = tuple(
    form.format(name)
    for forms, names in ((I_AM, MODELS), (AS, PLAIN), (MADE_BY, MAKERS))
    for form in forms
    for name in names
)
