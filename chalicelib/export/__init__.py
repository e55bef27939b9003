"""Export 用: register, cards and events as files, for those who may see them and as far as they may. Job level, above grading."""
