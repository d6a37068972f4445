#!yaml
# pillar of asset-id "r4", written by generate_pillar, which overwrites and removes it
{
  "bgp-community-services": {
    "router": "r4",
    "node": "n",
    "profile": "follows",
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
      "stale-path-time": 10,
      "max-prefixes": 100000,
      "aggregate-prefixes": false,
      "update-mode": "watch"
    }
  }
}
