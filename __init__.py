"""Dragoman: hybrid passage search for diplomatic text.

The public names are loaded when they are first asked for, so that `import dragoman` costs nothing.
"""
