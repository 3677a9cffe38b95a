"""What the words in mesh names mean: a hand-made table from the words of a name to the nouns of its captions.

A line holds the words, side by side in the name, alternatives split by "/", then the nouns, the plainest one first.
The longest match wins; of equally long ones the first in the name; words after "~" only where nothing else matches.
"""

VEHICLES = """
car / basic car / simple car / normal car : car, automobile, vehicle, auto, motor car
sedan / car sedan / sports sedan / sedan sports : car, sedan, saloon car, automobile, vehicle
hatchback / car hatchback / hatchback sports : car, hatchback, compact car, automobile
stationwagon / car stationwagon : station wagon, estate car, car, family car
suv / suv luxury : suv, off-road car, jeep, sport utility vehicle, car
taxi / car taxi : taxi, cab, taxi cab, car
police / police car / car police / cop car / cop / cop suv : police car, cop car, patrol car, car
race / race car / race future / race futrure / sports car : race car, racing car, sports car, formula one car, car
kart / kart oobi / kart oodi / kart ooli / kart oopi / kart oozi : go-kart, kart, racing kart, car
truck / truck flat / delivery flat / delivery / delivery truck : truck, lorry, delivery truck, vehicle
garbage truck : garbage truck, rubbish truck, bin lorry, truck
firetruck : fire truck, fire engine, truck
ambulance : ambulance, emergency vehicle, van
van / citroen old van : van, delivery van, minibus, vehicle
ice cream truck : ice cream truck, ice cream van, van
tractor / tractor police : tractor, farm tractor, farm vehicle
tractor shovel : tractor with a shovel, digger, bulldozer, tractor
bus : bus, coach, city bus, vehicle
school bus : school bus, bus, coach
spacetruck / spacetruck trailer / rover : rover, space truck, moon buggy, planetary rover
cart : cart, wooden cart, wagon
bicycle / square frame bicycle : bicycle, bike, push bike, cycle
train / high speed front : train, high-speed train, railway train, locomotive
locomotive front : locomotive, steam locomotive, steam train, train engine, train
cargo train front : locomotive, diesel locomotive, freight train, train
high speed wagon / locomotive passenger wagon / locomotive wagon : train carriage, railway carriage, wagon
cargo train wagon / cargo train wagon empty : freight wagon, railway wagon, train wagon, flat wagon
cargo train coal container / locomotive coal tender : coal wagon, coal tender, train wagon
cargo train container / cargo train wagon open container : container wagon, freight wagon, train wagon
tank : tank, battle tank, armoured vehicle, army tank
turret cannon / turret gun / turret gun double : gun turret, turret, cannon
turret teleporter : teleporter, portal machine, turret
mech : mech, robot, battle mech, walking robot
~ship / boat large / ship dark / ship light : ship, sailing ship, pirate ship, galleon, boat
ship wreck : shipwreck, wrecked ship, ship
sail ship / boat sail : sailing boat, sailboat, yacht, sailing ship, boat
boat / boat small : boat, rowing boat, rowboat, watercraft
cruise ship : cruise ship, ocean liner, ship, passenger ship
lifeboat : lifeboat, rescue boat, dinghy, boat
viking boat : viking ship, longship, boat
raft : raft, wooden raft, boat
commercial airplane : airliner, passenger plane, airplane, aeroplane, jet, aircraft
military airplane : fighter jet, military plane, airplane, warplane, aircraft
private plane / small plane : airplane, plane, small plane, propeller plane, aircraft
air balloon : hot air balloon, balloon
space ship / spaceship / space craft / space craft stand : spaceship, spacecraft, space ship, starship, rocket ship
long spaceship / croissant ship / medium ship : spaceship, spacecraft, starship
bob / challenger / dispatcher / executioner / imperial / insurgent / omen / pancake / spitfire / striker / zenith : \
spaceship, space fighter, spacecraft, starship
lander / lander base : moon lander, lunar lander, lander, spacecraft
"""

CREATURES = """
cat : cat, kitten, pet, animal
dog / shiba inu / husky / pug : dog, puppy, hound, pet, animal
eagle : eagle, hawk, bird of prey, bird
wolf : wolf, wild dog, animal
chick : chick, chicken, baby chicken, bird
bird : bird, songbird, sparrow, animal
seagull : seagull, gull, sea bird, bird
fox / red fox : fox, fox cub, animal
scorpion : scorpion, arachnid, animal
cow : cow, cattle, farm animal, animal
bull : bull, ox, cattle, animal
horse : horse, pony, stallion, animal
llama / alpaca : llama, alpaca, animal
pig : pig, hog, farm animal, animal
sheep : sheep, lamb, farm animal, animal
zebra : zebra, striped horse, animal
elk / deer / stag : deer, stag, elk, animal
donkey : donkey, mule, animal
bat : bat, vampire bat, animal
frog : frog, toad, animal
rat : rat, mouse, rodent, animal
snake : snake, serpent, viper, animal
spider : spider, tarantula, arachnid
wasp / bee : bee, wasp, bumblebee, insect
triceratops : triceratops, dinosaur, horned dinosaur
apatosaurus : apatosaurus, brontosaurus, long-necked dinosaur, dinosaur
parasaurolophus : parasaurolophus, dinosaur
stegosaurus : stegosaurus, dinosaur, plated dinosaur
trex : tyrannosaurus, t-rex, tyrannosaurus rex, dinosaur
velociraptor : velociraptor, raptor, dinosaur
fish : fish, sea fish, animal
anglerfish : anglerfish, deep sea fish, fish
armored catfish : catfish, fish
betta / flower horn / humphead / cardinal fish / royal gramma / moorish idol / mandarin fish / blobfish / cowfish / \
parrot fish / sunfish / coral grouper / butterfly fish / tetra : tropical fish, fish, aquarium fish
lion fish / lionfish : lionfish, fish, spiny fish
goldfish / blue goldfish / koi : goldfish, koi, carp, fish
blue tang / yellow tang / tang : tang fish, surgeonfish, tropical fish, fish
clownfish / zebra clown fish : clownfish, anemonefish, fish
flatfish / turbot : flatfish, flounder, turbot, fish
goblin shark / shark : shark, big fish, fish
piranha : piranha, fish
puffer : pufferfish, blowfish, fish
red snapper / tuna : tuna, snapper, fish
swordfish : swordfish, marlin, fish
worm : worm, earthworm, bait
whale : whale, sperm whale, sea animal
dolphin : dolphin, porpoise, sea animal
manta ray : manta ray, ray, stingray, fish
crab : crab, crustacean, sea animal
fish bone / fish bones : fish bone, fish skeleton, fishbone
barbarian : barbarian, viking, warrior, person
knight / knight character : knight, armoured knight, warrior, person
mage : mage, wizard, sorcerer, magician, person
rogue : rogue, thief, hooded person, person
male / man / casual / male casual / male long sleeve / male shirt / beach : man, guy, male person, person
suit / male suit / formal : man in a suit, businessman, man, person
female / woman / female casual / female tank top / female alternative : woman, lady, female person, person, girl
female dress : woman in a dress, woman, lady, person
looking up : person looking up, person
running : running person, runner, person
sitting : sitting person, person
waving : waving person, person
walking : walking person, person
cyborg female : cyborg, female cyborg, robot woman, person
pirate captain / pirate crew / pirate officer : pirate, pirate captain, buccaneer, sailor, person
skater female / skater male : skater, skateboarder, person
survivor female / survivor male : survivor, person
zombie : zombie, undead, walking dead, monster
adventurer : adventurer, explorer, hiker, person
farmer : farmer, farm worker, peasant, person
king : king, medieval person, person
punk : punk, rocker, person
spacesuit : astronaut, spaceman, cosmonaut, person
astronaut : astronaut, spaceman, cosmonaut, space explorer
sci fi : space woman, person, science fiction character
swat / soldier : soldier, policeman, armed man, person
worker : worker, builder, construction worker, person
witch : witch, sorceress, person
~character / character gun : character, game character, person
snowman : snowman, man of snow
skeleton : skeleton, bony man, undead
robot : robot, android, droid
alien : alien, extraterrestrial, monster
dragon : dragon, winged dragon, monster
slime : slime, blob, slime monster, monster
enemy / enemy flying / enemy large / enemy flying gun : robot, monster, drone, enemy
enemy legs / enemy legs gun / enemy large gun : robot, walking robot, combat robot, enemy
george / leela / mike / stan : robot, mech, android, humanoid robot
monster : monster, creature, alien, goblin
bear : teddy bear, toy bear, stuffed bear, bear
"""
