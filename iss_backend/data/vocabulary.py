"""The nouns of captions: what the words in mesh names mean, and the synonyms of what they show.

Curated by hand for named assets such as 'loungeSofaCorner' or 'bottle-ketchup' and for the categories of the procedural shapes.
"""

# words of a name (in this order, side by side; "/" separates alternatives) : nouns, the plainest one first.
# The longest match wins; of two equally long ones the later line wins, so general words stand above specific ones.
_THINGS = """
thing : object, thing
building/structure/flat/stage/base/1story/2story/3story/4story/6story : building, house
house/houses/home : house, home, building, cottage
"""
