/** The two lists of docs/friendly-names.md. They never change: the same name must come out everywhere. */
export const FIRST_WORDS = `
agile airy alert amber ample arctic ardent autumn avid awake azure balmy beaming better blithe blue
bold bonny brave breezy bright brisk bronze brown bubbly busy calm candid canny carmine casual cedar
chatty cheery chief chilly civic civil classy clean clear clever cloudy coastal cobalt comfy coral
cosmic cosy cotton crimson crisp crystal curious curly dapper daring dear decent deep deft denim
desert dewy downy dreamy dusky eager early earnest earthy eastern elated emerald equal even exact
expert fabled fair famed famous fancy fast festive fine first fleet floral fluent fluffy fond frank
free fresh frosty funny fuzzy gallant gentle giant gifted glad gleaming glossy golden good grand
grassy great green grey handy happy hardy hazel hearty helpful heroic honest hopeful humble indigo
inland ivory jade jazzy jolly jovial joyful jubilant keen kind known laurel lavender leafy light
lilac linen lively local lofty loyal lucid lucky lunar magenta magic maple marble maroon mellow
merry mighty mild mindful minty misty modest mossy neat new nimble noble northern novel oaken olive
opal open orange pastel patient peaceful peachy pearl pebbly peppy placid playful plucky plush
polite proud prudent pure purple quaint quick quiet radiant rapid rare ready regal robust rosy royal
ruby rural russet rustic saffron sandy sapphire scarlet serene sharp shiny silken silver sincere
smart smooth snowy soft solar solid sonic southern speedy spry stable starry steady stellar sturdy
sunny super swift tall teal thankful tidy timely topaz tranquil trusty upbeat urban velour velvet
verdant vivid warm western winged winter wise witty wooden woolly woven young zesty
`.trim().split(/\s/u);

export const SECOND_WORDS = `
albatross alpaca antelope avocet axolotl badger barbet barnacle bee beetle bison bittern blackbird
bluebird bobcat bonobo bullfinch bumblebee bunting bustard butterfly buzzard camel canary capybara
caracal cardinal caribou cassowary cat chaffinch chameleon chamois cheetah chickadee chinchilla
chipmunk cicada coati cockatoo conch condor cormorant corncrake cougar coyote crab crane crayfish
cricket crossbill crow curlew cuttlefish cygnet deer dingo dipper dolphin dormouse dotterel dove
dragonfly duck dugong dunlin dunnock eagle echidna egret eider elephant elk emu ermine falcon fawn
ferret fieldfare finch firefly flamingo flounder flycatcher fox frog gannet gazelle gecko gerbil
gibbon giraffe godwit goldfinch gopher goshawk grebe greenfinch grouse guillemot guppy hamster hare
harrier hawk hedgehog heron herring hippo honeybee hoopoe hornbill horse husky ibex ibis iguana
impala jackdaw jaguar jay jellyfish jerboa kakapo kangaroo kestrel kingfisher kite kitten kittiwake
kiwi koala koi kookaburra kudu ladybird lamb lapwing lark lemming lemur leopard limpet linnet lion
lizard llama lobster lynx macaw magpie mallard manatee manta marlin marmot marten martin meerkat
merlin minnow mongoose moose moth mouse muskox mussel narwhal newt nightjar numbat nuthatch ocelot
octopus okapi orca oriole oryx osprey ostrich otter ouzel owl oyster panda pangolin panther parakeet
parrot partridge peacock pelican penguin perch petrel pheasant pigeon pika pike pintail pipit plover
pony porcupine porpoise puffin quail quokka rabbit raccoon raven redstart redwing reindeer robin
rook rooster salmon sandpiper seahorse seal serval shearwater shrew skylark sloth sparrow spoonbill
squirrel starfish starling stoat stork swallow swan tapir tern thrush tiger tortoise toucan trout
turtle vole wagtail walrus warbler waxwing whale whimbrel wigeon wolf wombat wren yak zebra
`.trim().split(/\s/u);
