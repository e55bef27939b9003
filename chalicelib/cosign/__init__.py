"""Acts that two sign 会签: the first prepares, the second reads what it says and signs in a session of his own, and only then are its facts appended."""
