"""The grading judge: rule sets as data, facts → findings → score → colour, pure and without memory."""
