"""Intake 聚: foreign tables come in as facts by a mapping file. Job level, above register and supervision."""
