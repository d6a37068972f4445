#!yaml
# pillar of asset-id "gone", written by generate_pillar, which overwrites and removes it
earlier
