"""The third part of the table of vocabulary_things: plants, landscape and food."""

NATURE = """
tree / tree single / common tree / resource tree : tree, leafy tree, broad-leaved tree, deciduous tree
trees / tree group / resource tree group : trees, group of trees, woods, grove, forest
tree cut / trees cut / tree group cut / tree stump : tree stump, stump, cut tree
pine tree / tree pine / resource pine tree : pine tree, fir tree, pine, conifer, spruce, tree
pine tree group / resource pine tree group : pine trees, pine forest, fir trees, trees
pine tree group cut / resource pine tree group cut : tree stumps, cut trees, stumps
christmas tree : christmas tree, xmas tree, decorated fir tree, tree
birch tree : birch tree, birch, tree
willow : willow tree, willow, weeping willow, tree
palm / palm tree / palm detailed : palm tree, palm, coconut palm, tree
tree no leaves / dead tree / tree dead : dead tree, bare tree, leafless tree, tree
tree fruit : fruit tree, apple tree, tree
tree blob / tree floating / tree lava / tree light / tree spikes / tree spiral / tree swirl : \
alien tree, fantasy tree, strange plant, tree
grass trees : trees, trees on grass, small wood, trees on a lawn
wood log / resource lumber / logs : log, wooden log, tree trunk, timber, logs
bush / bush with : bush, shrub, hedge plant, plant
bush berries / bush fruit : berry bush, bush with berries, fruit bush, shrub
hedge / hedge corner : hedge, trimmed hedge, bush
plant / potted plant / houseplant : plant, potted plant, houseplant, pot plant
waterplant : water plant, reeds, pond plant, plant
grass : grass, tuft of grass, lawn
hay : hay, haystack, straw
cactus / cactus crop : cactus, desert plant, succulent
cactus flower / cactus flowers : flowering cactus, cactus with flowers, cactus
cactus with sombrero : cactus with a sombrero, mexican cactus, cactus
flower / flowers : flower, blossom, flowers, plant
waterlily / lilypad : water lily, lily pad, lily
mushroom / mushrooms : mushroom, toadstool, fungus
rock / rocks / resource rock / formation rock / resource stone / formation stone / rock group : \
rock, stone, boulder, rocks
rocks ore / rocks small ore / mineral : rock with ore, ore, mineral, rock
rubble : rubble, debris, pile of stones, rocks
hill / hills : hill, hills, grassy hill, landscape
mountain / mountain group : mountain, mountains, mountain peak, hill
gravestone / gravemarker / grave : gravestone, tombstone, headstone, grave
gravestone cross : cross gravestone, grave cross, stone cross, gravestone
crater : crater, moon crater, impact crater
meteor full / meteor half / asteroid / meteor : asteroid, meteor, meteorite, space rock
crystal : crystal, gem, mineral, quartz
modular stone wall / brickwall : stone wall, wall, brick wall
cloud : cloud, fluffy cloud, rain cloud
moon : moon, planet, globe
planet : planet, globe, world, ball
thunder / bolt / pickup thunder : lightning bolt, thunderbolt, flash, bolt
snowflake : snowflake, snow crystal, ice crystal
bamboo / bamboo crop : bamboo, bamboo plant, plant
rice / rice crop : rice plant, rice, crop
wheat / wheat crop : wheat, grain, cereal, crop
corn / corn crop : corn, maize, corn plant, sweetcorn
"""

FOOD = """
apple : apple, fruit, ripe apple
avocado : avocado, fruit, avocado pear
bacon : bacon, strip of bacon, meat
banana : banana, bananas, fruit
beet : beetroot, beet, turnip, vegetable
ketchup / bottle ketchup : ketchup bottle, bottle of ketchup, ketchup, sauce bottle
mustard / bottle musterd : mustard bottle, bottle of mustard, mustard, sauce bottle
bowl soup / soup / bowl broth : bowl of soup, soup, soup bowl, broth
stew / stew bowl : bowl of stew, stew, soup
pot stew / stew pot / pan stew / pot stew lid : pot of stew, stew, cooking pot
bread / loaf / loaf round : bread, loaf, loaf of bread
loaf baguette : baguette, french bread, bread
broccoli : broccoli, vegetable
burger / burger cheese / burger double / burger cheese double / vegetableburger / food burger : \
burger, hamburger, cheeseburger, sandwich, fast food
burger cooked / burger uncooked / meat patty / vegetableburger cooked / vegetableburger uncooked : \
burger patty, meat patty, patty, meat
burger trash / ham trash : food scraps, leftovers, rubbish, food waste
bun / bun bottom / bun top : bun, burger bun, bread roll, bread
cabbage : cabbage, vegetable
cake : cake, pie, gateau, dessert
cake birthday : birthday cake, cake with candles, cake
cake slicer : cake server, cake slicer, kitchen tool
candy bar / candy bar wrapper : candy bar, chocolate bar, sweet
carrot : carrot, vegetable, root vegetable
cauliflower : cauliflower, vegetable
celery stick : celery, celery stick, vegetable
cheese / cheese cut : cheese, piece of cheese, cheddar
cheese slicer : cheese slicer, kitchen tool
cherry / cherries : cherries, cherry, fruit
chinese : chinese food, takeaway box, noodle box
chocolate / chocolate wrapper : chocolate, chocolate bar, bar of chocolate, sweet
cocktail : cocktail, drink, cocktail glass
coconut : coconut, fruit, nut
cookie / cookie chocolate : cookie, biscuit, chocolate chip cookie
corn dog : corn dog, sausage on a stick, snack
croissant : croissant, pastry, french pastry
cupcake / cupcake cherry : cupcake, fairy cake, muffin, cake
muffin : muffin, cupcake, cake
dim sum : dim sum, dumplings, dumpling
donut / donut chocolate / donut sprinkles : donut, doughnut, ring doughnut, pastry
egg : egg, chicken egg
egg cooked : fried egg, cooked egg, egg
egg cup : egg cup, egg in a cup
eggplant : eggplant, aubergine, vegetable
frappe : frappe, iced coffee, coffee cup, drink
milkshake : milkshake, shake, drink
fries / fries empty : french fries, fries, chips, fast food
frikandel speciaal : frikandel, sausage with sauce, snack
ginger bread : gingerbread man, gingerbread, cookie
grapes : grapes, bunch of grapes, fruit
honey : honey, honey jar, jar of honey
hot dog / hotdog : hot dog, sausage in a bun, fast food
icecream / ice cream / ice cream cone : ice cream, ice cream cone, cone, dessert
ice cream cup / sundae : ice cream cup, sundae, ice cream, dessert
ice cream scoop / ice cream scoop mint : scoop of ice cream, ice cream, dessert
popsicle : popsicle, ice lolly, ice pop
lollypop : lollipop, lolly, candy, sweet
leek : leek, vegetable, spring onion
lemon : lemon, fruit, citrus fruit
orange : orange, fruit, citrus fruit
pear : pear, fruit
pineapple : pineapple, ananas, fruit
strawberry : strawberry, berry, fruit
watermelon : watermelon, melon, fruit
fruit : fruit, apple, piece of fruit
maki roe / maki salmon / maki vegetable / sushi egg / sushi salmon : sushi, sushi roll, maki, japanese food
rice ball : rice ball, onigiri, japanese food
meat cooked / meat raw / meat ribs : meat, piece of meat, steak, ribs
steak / steak pieces : steak, meat, beef
ham / whole ham / wholer ham : ham, gammon, meat
chicken leg : chicken leg, drumstick, chicken, meat
turkey : roast turkey, roast chicken, turkey, meat
meat sausage / sausage : sausage, bratwurst, meat
meat tenderizer : meat hammer, meat tenderizer, kitchen tool
mincemeat pie / pie : pie, tart, cake
mussel : mussel, shell, clam
onion / onion rings : onion, vegetable
potato / potatoes : potato, spud, vegetable
potato mashed : mashed potatoes, potato mash
tomato / tomatoes : tomato, vegetable, ripe tomato
lettuce : lettuce, salad, cabbage, vegetable
pancakes : pancakes, stack of pancakes, breakfast
paprika / pepper / bell pepper / yellow bell pepper : bell pepper, pepper, paprika, vegetable
pepper mill : pepper mill, pepper grinder
shaker pepper / shaker salt / seasoning box : salt shaker, pepper pot, shaker
peanut butter : jar of peanut butter, peanut butter, jar
pizza : pizza, slice of pizza, italian food
pizza cutter : pizza cutter, kitchen tool
plate dinner / plate food / styrofoam dinner / food dinner / plate sauerkraut : \
dinner, plate of food, dish, meal
pudding : pudding, flan, dessert
pumpkin : pumpkin, squash, gourd
jackolantern / pumpkin jackolantern : jack-o'-lantern, carved pumpkin, halloween pumpkin, pumpkin
radish : radish, vegetable
salad : salad, bowl of salad
sandwich / sub : sandwich, sub, submarine sandwich
skewer / skewer vegetables : skewer, kebab, shish kebab
soda / soda glass : soda, cola, soft drink, drink
soda bottle : soda bottle, bottle, cola bottle
soda can / soda can crushed : soda can, can, tin, drink can
soy : soy sauce, bottle of soy sauce
steamer : steamer, bamboo steamer
taco : taco, mexican food
tajine / tajine lid : tajine, clay pot
waffle : waffle, belgian waffle
wine red / wine white : wine bottle, bottle of wine, wine
cup of coffee : cup of coffee, coffee cup, mug, coffee
crate carrots / crate cheese / crate ham / crate onions / crate potatoes / crate steak / crate tomatoes / \
crate lettuce / crate buns : crate of food, box of food, crate, wooden crate
crop plant : plant, crop, vegetable plant, seedling
apple crop : apple, fruit
orange crop : orange, fruit
bushberries crop / bush berries crop : berry, fruit
fruit tree : fruit tree, tree, orchard tree
"""
