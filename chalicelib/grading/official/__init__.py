"""The official algorithms, each a pure module over a data file of its own: 应急〔2018〕19号, GB 18218-2018, 国务院令第493号, LEC, risk matrices.

All of them keep the same promises: figures are exact (integers, fractions, decimal text; a float is refused), an unknown
figure is ``None`` and never read as 0, what cannot be decided is 待定 with the bound that is certain, a value outside the
tables is a ``BadInput`` that names every problem, and each result carries its reasons and the hash of its table.
"""
