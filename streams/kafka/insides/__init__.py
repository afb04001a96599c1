"""All that is taken from Faust's and aiokafka's insides: private members, overrides, patches.

Nothing else in this project reaches into them. `members` names each member that is used, and a
test looks for it in the versions that are installed: an upgrade that moves one fails by its name.
"""
