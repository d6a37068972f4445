#!yaml
# pillar of asset-id "r3", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r3",
    "node": "n",
    "profile": "never",
    "package": {
      "name": "128T-bgp-community-services-router",
      "version": "VERSION"
    },
    "config": {
      "applications": [
        {
          "application-name": "a",
          "bgp-community": [
            "64512:1"
          ]
        }
      ],
      "duration": 60,
      "path-selection": "any",
      "stale-path-time": 0,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "poll"
    }
  }
}
