#!yaml
# pillar of asset-id "undefined-1", written by generate_pillar, which overwrites and removes it
earlier
