"""An OpenAI-compatible provider for rehearsals. It announces that it is not one, in every answer.

Pure core: `reading.read` (prompt → `Question`), `answering.answer` (`Question` → dict). Edges: `server`, `__main__`.
"""
