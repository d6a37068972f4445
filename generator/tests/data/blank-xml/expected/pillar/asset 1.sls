#!yaml
# pillar of asset-id "asset 1", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r1",
    "node": "node1",
    "profile": "P",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": " outer blanks are part of it ",
          "bgp-community": [
            "64496:1",
            "no-export"
          ]
        }
      ],
      "duration": 30,
      "path-selection": "any",
      "stale-path-time": 300,
      "max-prefixes": 100000,
      "aggregate-prefixes": true,
      "update-mode": "poll"
    }
  }
}
