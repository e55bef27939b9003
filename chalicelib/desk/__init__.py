"""The signed-in front end's own questions: where to sign in, what words mean, what is to be done, papers, the first account."""
