#!yaml
# pillar of asset-id "shared", written by generate_pillar, which overwrites and removes it
earlier
