"""The codebook that a project has unless it is given another."""

from __future__ import annotations

CODEBOOK = """\
Read both statements as their speakers would stand by them: the words, who says them, and when. \
Give one label to the pair.

agree: there is a point that both speak to, and either speaker could put their name to what the \
other says of it. They claim the same, ask for the same, or blame or praise the same party for the \
same matter.

oppose: there is a point that both speak to, and what is said of it cannot hold together. One \
affirms what the other denies, wants what the other rejects, or accuses where the other justifies; \
or each blames the other side.

neither: there is no such point. The topic alone is shared, or one of the two takes no stand on it.

1. Name the point to yourself before you choose agree or oppose. If you cannot, choose neither.
2. Wishes that everyone shares agree only if they are the main thing both say.
3. Who reports a claim and rejects it stands for the opposite of it.
4. A denial opposes the accusation. A threat opposes what it would punish.
5. Opposition need not be spelled out: a name for a thing can be a position.
6. One speaker can oppose what they said before.
7. Questions and mere suppositions take no stand.
8. If the two agree on one point and oppose each other on another, take the main one; if neither \
is, choose neither and say that you are unsure.

Skip a pair only if it cannot be judged: the text is broken, or not in a language that you read.

How sure you are: 3 sure, 2 fairly sure, 1 unsure.
"""
