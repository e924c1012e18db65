"""Check pairs by hand: one or two readers, blind to each other, and how far they agree.

    from compare import Choice, Library, Reviews, Stance, compare_sides, draw

    reviews = Reviews.of(Library.open("my-library"))
    review = reviews.create("canal", draw(table, Choice.RANDOM, 200), ["Ada", "Bren"])
    review.answer("Ada", 1, Stance.AGREE, confidence=3)

`values` are what is kept, `drawing` chooses the pairs and their order, `store` is the file,
`reviews` the projects in it and `project` one of them; `reliability`, `agreement` and `estimates`
are the figures, and `independence` what was said before the machine's label was seen; `exporting`,
`peers` and `importing` go between this and other programs.
"""
