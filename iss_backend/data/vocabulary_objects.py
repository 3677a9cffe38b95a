"""The second part of the table of vocabulary_things: furniture, household things, buildings, tools and weapons."""

FURNITURE = """
chair / chair handle : chair, seat, dining chair
chair desk / office chair : office chair, desk chair, swivel chair, chair
armchair / lounge chair / lounge chair relax : armchair, lounge chair, easy chair, chair
chair stool / stool : stool, footstool, seat
stool bar : bar stool, stool
lounge sofa ottoman : ottoman, footstool, pouffe, stool
bench / bench cushion : bench, seat, garden bench
sofa / couch / lounge sofa / sofa individual : sofa, couch, settee, lounge
lounge sofa corner / couch l : corner sofa, sectional sofa, l-shaped sofa, sofa, couch
table / kitchen table : table, dining table, kitchen table
table cloth / table tablecloth / table cross cloth / table long tablecloth / table medium tablecloth : \
table with a tablecloth, table, covered table
side table / nightstand / night stand : nightstand, bedside table, side table, bedside cabinet
coffee table / table coffee / table low : coffee table, low table, table
table glass / table coffee glass : glass table, table
balcony table : balcony table, garden table, table
desk / desk corner / reading desk : desk, writing desk, work table, table
cabinet / cupboard : cabinet, cupboard, sideboard, dresser
cabinet bed / cabinet bed drawer / cabinet bed drawer table : bedside cabinet, nightstand, small cabinet, cabinet
cabinet television / tv cabinet : tv stand, television cabinet, sideboard, cabinet
kitchen cabinet / kitchencabinet / kitchen drawers : kitchen cabinet, kitchen unit, cupboard, cabinet
bathroom cabinet : bathroom cabinet, medicine cabinet, cabinet
kitchencounter / kitchen bar / kitchen bar end / kitchentable : kitchen counter, worktop, counter, kitchen unit
kitchen sink / kitchencounter sink / kitchentable sink / sink / bathroom sink : sink, washbasin, basin
wardrobe / closet : wardrobe, closet, clothes cupboard
drawer : chest of drawers, drawers, dresser, commode
bed / bed single / bed twin : bed, single bed
bed double / bed king : double bed, king size bed, bed
bed bunk / bunk : bunk bed, bed
bed frame : bed frame, bed
bed floor : bedroll, mattress, bed
bookcase / book case / bookshelf / book case books : bookcase, bookshelf, book shelf, shelf
shelf / shelves : shelf, shelves, rack, shelving
shelf papertowel : shelf with paper towels, kitchen shelf, shelf
coat rack : coat rack, coat stand, clothes hanger
shoe rack : shoe rack, rack, shelf
weaponrack : weapon rack, rack
dishrack : dish rack, dish drainer, rack
lamp standing / standing lamp / lamp round floor / lamp square floor / light floor / light stand : \
floor lamp, standing lamp, lamp, light
lamp table / lamp round table / lamp square table / light desk / light small / light cube / light icosahedron : \
table lamp, desk lamp, lamp, light
lamp square ceiling / light ceiling / light ceiling single : ceiling lamp, ceiling light, pendant lamp, lamp
chandelier / light chandelier : chandelier, ceiling lamp, lamp
lamp / light / lights : lamp, light, lantern
streetlight / light street / light curved / light square : street lamp, street light, lamp post, lantern
construction light : construction light, warning light, lamp
trafficlight / traffic light : traffic light, stoplight, traffic signal
candle / candle triple / shelf candles : candle, candles, wax candle
torch / wooden torch : torch, flaming torch, burning torch
lantern / lantern candle / post lantern : lantern, lamp, oil lamp
rug / carpet : rug, carpet, mat
pillow : pillow, cushion
quilt : quilt, blanket, bed cover
curtain / curtains : curtain, curtains, drapes
pictureframe : picture frame, picture, painting, photo frame
mirror / bathroom mirror : mirror, looking glass
window : window, house window
door / folding door : door, wooden door, doorway
gate / metal gate : gate, metal gate, portcullis
vase / urn : vase, urn, pot
fireplace : fireplace, chimney, hearth
bathtub : bathtub, bath, tub
shower : shower, shower cabin
toilet : toilet, lavatory, wc
toilet paper : toilet paper, toilet roll, paper roll
"""

HOUSEHOLD = """
airconditioner / ac / ac side : air conditioner, air conditioning unit, ac unit
cooking bench / stove / stove multi / stove single / kitchen stove : stove, cooker, hob, kitchen stove
oven / kitchen oven : oven, stove, cooker
rangehood / extractorhood : extractor hood, range hood, cooker hood
refrigerator / fridge / kitchen fridge : fridge, refrigerator, icebox
washer / washing machine : washing machine, washer
dryer / washer dryer : dryer, tumble dryer, washing machine
kitchen blender : blender, mixer, kitchen blender
coffee machine : coffee machine, coffee maker, espresso machine
microwave : microwave, microwave oven
tv / television / old television : television, tv, display, monitor, tv set
computer screen : monitor, display, computer screen, screen
security camera : security camera, camera, cctv camera
keyboard / computer keyboard : keyboard, computer keyboard
mouse / computer mouse : computer mouse, mouse
laptop : laptop, notebook, computer
computer / console / console screen : computer, terminal, console, control desk
radio : radio, radio set
speaker : loudspeaker, speaker, speaker box
satellite dish / antenna : satellite dish, antenna, aerial, radar dish
battery : battery, battery cell
phone : phone, telephone, mobile phone, cell phone, smartphone
bottle / bottle oil : bottle, glass bottle
water bottle : water bottle, bottle, plastic bottle
potion : potion, potion bottle, flask, vial, magic potion
can : can, tin, tin can
canister : canister, tank, container
gas can : jerrycan, gas can, fuel can, canister
propane tank : gas cylinder, propane tank, gas bottle
carton : carton, milk carton, juice box
jar / pickup jar : jar, glass jar, pot
bowl / evo bowl / bowl cereal : bowl, dish
plate / tableware : plate, dish, plates
mug / cup tea / cup thea : mug, cup, coffee cup, teacup
glass wine : wine glass, glass, goblet
tea set : tea set, teapot and cups, teapot
chalice : chalice, goblet, cup
pan / frying pan : pan, frying pan, skillet
frying pan lid / pot lid / lid / crate lid : lid, pot lid, cover
pot / cauldron : pot, cooking pot, saucepan, cauldron
cuttingboard / cutting board : cutting board, chopping board, board
knife / cooking knife / cooking knife chopping : knife, kitchen knife, chopping knife, blade
knife block : knife block, block of knives
fork / cooking fork : fork, cutlery
spoon / cooking spoon : spoon, cutlery
spatula / utensils / cooking spatula : spatula, kitchen utensil, turner
chopstick : chopsticks, chopstick
mortar / mortar pestle : mortar and pestle, mortar
rolling pin : rolling pin, kitchen tool
whisk : whisk, egg beater
papertowel : paper towel, kitchen roll, paper roll
trash / trashcan / bin : trash can, dustbin, rubbish bin, garbage can, wastebasket
dumpster : dumpster, skip, rubbish container
box / cardboard box / package : box, cardboard box, package, parcel
yellow box : block, box, question block
crate / crates / props crate : crate, wooden crate, box
cargo / container / containers / cargo packed : cargo container, container, cargo crate, box
chest / props chest / chest ingots : chest, treasure chest, trunk, coffer
trunk : trunk, chest, box
lootbox : loot box, chest, crate
pickup crate : supply crate, crate, box
barrel / keg : barrel, keg, cask, drum
bucket / bucket arrows : bucket, pail
pallet : pallet, wooden pallet
bag / sack / bags / pouch : bag, sack, pouch
bag coins : bag of coins, money bag, bag
backpack : backpack, rucksack, bag
coffin : coffin, casket, wooden coffin
matchbox : matchbox, box of matches
match : match, matchstick
book / books : book, books, volume
spellbook : spell book, magic book, book
scroll / parchment / rollofpaper : scroll, parchment, roll of paper
coin / simple coin / gear coin / coin stack / coin pile : coin, coins, money
diamond / gem : gem, diamond, jewel, gemstone
heart / pickup heart / pickup health heart : heart, love heart
health / first aid kit / pickup health : first aid kit, medical kit, health pack
bandages : bandages, roll of bandage
pickup sphere : sphere, ball, orb
pickup bullets : bullets, ammunition, cartridges
key card : key card, access card, card
star : star, five-pointed star
gear / collectible gear : gear, cog, gearwheel, cogwheel
circuit board : circuit board, computer chip, board
board : board, plank, wooden board
crown : crown, royal crown
ring : ring, jewellery, jewel
necklace : necklace, chain, jewellery, pendant
resource gold / gold ingots : gold, gold bars, gold nuggets, treasure
bone / bones / alien bones : bone, bones
skull / post skull : skull, human skull, death's head
skull candle : skull with a candle, skull
ribcage : rib cage, ribs, skeleton
key : key, door key
keyring : key ring, bunch of keys, keys
padlock : padlock, lock
compass : compass, magnetic compass
tent : tent, camping tent
rope : rope, cord
dumbbell : dumbbell, weight, barbell
fitness equipment : weight bench, exercise machine, fitness equipment
bell : bell, church bell
banner / flag banner / banner shield / banner triple / banner thin : banner, flag, pennant
flag / goal flag / goal : flag, banner
"""

BUILDINGS = """
~building / structure / flat / base / stage : building, house, block
building big / building large / big building : tall building, skyscraper, office building, tower block, building
house / houses / home / building home / sidehouse / town center : house, home, cottage, building
medium house / house with flat roof : house, family home, villa, building
story gable roof / story round roof / story balcony / story columns / story sign / story / story center / \
story double / story stairs / story doors / story stack / story slim / story wide / story small / story sidehouse : \
house, apartment building, town house, building
garage : garage, building with a garage, building
shop / burger shop : shop, store, building
hospital : hospital, clinic, building
library : library, public library, building
farm / farm dirt / low poly farm : farm, field, farmland, farm field
storage : storehouse, barn, warehouse, building
barn / stable : barn, farm building, shed, stable
open barn : open barn, shelter, barn
chicken coop : chicken coop, hen house, shed
silo / silo house : silo, grain silo, tower
windmill / tower windmill / building windmill / mill : windmill, mill, wind pump
watermill / building watermill : watermill, mill, mill house
wind turbine / windturbine : wind turbine, wind power plant, windmill
water tower / watertower : water tower, water tank, tower
well / building well : well, water well, wishing well
tower / building tower / tower base / building tower base : tower, castle tower, stone tower
watch tower : watchtower, guard tower, lookout tower, tower
tower house : tower, tower house, fortified house
bell tower : bell tower, church tower, tower
tower catapult / building tower catapult : catapult tower, tower with a catapult, tower
castle / building castle : castle, fortress, palace
church / building church : church, chapel, building
temple / egyptian temple / japanese temple / mayan temple / pantheon : temple, ancient temple, shrine, building
wonder / monument : monument, palace, temple, wonder of the world
pyramid : pyramid, egyptian pyramid
crypt / shrine : crypt, mausoleum, tomb, shrine
archery / archeryrange / building archeryrange : archery range, military building, building
barracks / building barracks : barracks, military building, building
blacksmith / building blacksmith : blacksmith, forge, smithy, building
sawmill / lumbermill / building lumbermill : sawmill, lumber mill, building
sawmill saw : saw blade, saw table, saw
market / market stand / building market : market stall, market stand, market, stall
mine / building mine : mine, mine entrance, pit
tavern / inn / building tavern : tavern, inn, pub, building
port / dock / dock stairs : dock, pier, jetty, harbour
bridge / building bridge : bridge, stone bridge
building destroyed : ruin, ruined building, destroyed house
building dirt : field, soil, hexagon tile
building grain : wheat field, grain field, field
scaffolding / building scaffolding : scaffolding, scaffold, building site
gazebo : gazebo, pavilion, summer house
ferris wheel : ferris wheel, big wheel, fairground ride
cargodepot : cargo depot, warehouse, building
drill structure : drilling rig, drill, oil rig
landingpad : landing pad, launch pad, helipad
solarpanel / solar panel : solar panel, solar cells, photovoltaic panel
station : space station, base, building
portal : portal, gate, gateway
geodesic dome : dome, geodesic dome, glass dome
fence / fence gate : fence, garden fence, picket fence, barrier
fence iron / fence iron gate / fence iron border : iron fence, railing, fence
fence pillar / fence iron border pillar : fence post, pillar, post
barrier / construction barrier / barrier colum / barrier column : barrier, road block, wall
hydrant / firehydrant : fire hydrant, hydrant
cone / construction cone / traffic cone / cone flat : traffic cone, road cone, cone
sign / sign highway / sign left / sign right : sign, road sign, signpost
sign stop / traffic sign / sign triangle / sign no parking : traffic sign, road sign, stop sign, street sign
bonfire : campfire, bonfire, fire
cross : cross, stone cross, crucifix
plaque : plaque, stone plate, memorial plaque
post : post, wooden post, signpost
spikes / spike / spike group / spike trap / spikes hidden : spikes, spike trap, trap
"""

WEAPONS = """
sword / long sword / short sword / claymore / pirate sword : sword, longsword, blade, weapon
sword scimitar : scimitar, curved sword, sabre, sword
sword shield : sword and shield, coat of arms, shield
katana : katana, samurai sword, sword
dagger : dagger, knife, short sword, blade
laser sabel : lightsaber, laser sword, energy sword
axe / simple axe : axe, hatchet, weapon
double axe / axe double : double axe, battle axe, axe
spear : spear, lance, javelin
scythe : scythe, sickle
arrow / arrow bundle / arrows : arrow, arrows, bow arrow
arrow sign / arrow side / arrow up : arrow, arrow sign, pointer
bow : bow, longbow, archery bow, weapon
crossbow : crossbow, weapon
quiver : quiver, quiver of arrows
dart : dart, throwing dart
shield : shield, knight's shield, round shield
staff / wand : magic staff, wand, staff, wizard's staff
hammer / hammer double : hammer, war hammer, mallet
club : club, cudgel, wooden club
glove : glove, gauntlet
armor / shoulder pads : armour, breastplate, body armour
helmet / knight helmet / alien helmet : helmet, knight's helmet, headgear
siege ballista / siege catapult / siege trebuchet : catapult, siege engine, trebuchet, ballista
siege ram : battering ram, siege engine
siege tower : siege tower, wooden tower, siege engine
target with arrows : target, archery target, bullseye
bear trap : bear trap, trap, steel trap
bomb : bomb, round bomb, explosive
cannon ball / cannonball : cannonball, ball, iron ball
cannon : cannon, artillery, gun
rifle / ar / ak : rifle, assault rifle, gun, machine gun, weapon
p / smg / uzi : submachine gun, machine gun, gun, weapon
sniper / sniper rifle : sniper rifle, rifle, gun
shotgun : shotgun, hunting gun, rifle, gun
pistol / gun / handguard pistol / long pistol / item weapon : pistol, handgun, gun, weapon
revolver : revolver, pistol, handgun, gun
blaster / ray gun / lightning gun : blaster, ray gun, laser gun, gun
rocket launcher : rocket launcher, bazooka, weapon
flare gun : flare gun, pistol, gun
grenade : grenade, hand grenade, bomb
sight : scope, rifle scope, gun sight
shovel / shovel dirt : shovel, spade, garden tool
saw / hazard saw : saw, saw blade, circular saw
paddle / raft paddle : paddle, oar
fishing rod : fishing rod, fishing pole, rod
lure : fishing lure, bait, lure
"""
