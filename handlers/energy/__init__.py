"""Energy for energy: who gives and who takes, the figures of promises, and the form that asks for something."""
