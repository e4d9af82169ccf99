"""Authors of synthetic evidence: one file or package each, found by scan.

An author defines ``def write(spec: Spec) -> Script`` (see ``simulator.script``): the same spec
gives the same script. Authors share nothing but those types, so that what is measured on one
was not tuned on it.
"""
