"""Everything that uses Faust's and aiokafka's internals: private members, overrides, patches.

Nothing else in this project touches them. `members` names each member that is used, and a
test looks for it in the installed versions: an upgrade that moves one fails by its name.
"""
